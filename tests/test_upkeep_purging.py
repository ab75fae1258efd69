"""`crm plugin purge` and `crm plugin restore`: nothing of a plugin is removed but on purpose, and it can come back."""

import json

import pytest
from cli_kit import new_shop
from test_upkeep_impact import OTHER

from crmcore.app import Crm
from crmcore.errors import NotCommitted, StoreLocked
from crmcore.storage.tinydb_store import TinyDBStore, open_tinydb

PURGE = ("--no-plugin", "shop", "plugin", "purge", "shop", "--export", "shop-data.json")
RESTORE = ("plugin", "restore", "shop-data.json")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    shop = new_shop(tmp_path, monkeypatch)
    shop.stock()
    shop.fine("visit", "add", "--id", "v1", "--customer", "c1", "--on", "2024-05-03")
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n[settings]\n"shop.much" = 500\n')
    shop.fine("config", "apply")
    shop.fine("classify", "--as-of", "2024-06-01")
    return shop


def content():
    reader = open_tinydb("tinydb:///crm.json").read()
    return {table: dict(reader.items(table)) for table in reader.tables()}


def own(tables):
    """Return what belongs to the plugin, as bytes, so that the order of everything counts."""
    kept = {table: docs for table, docs in tables.items() if table == "visit" or table.startswith("placement:shop.")}
    kept["values"] = {key: document.get("fields") for key, document in tables["customer"].items()}
    kept["setting"] = {key: document for key, document in tables.get("setting", {}).items() if key.startswith("shop.")}
    return json.dumps(kept)


def test_a_purge_removes_everything_of_a_plugin_in_one_commit_and_nothing_else(shop):
    before = content()
    ran = shop.fine(*PURGE, "--format", "json")
    assert {row["what"]: row["removed"] for row in ran.json} == {
        "visit": 1,
        "setting": 1,
        "scheme": 2,
        "placement:shop.recent": 3,
        "placement:shop.tier": 3,
        "shop.level": 2,
    }
    after = content()
    assert set(after) == {"company", "customer", "purchase", "run"}
    assert "shop." not in json.dumps(after["customer"])
    assert after["purchase"] == before["purchase"]
    assert shop.fine("log", "--format", "json").json[-1]["why"] == "purge plugin shop"


def test_what_was_purged_comes_back_byte_for_byte(shop):
    before = own(content())
    shop.fine(*PURGE)
    assert own(content()) != before
    ran = shop.fine(*RESTORE)
    assert "restored" in ran.err
    assert own(content()) == before
    assert shop.fine("plugin", "impact", "shop", "--format", "json").json["schema"] == 1


def test_restoring_a_second_time_says_that_there_was_nothing_to_do(shop):
    shop.fine(*PURGE)
    assert "crm: restored 12 documents and records of shop" in shop.fine(*RESTORE).err
    before = content()
    ran = shop.fine(*RESTORE)
    assert "everything of shop that shop-data.json holds is in the store already" in ran.err
    assert "restored" not in ran.err
    assert content() == before


def test_what_was_purged_comes_back_with_undo_too(shop):
    before = content()
    ran = shop.fine(*PURGE)
    number = ran.err.partition("`crm undo ")[2].partition("`")[0]
    shop.fine("undo", number)
    after = content()
    for table in ("placement:shop.tier", "placement:shop.recent", "setting", "plugin"):
        assert after[table] == before[table]
    assert after["visit"] == {"v1": {**before["visit"]["v1"], "version": 2}}
    assert {key: one.get("fields") for key, one in after["customer"].items()} == {
        key: one.get("fields") for key, one in before["customer"].items()
    }
    assert after["scheme"]["shop.tier"]["stale_since"]


def test_schemes_that_come_back_are_placed_anew_with_what_happened_meanwhile(shop):
    shop.fine(*PURGE)
    shop.write("crm.toml", "")
    shop.fine("purchase", "add", "--customer", "c1", "--at", "2024-05-28", "--amount", "9000")
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n')
    shop.fine(*RESTORE)
    assert "shop.tier" in shop.crm("doctor").out
    shop.fine("classify", "--as-of", "2024-06-01")
    assert shop.fine("customer", "show", "c1", "--format", "json").json["shop.tier"] == "big"


def test_restoring_twice_changes_nothing_more(shop):
    shop.fine(*PURGE)
    shop.fine(*RESTORE)
    before = own(content())
    shop.fine(*RESTORE)
    assert own(content()) == before


