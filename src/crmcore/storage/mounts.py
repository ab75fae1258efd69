"""On which file system a file lies: over a network, locks and syncs do not keep what a store promises."""

import os
import re
from pathlib import Path
from typing import Final

from crmcore.errors import StoreError

_MOUNTS: Final = Path("/proc/self/mountinfo")
_LINE: Final = re.compile(r"\S+ \S+ \S+ \S+ (?P<point>\S+) .*? - (?P<kind>\S+) ")
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
NETWORK: Final = frozenset(
    {
        *(
            "afp",
            "afs",
            "beegfs",
            "ceph",
            "cifs",
            "coda",
            "davfs",
            "fuse.davfs",
            "fuse.glusterfs",
            "fuse.rclone",
            "fuse.s3fs",
        ),
        *("fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"),
    }
)
"""The kinds of file systems, as Linux calls them, that other machines share."""


def refuse_network(path: Path, name: str) -> bool:
    """Raise `StoreError` for a store, called ``name``, where neither locks nor the disk can be trusted; else True."""
    kind = kind_of(path)
    if kind in NETWORK:
        raise StoreError(
            f"{name} lies on a network file system ({kind}), whose locks and syncs do not keep a store safe",
            todo="Put the store on a disk of this machine, use an SQL server (plugin sql), or, if only one machine ever "
            "writes, say `?network=yes` after the store's path.",
        )
    return True


def kind_of(path: Path, mounts: Path = _MOUNTS) -> str:
    """Return the kind of file system on which a path lies; empty where the system does not tell."""
    wanted, best, kind = os.path.realpath(path), "", ""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:  # not Linux
        return ""
    for line in lines:
        found = _LINE.match(line)
        point = _OCTAL.sub(lambda code: chr(int(code[1], 8)), found["point"]) if found else ""
        if found and len(point) >= len(best) and (wanted == point or wanted.startswith(f"{point.rstrip('/')}/")):
            best, kind = point, found["kind"]
    return kind
