"""A file system in memory that notes what is asked of it: the same notes as `power_loss.Recorder`, whoever asks.

Programs in C, such as SQLite, are watched so. It is mounted by a thread of the test; the program runs in a process of
its own, and says by making the file ``done`` that a step is finished. Needs /dev/fuse, `fusermount3` and mfusepy.
"""

import errno
import shutil
import stat
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

try:
    import mfusepy
except (ImportError, OSError):  # no package, or no libfuse
    mfusepy = None

MARK = "done"


def why_not(folder):
    """Return why nothing can be mounted on a folder here, or nothing."""
    if not Path("/dev/fuse").exists():
        return "there is no /dev/fuse"
    if shutil.which("fusermount3") is None:
        return "fusermount3 is not installed (Debian: fuse3)"
    if mfusepy is None:
        return "mfusepy cannot be imported"
    try:
        with mounted(folder):
            return ""
    except OSError as error:
        return str(error)


class _Node:
    def __init__(self):
        self.data = bytearray()
        self.mode = 0o600


class Watching(mfusepy.Operations if mfusepy else object):
    """A file system of one folder; its ``events`` are what was asked of it."""

    use_ns = True

    def __init__(self):
        self.events, self.names, self.handles, self.numbers = [], {}, {}, {}
        self.asked, self.failing, self.room = [], {}, None
        self.changed = time.time_ns()

    def fail(self, turn, code):
        """Let the call of this number, from 0, fail."""
        self.failing[turn] = code

    def files(self):
        """Return what every file holds."""
        return {name: bytes(node.data) for name, node in self.names.items()}

    def _ask(self, what, more=0):
        """Note a call, and refuse it when its turn has come, or when there is no room for what it adds."""
        turn = len(self.asked)
        self.asked.append(what)
        if turn in self.failing:
            raise mfusepy.FuseOSError(self.failing[turn])
        if (
            self.room is not None
            and more > 0
            and sum(len(node.data) for node in self.names.values()) + more > self.room
        ):
            raise mfusepy.FuseOSError(errno.ENOSPC)

    def _node(self, path):
        found = self.names.get(path[1:])
        if found is None:
            raise mfusepy.FuseOSError(errno.ENOENT)
        return found

    def _number(self, path, fh):
        return self.handles[fh][1] if fh in self.handles else self.numbers[path[1:]]

    def _data(self, path, fh):
        return self.handles[fh][0].data if fh in self.handles else self._node(path).data

    def getattr(self, path, fh=None):
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o700, "st_nlink": 2, "st_mtime": self.changed}
        node = self.handles[fh][0] if fh in self.handles else self._node(path)
        return {
            "st_mode": stat.S_IFREG | node.mode,
            "st_nlink": 1,
            "st_size": len(node.data),
            "st_mtime": self.changed,
        }

    def readdir(self, path, fh):
        return [".", "..", *self.names]

    def _opened(self, name):
        handle = len(self.handles) + 1
        self.handles[handle] = self.names[name], self.numbers[name]
        return handle

    def create(self, path, mode, fi=None):
        name = path[1:]
        if name != MARK:
            self._ask("create")
        self.names[name] = _Node()
        self.numbers[name] = len(self.events)
        self.events.append((MARK,) if name == MARK else ("create", name, self.numbers[name]))
        return self._opened(name)

    def open(self, path, flags):
        self._ask("open")
        self._node(path)
        return self._opened(path[1:])

    def read(self, path, size, offset, fh):
        self._ask("read")
        return bytes(self._data(path, fh)[offset : offset + size])

    def write(self, path, data, offset, fh):
        held = self._data(path, fh)
        self._ask("write", offset + len(data) - len(held))
        held.extend(bytes(max(0, offset - len(held))))
        held[offset : offset + len(data)] = data
        self.changed = time.time_ns()
        self.events.append(("write", self._number(path, fh), offset, bytes(data)))
        return len(data)

    def truncate(self, path, length, fh=None):
        held = self._data(path, fh)
        grown = length - len(held)
        self._ask("truncate", grown)
        del held[length:]
        held.extend(bytes(max(0, grown)))
        number = self._number(path, fh)
        self.events.append(("cut", number, length) if grown <= 0 else ("write", number, length - grown, bytes(grown)))

    def fsync(self, path, datasync, fh):
        self._ask("fsync")
        self.events.append(("sync", self._number(path, fh)))

    def fsyncdir(self, path, datasync, fh):
        self._ask("fsyncdir")
        self.events.append(("sync_folder",))

    def rename(self, old, new):
        self._ask("rename")
        self.names[new[1:]] = self.names.pop(old[1:])
        self.numbers[new[1:]] = self.numbers.pop(old[1:])
        self.events.append(("rename", old[1:], new[1:]))

    def unlink(self, path):
        self._node(path)
        if path[1:] != MARK:
            self._ask("unlink")
        del self.names[path[1:]]
        if path[1:] != MARK:
            self.events.append(("remove", path[1:]))

    def chmod(self, path, mode):
        self._node(path).mode = stat.S_IMODE(mode)

    def chown(self, path, uid, gid):
        pass

    def utimens(self, path, times=None):
        pass

    def flush(self, path, fh):
        pass

    def release(self, path, fh):
        pass


@contextmanager
def mounted(folder):
    """Mount a new one on a folder, and yield it."""
    disk = Watching()
    thread = threading.Thread(
        target=lambda: mfusepy.FUSE(disk, str(folder), foreground=True, nothreads=True, fsname="watching"), daemon=True
    )
    thread.start()
    deadline = time.monotonic() + 10
    while not folder.is_mount():
        if time.monotonic() > deadline:
            raise OSError(errno.EIO, "nothing was mounted", str(folder))
        time.sleep(0.01)
    try:
        yield disk
    finally:
        subprocess.run(["fusermount3", "-u", "-z", str(folder)], check=False)
        thread.join(5)