def test_the_file_is_for_its_owner_only(shop):
    shop.fine(*PURGE)
    assert (shop.folder / "shop-data.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", [PURGE, RESTORE])
def test_a_dry_run_writes_nothing(shop, command):
    if command is RESTORE:
        shop.fine(*PURGE)
    before, files = content(), set(shop.folder.iterdir())
    assert "dry run" in shop.fine(*command, "--dry-run").err
    assert content() == before
    assert set(shop.folder.iterdir()) == files


def test_a_plugin_that_left_nothing_is_no_work(shop):
    shop.fine(*PURGE)
    ran = shop.crm(*PURGE[:-1], "again.json")
    assert (ran.code, ran.err.strip()) == (3, "crm: the store holds nothing of the plugin 'shop'")
    assert not (shop.folder / "again.json").exists()


def test_an_active_plugin_is_not_purged(shop):
    before = content()
    ran = shop.crm(*PURGE[2:])
    assert ran.code == 1
    assert "is active" in ran.err
    assert "crm --no-plugin shop plugin purge shop --export FILE" in ran.err
    assert content() == before


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("plugin", "purge", "shop"), 2, "Missing option '--export'"),
        ((*PURGE[:-1], "crm.json"), 2, "is the store"),
        ((*PURGE[:-1], "crm.toml"), 2, "its configuration"),
        ((*PURGE[:-1], "crm_plugins/shop.py"), 1, "is there already; nothing was removed"),
        ((*PURGE[:-1], "no/such/folder.json"), 1, "there is no folder no/such"),
        ((*PURGE[:-1], "-"), 2, "must not get lost in a pipe"),
        (("plugin", "purge", "nobody", "--export", "x.json"), 2, "no plugin named 'nobody'"),
        (("plugin", "restore"), 2, "Missing argument 'FILE'"),
        (("plugin", "restore", "nothing.json"), 1, "cannot be read"),
        (("plugin", "restore", "crm.toml"), 2, "is no file of `crm plugin purge`: it is not JSON"),
        (("plugin", "restore", "crm.json"), 2, "it has no 'crm_plugin_data'"),
    ],
)
def test_bad_requests_change_nothing(shop, arguments, code, text):
    before = content()
    ran = shop.crm(*arguments)
    assert ran.code == code, ran.err
    assert text in ran.err
    assert content() == before


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"crm_plugin_data": 2}, "it was written by a newer crmcore"),
        ({"commit": "7"}, "it is damaged (its commit is no number)"),
        ({"documents": None}, "it is damaged"),
        ({"documents": [["visit", "v1"]]}, "it is damaged"),
        ({"documents": [["visit", "", {}]]}, "'' stands where a name belongs"),
        ({"documents": [["visit", "v1", []]]}, "[] stands where a document belongs"),
        ({"values": [["customer", "c1", {"shop.level": "low"}]]}, "it is damaged"),
        ({"mark": {"schema": "x"}}, "it is damaged"),
        ({"documents": [["company", "company", {"currency": "USD"}]]}, "company company: is nothing of the plugin"),
        ({"documents": [["customer", "c1", {"id": "c1"}]]}, "customer c1: is nothing of the plugin"),
        ({"documents": [["visit", "v1", {"id": "v2"}]]}, "visit v1: is nothing of the plugin"),
        ({"documents": [["setting", "other.much", {"value": "1"}]]}, "setting other.much: is nothing of the plugin"),
        ({"documents": [["placement:other.x", "c1", {"rows": []}]]}, "placement:other.x c1: is nothing of the plugin"),
        ({"documents": [["plugin", "shop", {}]]}, "plugin shop: is nothing of the plugin"),
        ({"values": [["customer", "c1", {"other.x": 1}, []]]}, "customer c1 other.x: is no field of the plugin"),
        ({"values": [["company", "company", {"shop.x": 1}, []]]}, "company company shop.x: is no field of the plugin"),
        ({"values": [["customer", "c9", {"shop.level": "low"}, []]]}, "customer c9: the record is gone"),
    ],
)
def test_a_file_that_is_not_ours_is_not_restored(shop, change, text):
    shop.fine(*PURGE)
    given = json.loads((shop.folder / "shop-data.json").read_text("utf-8"))
    shop.write("shop-data.json", json.dumps({**given, **change}))
    before = content()
    ran = shop.crm(*RESTORE)
    assert ran.code in {1, 2}
    assert text in ran.err
    assert content() == before


