"""Run as a script: several processes at work on one store at once; prints what each did.

It forks, which a test runner with threads must not do. `careless` at the end takes a defence away, to show that the
tests would notice.
"""

import json
import os
import random
import select
import sys
import time
import traceback
from contextlib import contextmanager

import crash_loop
from attrs import evolve
from crash_loop import opened
from crm_sql import committing, store, working
from crm_sql.tables import facts
from sqlalchemy import update

from crmcore import CommitUnknown, LogEntry, NotCommitted, Overtaken, Promises, StoreError, outcome
from crmcore.storage import tinydb_store

ACCOUNTS = 8
FIRST = 100


def entry(why="load", token=""):
    return LogEntry(0, "", "ada", why, (), token)


class Worker:
    """Does units again when others were faster."""

    def __init__(self, url, serializable):
        self.store, self.serializable = opened(url), serializable
        self.again = self.unknown = 0

    def unit(self, change, tries=200):
        """Commit `change`; returns whether it was made (it says no by returning False)."""
        for attempt in range(tries):
            token = f"{random.getrandbits(64):x}"
            try:
                with self.store.write(serializable=self.serializable) as work:
                    if change(work) is False:
                        return False
                    work.commit_as(entry(token=token))
            except (Overtaken, NotCommitted) as error:
                if isinstance(error, NotCommitted) and not error.is_passing:
                    raise
                self.again += 1
                time.sleep(random.uniform(0, min(0.5, 0.002 * 2 ** min(attempt, 8))))
            except CommitUnknown:
                self.unknown += 1
                if self.asked(token):
                    return True
            else:
                return True
        raise RuntimeError("never came first")

    def asked(self, token):
        """Ask what became of a unit, as soon as there is an answer."""
        while True:
            try:
                return outcome(self.store, token)
            except StoreError:
                time.sleep(0.05)


def count(worker, times, _seed):
    """Count one document up so many times."""

    def up(work):
        found = work.get("counter", "all") or {"n": 0}
        work.put("counter", "all", {"n": found["n"] + 1})

    for _ in range(times):
        worker.unit(up)
    return {"done": times}


def bank(worker, times, seed):
    """Move money between accounts, looking at the sum of all now and then."""
    rng, wrong = random.Random(seed), 0

    def move(work):
        one, other = rng.sample(range(ACCOUNTS), 2)
        amount = rng.randrange(1, 20)
        for account, change in ((one, -amount), (other, amount)):
            work.put("account", str(account), {"balance": work.get("account", str(account))["balance"] + change})

    for number in range(times):
        worker.unit(move)
        if not number % 5:
            wrong += total(worker.store) != ACCOUNTS * FIRST
    return {"done": times, "wrong": wrong}


def total(found):
    return sum(document["balance"] for _, document in found.read().items("account"))


def skew(worker, times, seed):
    """Of each pair, go off duty only where the other one is on."""
    mine, theirs = ("a", "b") if seed % 2 else ("b", "a")

    def leave(work, pair):
        other = work.get("duty", f"{pair}{theirs}")
        time.sleep(0.001)  # so that both have looked before either goes
        return work.put("duty", f"{pair}{mine}", {"on": False}) if other["on"] else False

    for pair in range(times):
        worker.unit(lambda work, pair=pair: leave(work, pair))
    return {"done": times}


def acknowledge(worker, _times, seed):
    """Put one document after the other until standard input says stop; returns the keys that were acknowledged."""
    done, number = [], 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        number += 1
        key = f"{seed}-{number}"
        try:
            made = worker.unit(lambda work, key=key: work.put("kept", key, {"text": "x" * 500}), tries=1)
        except (StoreError, RuntimeError):  # the server is down
            time.sleep(0.02)
            continue
        if made:
            done.append(key)
    return {"acknowledged": done}


def without_check(*_):
    """Do not look whether others changed what is written."""


@contextmanager
def _free(*_):
    yield


def take_away():
    """Take the defences of all kinds of stores away: units are beside each other, and nobody looks what others changed."""
    tinydb_store.held = _free
    store.check_fresh = without_check
    beside = Promises(one_writer=False)
    store.SqlStore.promises = property(lambda _: beside, lambda *_: None)


def kill(url, *figures, careless=False):
    """Do what tests/crash_loop.py does, on any store."""
    if careless:
        working.write = _in_two_parts
    return crash_loop.kill_writers(url, *figures)


def _in_two_parts(connection, seen, work):
    """Commit the documents by themselves, and then the rest."""
    places = seen.places
    for table, changed in work.pending.items():
        places = committing._write_table(connection, table, changed, (seen.commits + 1, places))
    connection.execute(update(facts).values(places=places))
    connection.commit()
    time.sleep(0.003)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN")
    return committing.write(connection, evolve(seen, places=places), committing.Work({}, work.entry))


def work(task, url, serializable, times, seed):
    """Do one writer's part, and tell."""
    worker = Worker(url, bool(serializable))
    told = {"count": count, "bank": bank, "skew": skew, "acknowledge": acknowledge}[task](worker, times, seed)
    return told | {"again": worker.again, "unknown": worker.unknown}


def together(writers, *figures):
    """Let so many processes work at once; returns what each says."""
    running = []
    for seed in range(writers):
        receive, send = os.pipe()
        child = os.fork()
        if not child:
            code = 1
            try:
                os.write(send, json.dumps(work(*figures, seed)).encode())
                code = 0
            except BaseException:  # noqa: BLE001 - whatever it is, the parent reads it
                traceback.print_exc()
            finally:
                os._exit(code)
        os.close(send)
        running.append((child, receive))
    told = []
    for child, receive in running:
        with os.fdopen(receive) as said:
            told.append(json.load(said))
        assert os.waitpid(child, 0)[1] == 0
    return told


def main(task, url, *more):
    careless = more[-1:] == ("careless",)
    figures = [int(number) for number in more[: len(more) - careless]]
    if task == "kill":
        told = kill(url, *figures, careless=careless)
    else:
        if careless:
            take_away()
        writers, *rest = [*figures, 0, 0] if task == "acknowledge" else figures
        told = together(writers, task, url, *rest)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
