"""A disk that forgets: records what a program asks of the system, and shows what a power cut would leave of it.

Only what was synced is sure to survive: the bytes of a file by syncing the file, its name by syncing the folder.
What else survives is the disk's choice; each mode of `Disk.image` is one such choice.
"""

import os
import stat
from contextlib import contextmanager
from pathlib import Path

MODES = (
    "nothing unsynced",
    "names only",
    "last name only",
    "half of the data",
    "zeros for data",
    "data without names",
    "everything",
)


class Node:
    def __init__(self):
        self.data = bytearray()
        self.synced = b""

    def torn(self, fill):
        """The synced start of the data and what ``fill`` makes of the rest; where that ends, what was synced there."""
        pairs = zip(self.data, self.synced, strict=False)
        same = next(
            (place for place, (one, other) in enumerate(pairs) if one != other), min(len(self.data), len(self.synced))
        )
        kept = bytes(self.data[:same]) + fill(bytes(self.data[same:]))
        return kept + self.synced[len(kept) :]


class Disk:
    """What the files of one folder hold, and what of it would survive."""

    def __init__(self):
        self.names = {}
        self.synced_names = {}
        self.last_name = {}
        self.nodes = {}

    def apply(self, event):
        getattr(self, f"_{event[0]}")(*event[1:])
        return self

    def _create(self, name, number):
        self.names[name] = self.nodes[number] = Node()
        self.last_name = {name: self.names[name]}

    def _write(self, number, offset, data):
        held = self.nodes[number].data
        held.extend(bytes(max(0, offset - len(held))))
        held[offset : offset + len(data)] = data

    def _cut(self, number, size):
        del self.nodes[number].data[size:]

    def _sync(self, number):
        self.nodes[number].synced = bytes(self.nodes[number].data)

    def _sync_folder(self):
        self.synced_names = dict(self.names)
        self.last_name = {}

    def _rename(self, old, new):
        self.names[new] = self.names.pop(old)
        self.last_name = {new: self.names[new]}

    def _remove(self, name):
        self.names.pop(name, None)

    def _done(self):
        """Nothing for the disk: the program was told that a step is finished."""

    def image(self, mode):
        """Return what is in the folder after a power cut, by name."""
        names = {
            "nothing unsynced": self.synced_names,
            "data without names": self.synced_names,
            "last name only": {**self.synced_names, **self.last_name},
        }.get(mode, self.names)
        survive = {
            "half of the data": lambda node: node.torn(lambda rest: rest[: len(rest) // 2]),
            "zeros for data": lambda node: node.torn(lambda rest: bytes(len(rest))),
            "data without names": lambda node: bytes(node.data),
            "everything": lambda node: bytes(node.data),
        }.get(mode, lambda node: node.synced)
        return {name: survive(node) for name, node in names.items()}


class Recorder:
    """Stands between a program and `os`, and notes every change in ``folder``."""

    def __init__(self, folder, *, forgets=lambda name: False):
        """``forgets`` names files whose syncing never reaches the disk; a folder is called ``""``."""
        self.folder = folder
        self.forgets = forgets
        self.events = []
        self.open = {}
        self.numbers = {}
        self.genuine = {name: getattr(os, name) for name in ("open", "write", "fsync", "ftruncate", "truncate")}
        self.genuine |= {name: getattr(os, name) for name in ("replace", "unlink", "close")}

    @contextmanager
    def recording(self, monkeypatch):
        with monkeypatch.context() as patched:
            for name in self.genuine:
                patched.setattr(os, name, getattr(self, f"os_{name}"))
            yield

    def done(self):
        self.events.append(("done",))

    def name(self, path):
        path = Path(path)
        return path.name if path.parent == self.folder else None

    def os_open(self, path, flags, *args, **kwargs):
        name = self.name(path)
        new = name and flags & os.O_CREAT and not os.path.lexists(path)
        file = self.genuine["open"](path, flags, *args, **kwargs)
        if new:
            self.numbers[name] = len(self.events)
            self.events.append(("create", name, self.numbers[name]))
        self.open.pop(file, None)  # not every file is closed by `os.close`
        if name or Path(path) == self.folder:
            self.open[file] = name
        return file

    def os_close(self, file):
        self.open.pop(file, None)
        self.genuine["close"](file)

    def os_write(self, file, data):
        offset = os.lseek(file, 0, os.SEEK_CUR) if file in self.open else 0
        taken = self.genuine["write"](file, data)
        if self.open.get(file):
            self.events.append(("write", self.numbers[self.open[file]], offset, bytes(data[:taken])))
        return taken

    def os_ftruncate(self, file, size):
        self.genuine["ftruncate"](file, size)
        if self.open.get(file):
            self.events.append(("cut", self.numbers[self.open[file]], size))

    def os_truncate(self, path, size):
        self.genuine["truncate"](path, size)
        self.events.append(("cut", self.numbers[self.name(path)], size))

    def os_fsync(self, file):
        if file not in self.open or self.forgets(self.open[file] or ""):
            return
        folder = stat.S_ISDIR(os.fstat(file).st_mode)
        self.events.append(("sync_folder",) if folder else ("sync", self.numbers[self.open[file]]))

    def os_replace(self, old, new):
        self.genuine["replace"](old, new)
        if self.name(new):
            self.numbers[self.name(new)] = self.numbers.pop(self.name(old))
            self.events.append(("rename", self.name(old), self.name(new)))

    def os_unlink(self, path, **kwargs):
        self.genuine["unlink"](path, **kwargs)
        if self.name(path):
            self.events.append(("remove", self.name(path)))
