"""What is done to a store until it breaks or does not: each function returns its figures, and words for what was wrong.

An address has {folder} in it, where each store gets a folder of its own, or {number}, where it gets a name.
"""

import errno
import itertools
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import fuse_disk
from crash_loop import commit, opened, state_after
from power_loss import Disk

from crmcore.errors import StoreError
from crmcore.store import ColumnShape, LogEntry

LOOP = Path(__file__).with_name("crash_loop.py")
LOAD = Path(__file__).parents[1] / "plugins" / "sql" / "tests" / "sql_load.py"
FUSE_MODES = ("nothing unsynced", "names only", "half of the data", "everything")
TINYDB = "tinydb:///{folder}/crm.json"
SQLITE = "sqlite:///{folder}/crm.db"
FAULTS = (errno.EIO, errno.ENOSPC)
SHAPES = (ColumnShape("name", ("name",), "text", indexed=True), ColumnShape("n", ("n",), "integer", indexed=False))

_numbers = itertools.count(1)


def new_store(address, folder):
    folder.mkdir(parents=True)
    url = address.format(folder=folder, number=next(_numbers))
    opened(url).create()
    return url


def ran(*words, script=LOOP, quiet=False):
    """Run a task of a script; returns what it printed, or None where it found something wrong."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (LOOP.parent, LOAD.parent)))}
    command = [sys.executable, str(script), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        if not quiet:
            sys.stderr.write(done.stderr)
        return None
    return json.loads(done.stdout)


# -- kills and writers -------------------------------------------------------------------------------------------------


def kills(address, folder, wanted, writers, *, careless=False):
    """Kill writers so many times, over as many stores as it takes, until one is broken."""
    figures = Counter()
    for seed in itertools.count():
        if figures["kills"] >= wanted or figures["broken"]:
            break
        url = new_store(address, folder / f"kill{writers}-{seed}")
        told = _killed(url, 60, writers, seed, careless=careless)
        figures.update({"broken": 1} if told is None else told | {"stores": 1})
    return figures


def _killed(url, *figures, careless):
    if not careless:
        return ran("kill", url, *figures)
    if url.startswith("tinydb"):
        return ran("careless", url, *figures, quiet=True)
    return ran("kill", url, *figures, "careless", script=LOAD, quiet=True)


def writers(address, folder, number, times, *, careless=False):
    """Let several processes count one document up together."""
    url = new_store(address, folder / f"writers{number}")
    began = time.monotonic()
    told = ran("count", _patient(url), number, 0, times, *["careless"] * careless, script=LOAD, quiet=careless)
    if told is None:
        return Counter(updates=number * times, broken=1)
    store = opened(url)
    lost = number * times - store.read().get("counter", "all")["n"]
    wrong = len(store.check()) + abs(len(list(store.log())) - number * times)
    again = sum(one["again"] for one in told)
    seconds = round(time.monotonic() - began)
    return Counter({"updates": number * times, "lost": lost, "wrong": wrong, "done again": again, "seconds": seconds})


def transfers(address, folder, times, pairs, *, serializable=True):
    """Move money between accounts, and let two go off duty where the other is on; counts what must not be."""
    url = new_store(address, folder / "transfers")
    with opened(url).write() as work:
        for account in range(8):
            work.put("account", str(account), {"balance": 100})
        for pair, one in itertools.product(range(pairs), "ab"):
            work.put("duty", f"{pair}{one}", {"on": True})
        work.commit_as(LogEntry(0, "", "ada", "begin", ()))
    told = ran("bank", _patient(url), 4, int(serializable), times, script=LOAD)
    skewed = ran("skew", _patient(url), 2, int(serializable), pairs, script=LOAD)
    assert told, "a writer failed"
    assert skewed, "a writer failed"
    found = opened(url).read()
    wrong = sum(one["wrong"] for one in told) + (sum(each["balance"] for _, each in found.items("account")) != 800)
    on = {key for key, document in found.items("duty") if document["on"]}
    nobody = sum(f"{pair}a" not in on and f"{pair}b" not in on for pair in range(pairs))
    return Counter({"transfers": times * 4, "wrong sums": wrong, "pairs": pairs, "pairs without anybody": nobody})


def _patient(url):
    return f"{url}?timeout=600" if "?" not in url else f"{url}&timeout=600"


# -- a disk that is watched --------------------------------------------------------------------------------------------


def watched(address, folder, steps, before=None):
    """Make commits on a disk that is watched; returns the disk, and what the program said, None where it failed."""
    mount = folder / "disk"
    mount.mkdir(parents=True)
    with fuse_disk.mounted(mount) as disk:
        if before:
            before(disk)
        url = address.format(folder=mount)
        told = ran("live", url, mount, steps, quiet=bool(before))
        files = disk.files()
    return disk, files, told


def power(address, folder, steps, *, forgets=()):
    """Cut the power after every call to the file system, and let every mode decide what survives."""
    disk, _, told = watched(address, folder, steps)
    events = [event for event in disk.events if event[0] not in forgets]
    assert told, "the program on the watched disk failed"
    figures = Counter(calls=len(events))
    for number, (files, acknowledged) in enumerate(images(events)):
        figures["disks"] += 1
        wrong = harm(address, folder / str(number), files, acknowledged)
        if wrong:
            figures[wrong] += 1
    return figures


def images(events):
    """Yield every different state of the disk after a cut, with the number of commits acknowledged by then."""
    disk, done, seen = Disk(), -1, set()
    for event in events:
        disk.apply(event)
        done += event == (fuse_disk.MARK,)
        for mode in FUSE_MODES:
            image = disk.image(mode)
            key = done, hash(tuple(sorted(image.items())))
            if key not in seen:
                seen.add(key)
                yield image, done


def harm(address, folder, files, acknowledged, unsure=1):
    """Return what is wrong with a store after a cut or a fault, or nothing."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    store = opened(address.format(folder=folder))
    try:
        if not store.exists():
            return "lost" if acknowledged >= 0 else ""
        reader = store.read()
        found, number = dict(reader.items("customer")), reader.commit
        if not max(acknowledged, 0) <= number <= acknowledged + unsure:
            return "lost"
        if found != state_after(number) or store.check():
            return "corrupt"
        commit(store)
    except StoreError:
        return "corrupt" if acknowledged >= 0 else ""
    return ""


