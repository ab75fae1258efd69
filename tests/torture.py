"""Long campaigns against a store and the readers of files, with figures: ``python tests/torture.py --report FILE``.

Each campaign says what it did, what it found, and what the same campaign finds once a defence is taken away. A store
other than the default one is named by ``--store``, an address with {folder} in it.
"""

import argparse
import json
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import crash_loop
import fuse_disk
import fuzzing
from crash_loop import commit, state_after
from power_loss import Disk

from crmcore.errors import StoreError

LOOP = Path(__file__).with_name("crash_loop.py")
FUSE_MODES = ("nothing unsynced", "names only", "half of the data", "everything")
TINYDB = "tinydb:///{folder}/crm.json"


def ran(task, *arguments):
    """Run a task of crash_loop.py; returns what it printed, or None where it found something wrong."""
    command = [sys.executable, str(LOOP), task, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode else done.stdout


def new_store(address, folder):
    folder.mkdir(parents=True)
    url = address.format(folder=folder)
    crash_loop.open_tinydb(url).create()
    return url


# -- kills -------------------------------------------------------------------------------------------------------------


def kills(address, folder, wanted, writers, task="kill"):
    """Kill writers so many times, over as many stores as it takes."""
    figures = Counter()
    for seed in range(10_000):
        if figures["kills"] >= wanted or figures["broken"]:
            return figures
        told = ran(task, new_store(address, folder / f"{task}{writers}-{seed}"), 60, writers, seed)
        if told is None:
            figures["broken"] += 1
        else:
            found = json.loads(told)
            figures.update(kills=found["kills"], commits=found["commits"], stores=1)
    return figures


# -- power cuts --------------------------------------------------------------------------------------------------------


def power(address, folder, steps, forgets=()):
    """Cut the power after every call to the file system, and let every mode decide what survives."""
    mount = folder / "disk"
    mount.mkdir(parents=True)
    with fuse_disk.mounted(mount) as disk:
        told = ran("live", address.format(folder=mount), mount, steps)
        events = [event for event in disk.events if event[0] not in forgets]
    assert told, "the program on the watched disk failed"
    figures = Counter(calls=len(events))
    for number, (files, acknowledged) in enumerate(images(events)):
        figures["cuts"] += 1
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
            key = done, tuple(sorted(image.items()))
            if key not in seen:
                seen.add(key)
                yield image, done


def harm(address, folder, files, acknowledged):
    """Return what is wrong with a store after a cut, or nothing."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    store = crash_loop.open_tinydb(address.format(folder=folder))
    if not store.exists():
        return "lost" if acknowledged >= 0 else ""
    try:
        reader = store.read()
        found, number = dict(reader.items("customer")), reader.commit
        if number < acknowledged:
            return "lost"
        if found != state_after(number) or store.check():
            return "corrupt"
        commit(store)
    except StoreError:
        return "corrupt" if acknowledged >= 0 else ""
    return ""


# -- damage ------------------------------------------------------------------------------------------------------------


def damage(folder, every, *, careless=False):
    """Flip a byte at, and cut the file at, every so many offsets of a store of 20 KB and its log."""
    from crmcore.storage.tinydb_store import open_tinydb  # noqa: PLC0415 - of this store only

    url = new_store(TINYDB, folder / "sound")
    store = open_tinydb(url)
    while (folder / "sound" / "crm.json").stat().st_size < 20_000:
        with store.write() as work:
            for number in range(work.commit * 20, work.commit * 20 + 20):
                work.put("customer", f"c{number}", {"id": f"c{number}", "name": f"Name {number}", "n": number})
            work.commit_as(crash_loop.LogEntry(0, "", "ada", "put", ()))
    right = dict(store.read().items("customer"))
    figures, rng = Counter(), random.Random(3)
    for name in ("crm.json", "crm.json.log"):
        path = folder / "sound" / name
        sound = path.read_bytes()
        for offset in range(0, len(sound), every):
            flipped = bytes([sound[offset] ^ (1 << rng.randrange(8))])
            for kind, data in (("flips", sound[:offset] + flipped + sound[offset + 1 :]), ("cuts", sound[:offset])):
                path.write_bytes(data)
                figures[kind] += 1
                figures[judged(open_tinydb(url), right, name, careless=careless)] += 1
        path.write_bytes(sound)
    return figures


def judged(store, right, name, *, careless):
    """Return what a damaged store shows: what is right, a message that names the file, or, worst, something else."""
    try:
        found = dict(store.read().items("customer"))
        told = () if careless else store.check()
    except StoreError as error:
        return "told" if name in error.message else "told without the file"
    except Exception:  # noqa: BLE001 - what must not happen
        return "crashed"
    if told:
        return "told" if all(name in text for text in told) else "told without the file"
    return "right" if found == right else "silently wrong"


# -- writers -----------------------------------------------------------------------------------------------------------


def writers(address, folder, number, times):
    """Let several processes count together."""
    url = new_store(address, folder / f"writers{number}")
    command = [sys.executable, str(LOOP), "count", f"{url}?timeout=600", str(times)]
    began = time.monotonic()
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(number)]
    assert not any(process.wait() for process in running), "a writer failed"
    store = crash_loop.open_tinydb(url)
    found = store.read().get("counter", "all")["n"]
    bad = len(store.check()) + abs(len(list(store.log())) - number * times)
    seconds = time.monotonic() - began
    return Counter(updates=number * times, lost=number * times - found, bad=bad, seconds=round(seconds))


# -- all of them -------------------------------------------------------------------------------------------------------


def campaigns(address, folder, scale):
    """Return each campaign by name: functions that return its figures, and those of its control."""
    found = {}
    for number in (1, 4):
        found[f"kill -9, {number} at work"] = lambda n=number: kills(address, folder, max(25, 1000 // scale), n), None
    why = fuse_disk.why_not(folder)
    found["power cuts" + (f": NOT RUN, {why}" if why else f", {len(FUSE_MODES)} loss modes")] = (
        lambda: Counter() if why else power(address, folder / "p", 20 if scale == 1 else 3),
        lambda: Counter() if why else power(address, folder / "q", 3, forgets=("sync_folder",)),
    )
    for number in (2, 4, 8, 16):
        found[f"{number} writers"] = lambda n=number: writers(address, folder, n, 1000 // scale), None
    return found | (of_files(folder, scale) if address == TINYDB else {})


def of_files(folder, scale):
    """Return the campaigns against files that are the default store's alone."""
    sizes = range(1000, 40_000, 609 * scale)
    full = new_store(TINYDB, folder / "full")
    found = {
        "kill -9, in the middle of a write": (
            lambda: kills(TINYDB, folder / "s", 25, 1),
            lambda: kills(TINYDB, folder / "c", 25, 1, "careless"),
        ),
        f"disk full at {len(sizes)} sizes": (lambda: Counter(json.loads(ran("fill", full, *sizes))), None),
        "damage": (lambda: damage(folder / "d", scale), lambda: damage(folder / "e", 41, careless=True)),
    }
    for name, (read, seeds) in fuzzing.readers(folder).items():
        found[f"fuzzed {name}"] = lambda read=read, seeds=seeds: fuzzing.fuzzed(read, seeds, 1_000_000 // scale), None
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", default=TINYDB)
    parser.add_argument("--scale", type=int, default=1, help="do so many times less")
    parser.add_argument("--only", default="", help="campaigns whose name contains this")
    parser.add_argument("--leave-out", default="", help="but not those whose name contains this")
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    lines = [
        "# Torture",
        "",
        f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {time.strftime('%Y-%m-%d')}.",
        f"Store: {asked.store.partition(':')[0]}. Made by `make torture`.",
        "",
        "| campaign | figures | with a defence taken away |",
        "|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, (campaign, control) in campaigns(asked.store, Path(folder), asked.scale).items():
            if asked.only in name and not (asked.leave_out and asked.leave_out in name):
                lines.append(f"| {name} | {told(campaign())} | {told(control()) if control else ''} |")
                print(lines[-1], flush=True)  # noqa: T201 - it takes long
    if asked.report:
        asked.report.write_text("\n".join(lines) + "\n", "utf-8")


def told(figures):
    return ", ".join(f"{number:,} {name}" for name, number in figures.items())


if __name__ == "__main__":
    main()