def test_every_place_where_something_else_stands_by_now_is_listed(shop):
    shop.fine(*PURGE)
    shop.fine("customer", "edit", "c1", "--shop.level", "low")
    shop.fine("visit", "add", "--id", "v1", "--customer", "c2", "--on", "2025-01-01")
    before = content()
    ran = shop.crm(*RESTORE)
    assert ran.code == 1
    assert "visit v1: there is another one by now" in ran.err
    assert "customer c1 shop.level: has another value by now: 'low'" in ran.err
    assert content() == before


def test_changes_of_the_core_since_then_are_no_obstacle(shop):
    shop.fine(*PURGE)
    shop.fine("--no-plugin", "shop", "customer", "edit", "c1", "--name", "Eve")
    shop.fine(*RESTORE)
    found = shop.fine("customer", "show", "c1", "--format", "json").json
    assert (found["name"], found["shop.level"]) == ("Eve", "high")


def test_data_of_two_schemas_does_not_mix(shop):
    shop.fine(*PURGE)
    given = json.loads((shop.folder / "shop-data.json").read_text("utf-8"))
    given["mark"]["schema"] = 3
    shop.write("shop-data.json", json.dumps(given))
    shop.fine("customer", "edit", "c3", "--shop.level", "low")
    ran = shop.crm(*RESTORE)
    assert ran.code == 1
    assert "the data in the file has schema 3" in ran.err
    assert "of schema 1" in ran.err


def test_older_data_comes_back_as_what_it_is(shop):
    shop.fine(*PURGE)
    given = json.loads((shop.folder / "shop-data.json").read_text("utf-8"))
    given["mark"]["schema"] = 3
    shop.write("shop-data.json", json.dumps(given))
    shop.fine(*RESTORE)
    ran = shop.fine("customer", "list")
    assert "the plugin 'shop' takes no part: its data here has schema 3" in ran.err


@pytest.fixture
def photographed(shop):
    shop.write("crm_plugins/other.py", OTHER)
    shop.write("crm.toml", '[plugins]\nlocal = ["shop", "other"]\n')
    shop.fine("photo", "add", "--id", "f1", "--visit", "v1")
    return shop


@pytest.mark.parametrize("installed", [True, False])
def test_records_to_which_others_refer_are_not_purged(photographed, installed):
    if not installed:
        photographed.write("crm.toml", "")
    before = content()
    ran = photographed.crm(*PURGE)
    assert ran.code == 1
    assert "photo f1 visit: refers to visit 'v1'" in ran.err
    assert content() == before
    assert not (photographed.folder / "shop-data.json").exists()


def test_with_cascade_those_are_purged_and_restored_too(photographed):
    before = content()
    photographed.fine(*PURGE, "--cascade")
    assert "photo" not in content()
    photographed.fine(*RESTORE)
    after = content()
    assert (after["photo"], after["visit"]) == (before["photo"], before["visit"])


def test_what_would_refer_to_nothing_does_not_come_back(photographed):
    photographed.fine(*PURGE, "--cascade")
    given = json.loads((photographed.folder / "shop-data.json").read_text("utf-8"))
    given["documents"] = [
        [table, key, {**found, "customer": "c9"}] if table == "visit" else [table, key, found]
        for table, key, found in given["documents"]
    ]
    photographed.write("shop-data.json", json.dumps(given))
    ran = photographed.crm(*RESTORE)
    assert "visit v1 customer: refers to customer 'c9', which is gone" in ran.err


def test_when_nothing_could_be_written_the_file_does_not_stay(shop, monkeypatch):
    def full(*_):
        raise NotCommitted("nothing was written: the disk is full")

    monkeypatch.setattr(TinyDBStore, "_commit", full)
    ran = shop.crm(*PURGE)
    assert "the disk is full" in ran.err
    assert not (shop.folder / "shop-data.json").exists()


def test_when_only_what_comes_after_the_commit_fails_the_file_stays(shop, monkeypatch):
    def locked(_):
        raise StoreLocked("another writer did not finish")

    monkeypatch.setattr(Crm, "_tell_plugins", locked)
    assert shop.crm(*PURGE).code == 1
    monkeypatch.undo()
    assert json.loads((shop.folder / "shop-data.json").read_text("utf-8"))["plugin"] == "shop"
