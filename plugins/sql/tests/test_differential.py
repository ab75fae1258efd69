"""One life of ten thousand steps leaves the same in every kind of store, and copies between any two keep it."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from attrs import evolve
from crm_sql import open_postgresql, open_sqlite, writing
from postgres_kit import address

from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import Change
from crmcore.testing.store_base import TRICKY, entry
from crmcore.testing.store_machine import canonical
from crmcore.upkeep.copying import copy_store

STEPS = 10_000


def live(store, seed=20261201, steps=STEPS):
    """Put, replace and remove documents; most units commit, some are left."""
    rng, done = random.Random(seed), 0
    documents = list(TRICKY.values())
    while done < steps:
        with store.write() as work:
            changes = []
            for _ in range(rng.randrange(1, 250)):
                done += 1
                table, key = rng.choice(("customer", "purchase", "placement:a.b")), f"k{rng.randrange(400)}"
                before = work.get(table, key)
                after = None if rng.random() < 0.3 else {**rng.choice(documents), "step": done}
                changes.append(Change(table, key, before, after))
                if after is None:
                    work.delete(table, key)
                else:
                    work.put(table, key, after)
            if rng.random() < 0.9:
                work.commit_as(entry(f"step {done}", *changes))


def stores(folder):
    return {
        "tinydb": open_tinydb(f"tinydb:///{folder}/crm.json"),
        "sqlite": open_sqlite(f"sqlite:///{folder}/crm.db"),
        "postgresql": open_postgresql(address()),
        "postgresql, checked": open_postgresql(address(units="checked")),
    }


def told(store):
    """What a store holds, for comparing."""
    tables, log = canonical(store)
    return tables, [evolve(one, seal=None) for one in log]


def test_the_same_life_leaves_the_same_in_every_store(tmp_path):
    lived = {}
    for name, store in stores(tmp_path).items():
        store.create()
        live(store)
        assert store.check() == ()
        lived[name] = told(store)
    wanted = lived.pop("tinydb")
    assert len(wanted[0]["customer"]) > 200
    for name, found in lived.items():
        assert found == wanted, name


def test_a_store_that_forgets_the_order_is_noticed(tmp_path, monkeypatch):
    one, other = open_sqlite(f"sqlite:///{tmp_path}/1.db"), open_sqlite(f"sqlite:///{tmp_path}/2.db")
    one.create()
    live(one, steps=600)
    monkeypatch.setattr(writing.Pending, "put", lambda self, key, body: self.bodies.update({key: body}))
    other.create()
    live(other, steps=600)
    assert told(one) != told(other)
    assert told(one)[1] == told(other)[1]


@pytest.mark.parametrize("target", ["tinydb", "sqlite", "postgresql"])
@pytest.mark.parametrize("source", ["tinydb", "sqlite", "postgresql"])
def test_a_copy_of_any_kind_to_any_other_is_the_same(tmp_path, source, target):
    (tmp_path / "to").mkdir()
    one, other = stores(tmp_path)[source], stores(tmp_path / "to")[target]
    one.create()
    live(one, steps=600)
    heard = []
    copied = copy_store(one, other, tmp_path / "spool", heard.append)
    assert canonical(other) == canonical(one)
    assert copied.commit == one.read().commit
    live(other, steps=100)
    assert other.check() == ()


def test_backups_under_writers_show_one_state_each(tmp_path):
    for name, store in stores(tmp_path).items():
        store.create()
        open_again = {"tinydb": open_tinydb, "sqlite": open_sqlite}.get(name, open_postgresql)
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(live, open_again(store.url), 7, 3000)
            for number in range(5):
                store.backup(tmp_path / f"{name}-{number}")
            writing.result()
        for number in range(5):
            fresh = open_sqlite(f"sqlite:///{tmp_path}/{name}-{number}.db")
            fresh.restore(tmp_path / f"{name}-{number}")
            found = told(fresh)
            commit = fresh.read().commit
            assert fresh.check() == ()
            assert found[1] == told(store)[1][:commit]
