"""Run as a script: kills writers of a store at random moments, or counts together with another process.

It is a program of its own because it forks, which a test runner with threads must not do.
"""

import json
import os
import random
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import filelock  # noqa: F401 - imported once here, not by every child

from crmcore.errors import CommitUnknown, NotCommitted, Overtaken
from crmcore.storage import safe_file, tinydb_store
from crmcore.store import Change, LogEntry

LEAST_KILLS = 25
"""However busy the machine is, and so however few commits fit between two kills."""


def opened(url):
    """Open the store at an address of any bundled kind, to which options may have been added, with one `?` or several."""
    head, *options = url.split("?")
    kind, url = url.partition(":")[0], "?".join([head, "&".join(options)]) if options else head
    if kind == "tinydb":
        return tinydb_store.open_tinydb(url)
    import crm_sql  # noqa: PLC0415 - the core's own tests do without it

    return {"sqlite": crm_sql.open_sqlite, "postgresql": crm_sql.open_postgresql}[kind](url)


def commit(store):
    """Make the next commit, which its number determines: documents grow, shrink, come and go."""
    with store.write() as work:
        number = work.commit + 1
        changes = []
        for key, document in steps(number):
            changes.append(Change("customer", key, work.get("customer", key), document))
            if document is None:
                work.delete("customer", key)
            else:
                work.put("customer", key, document)
        return work.commit_as(LogEntry(0, "", "ada", str(number), tuple(changes)))


def steps(number):
    """Yield what commit ``number`` does: one document alternately long and short, others replaced or removed."""
    yield "alternating", {"commit": number, "text": "x" * (9000 if number % 2 else 10)}
    rng = random.Random(number)
    for _ in range(3):
        key = f"c{rng.randrange(20)}"
        yield key, {"commit": number, "text": "y" * rng.randrange(3000)} if rng.random() < 0.7 else None


def state_after(number):
    """Return the documents after so many commits."""
    documents = {}
    for each in range(1, number + 1):
        for key, document in steps(each):
            if document is None:
                documents.pop(key, None)
            else:
                documents[key] = document
    return documents


def verify(url, acknowledged, writers):
    """Return the last commit after making sure that nothing is lost, half done or left behind."""
    store = opened(f"{url}?timeout=5")
    reader = store.read()
    assert acknowledged <= reader.commit <= acknowledged + writers, (acknowledged, reader.commit)
    assert dict(reader.items("customer")) == state_after(reader.commit), reader.commit
    assert [each.commit for each in store.log()] == list(range(1, reader.commit + 1))
    assert store.check() == (), store.check()
    with store.write():
        pass
    left = [path.name for path in Path(url.partition(":///")[2]).parent.glob(".*.tmp")]
    assert left == [], left
    return reader.commit


def write_until_killed(url, acknowledge):
    store = opened(url)
    while True:
        with suppress(Overtaken):  # units beside each other are begun again
            os.write(acknowledge, b"%8d\n" % commit(store))


def kill_writers(url, commits, writers, seed):
    """Let writers work until there are so many commits and kills, killing them after a few commits and a random while."""
    rng = random.Random(seed)
    opened(url)  # what it needs is imported once here, not by every child
    kills = acknowledged = 0
    pace = 0.01
    while acknowledged < commits or kills < LEAST_KILLS:
        receive, send = os.pipe()
        children = start_writers(url, writers, send)
        os.close(send)
        with os.fdopen(receive, "rb", buffering=0) as told:
            few, began = rng.randrange(1, 8), time.monotonic()
            acknowledged = max(acknowledged, *(int(told.read(9)) for _ in range(few)))
            pace = (pace + (time.monotonic() - began) / few) / 2
            time.sleep(rng.uniform(0, pace))
            for child in children:
                os.kill(child, signal.SIGKILL)
            for child in children:
                assert os.waitpid(child, 0)[1] == signal.SIGKILL, "a writer failed by itself"
            acknowledged = max([acknowledged, *map(int, told.read().split())])
        kills += writers
        acknowledged = verify(url, acknowledged, writers)
    return {"kills": kills, "commits": acknowledged}


def start_writers(url, writers, send):
    children = []
    for _ in range(writers):
        child = os.fork()
        if not child:
            write_until_killed(url, send)
        children.append(child)
    return children


def live(url, folder, steps):
    """Make so many commits, and after each say that it is done; `fuse_disk` watches the folder."""
    store = opened(url)
    store.create()
    for number in range(int(steps) + 1):
        if number:
            commit(store)
        os.close(os.open(f"{folder}/done", os.O_CREAT | os.O_EXCL))  # one call to the file system
        os.unlink(f"{folder}/done")  # noqa: PTH108 - as above
    return {"commits": int(steps)}


def overwrite_in_place(path, chunks):
    """Do what a careless program does, slowly enough for a kill to hit it."""
    data = b"".join(chunks)
    with path.open("r+b") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        time.sleep(0.003)
        file.write(data[len(data) // 2 :])
        file.truncate()
    return safe_file.Seen(0, 0, 0, b"")


def count_up(url, times):
    store = opened(url)
    for _ in range(times):
        with store.write() as work:
            found = work.get("counter", "all")
            work.put("counter", "all", {"n": found["n"] + 1 if found else 1})
            work.commit_as(LogEntry(0, "", "ada", "count", ()))
    return {"times": times}


def fill_the_disk(url, sizes):
    """Let files grow no larger than each size in turn: the system then refuses in the middle of a write."""
    store = opened(url)
    refused = 0
    for size in sizes:
        before = store.read()
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        try:
            while True:
                before = store.read()
                with store.write() as work:
                    work.put("customer", f"c{work.commit}", {"text": "x" * 700})
                    work.commit_as(LogEntry(0, "", "ada", "grow", ()))
        except NotCommitted as error:
            refused += "nothing was written" in str(error) and "would become larger than allowed" in str(error)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        for handle in (store, opened(url)):
            assert list(handle.read().items("customer")) == list(before.items("customer"))
            assert handle.check() == (), handle.check()
        with store.write() as work:
            work.put("customer", "works again", {"size": size})
            work.commit_as(LogEntry(0, "", "ada", "again", ()))
    return {"refused": refused, "commits": store.read().commit}


def until_full(url):
    """Commit until the disk is full; returns the commits that were made, -1 without a store, and those nobody is sure of."""
    store = opened(url)
    made = -1
    try:
        store.create()
        made = 0
        while made < 2000:
            made = commit(store)
    except NotCommitted:
        return {"commits": made, "refused": 1, "unknown": 0}
    except CommitUnknown:
        return {"commits": made, "refused": 0, "unknown": 1}
    raise AssertionError("the disk was never full")


def main(task, url, *numbers):
    if task == "live":
        sys.stdout.write(json.dumps(live(url, *numbers)))
        return
    figures = [int(number) for number in numbers]
    if task == "careless":
        safe_file._place = overwrite_in_place
    tasks = {"kill": kill_writers, "careless": kill_writers, "count": count_up, "until_full": until_full}
    done = fill_the_disk(url, figures) if task == "fill" else tasks[task](url, *figures)
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