def faults(address, folder, steps, every=1):
    """Let every call to the file system fail in turn: a commit is made or not, and the store is sound afterwards."""
    calls = len(watched(address, folder / "sound", steps)[0].asked)
    figures = Counter(calls=calls)
    for turn, code in itertools.product(range(0, calls, every), FAULTS):
        place = folder / f"{turn}-{code}"
        disk, files, _ = watched(address, place, steps, lambda disk, t=turn, c=code: disk.fail(t, c))
        done = disk.events.count((fuse_disk.MARK,)) - 1
        figures["faults"] += 1
        # A program that was told of the fault has stopped; what it was doing is done or not.
        wrong = harm(address, place / "after", files, done)
        if wrong:
            figures[wrong] += 1
    return figures


def full(address, folder, sizes):
    """Let a disk be full at each size, make room, and go on."""
    figures = Counter(sizes=len(sizes))
    for size in sizes:
        place = folder / str(size)
        place.mkdir(parents=True)
        with fuse_disk.mounted(place) as disk:
            disk.room = size
            told = ran("until_full", address.format(folder=place))
            files = disk.files()  # looked at elsewhere: whoever maps a file of its own file system may wait for itself
        if told is None:
            figures["crashed"] += 1
            continue
        figures.update(told)
        roomy = folder / f"{size}-with-room"
        roomy.mkdir()
        for name, data in files.items():
            (roomy / name).write_bytes(data)
        if told["commits"] >= 0 and wrong_after(opened(address.format(folder=roomy)), told["commits"], told["unknown"]):
            figures["broken"] += 1
    return figures


def wrong_after(store, commits, unknown):
    """Whether a store is not what it was when its disk became full, or does not work with room again."""
    try:
        reader = store.read()
        sound = commits <= reader.commit <= commits + unknown and not store.check()
        sound = sound and dict(reader.items("customer")) == state_after(reader.commit)
        return not sound or commit(store) != reader.commit + 1
    except StoreError:
        return True


# -- damage ------------------------------------------------------------------------------------------------------------


def damage(address, folder, every, *, careless=False):
    """Flip a bit at, and cut the file at, every so many offsets of a store of 20 KB and its log."""
    url = new_store(address, folder / "sound")
    main = Path(url.partition(":///")[2])
    fill(opened(url), main)
    right = dict(opened(url).read().items("customer"))
    figures, rng = Counter(), random.Random(3)
    for path in sorted(path for path in main.parent.iterdir() if path.suffix != ".lock"):
        sound = path.read_bytes()
        figures["bytes"] += len(sound)
        for offset in range(0, len(sound), every):
            flipped = bytes([sound[offset] ^ (1 << rng.randrange(8))])
            for kind, data in (("flips", sound[:offset] + flipped + sound[offset + 1 :]), ("cuts", sound[:offset])):
                path.write_bytes(data)
                figures[kind] += 1
                figures[judged(opened(url), right, main.name, careless=careless)] += 1
        path.write_bytes(sound)
    return figures


def fill(store, main):
    """Commit 240 documents, which is 20 KB, and bring what is written ahead of a file into it."""
    if hasattr(store, "shape_by"):
        store.shape_by(lambda _: {"customer": SHAPES})
    for _ in range(12):
        with store.write() as work:
            for number in range(work.commit * 20, work.commit * 20 + 20):
                work.put("customer", f"c{number}", {"id": f"c{number}", "name": f"Name {number}", "n": number})
            work.commit_as(LogEntry(0, "", "ada", "put", ()))
    if store.url.startswith("sqlite"):
        with closing(sqlite3.connect(main)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def judged(store, right, name, *, careless):
    """Return what a damaged store shows: what is right, a message that names the file, or, worst, something else."""
    try:
        found = dict(store.read().items("customer"))
        told = () if careless else store.check()
    except StoreError as error:
        return "told" if name in error.message else "told without the file"
    except Exception as error:  # noqa: BLE001 - what must not happen
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return "crashed"
    if told:
        return "told" if all(name in text for text in told) else "told without the file"
    return "right" if found == right else "silently wrong"
