"""`crm doctor`: whatever is wrong is found, named and comes with a way out; whatever is broken stops nothing else."""

import json
import os
import time

import pytest
from cli_kit import PLUGIN, new_shop

from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import LogEntry


@pytest.fixture
def shop(tmp_path, monkeypatch):
    shop = new_shop(tmp_path, monkeypatch)
    shop.stock()
    shop.fine("visit", "add", "--id", "v1", "--customer", "c1", "--on", "2024-05-03")
    shop.fine("classify")
    return shop


def write(table, key, document):
    """Change a document behind everybody's back."""
    with open_tinydb("tinydb:///crm.json").write() as transaction:
        if document is None:
            transaction.delete(table, key)
        else:
            transaction.put(table, key, {**(transaction.get(table, key) or {}), **document})
        transaction.commit_as(LogEntry(transaction.commit + 1, "2026-11-21T12:00:00Z", "ada", "", ()))


def findings(shop, *before):
    """Return what the doctor finds, by id."""
    ran = shop.crm(*before, "doctor", "--format", "json")
    assert ran.code == (3 if ran.json else 0), ran.err
    for one in ran.json:
        assert one["level"] in {"error", "warning"}
        assert one["what"]
        assert one["todo"], one
    return {one["id"]: one for one in ran.json}


def test_where_all_is_well_nothing_is_found(shop):
    ran = shop.crm("doctor")
    assert (ran.code, ran.out, ran.err) == (0, "", "crm: all is well\n")
    assert findings(shop) == {}


def test_what_the_store_keeps_of_imports_and_fits_is_no_finding(shop):
    shop.write("more.csv", "id,name\nc8,Zoe\n")
    shop.fine("import", "more.csv", "--as", "customer")
    shop.fine("classify", "--full")
    assert findings(shop) == {}


def test_the_doctor_changes_nothing(shop):
    write("customer", "c1", {"fields": {"gone.field": 1}})
    before = {path: path.read_bytes() for path in shop.folder.glob("crm.json*")}
    findings(shop)
    assert {path: path.read_bytes() for path in shop.folder.glob("crm.json*")} == before


LEVELS = PLUGIN.replace('choices=("low", "high")', 'choices=("mini", "maxi")').replace('is_("high")', 'is_("maxi")')
KINDS = PLUGIN.replace(
    'Field("shop.level", str, on=Customer, choices=("low", "high")', 'Field("shop.level", int, on=Customer'
).replace('level.is_("high")', "(level > 3)")
NEWER = f"{PLUGIN}\nfrom crmcore import Migration\n@hookimpl\ndef crm_migrations():\n    return [Migration(2, Customer, dict)]\n"
WITHOUT_LEVEL = PLUGIN.replace("return [level, limit]", "return [limit]").replace(
    '    Segment("liked", when=level.is_("high").or_else(False)),\n', ""
)


@pytest.mark.parametrize(
    ("code", "found", "level", "text"),
    [
        (LEVELS, "refused-value", "warning", "values of shop.level: it is not one of mini, maxi"),
        (KINDS, "refused-value", "warning", "refused now: 2 values of shop.level"),
        (NEWER, "migration-pending", "warning", "its data here has schema 1"),
        (
            WITHOUT_LEVEL,
            "orphaned-values",
            "warning",
            "2 values of shop.level: the plugin 'shop' no longer declares it",
        ),
        ("raise RuntimeError('no such luck')\n", "plugin-failed", "error", "no such luck"),
        ("raise RuntimeError('no such luck')\n", "data-waiting", "warning", "the store holds 1 record, 2 values"),
        ("import sys\nsys.exit(3)\n", "plugin-failed", "error", "it ended the program"),
        ("this is no python", "plugin-failed", "error", "SyntaxError"),
    ],
)
def test_a_plugin_that_changed_or_broke_is_found(shop, code, found, level, text):
    shop.write("crm_plugins/shop.py", code)
    one = findings(shop)[found]
    assert one["level"] == level
    assert text in one["what"]


def test_a_plugin_that_is_gone_is_found_with_what_it_left(shop):
    shop.write("crm.toml", "")
    found = findings(shop)
    assert "the store holds 1 record, 2 values, 2 schemes of it" in found["plugin-missing"]["what"]
    assert "crm plugin purge shop" in found["plugin-missing"]["todo"]
    assert "crm_plugins/shop.py is a plugin that is not switched on" in found["plugin-not-enabled"]["what"]
    assert set(found) == {"plugin-missing", "plugin-not-enabled"}


def test_a_plugin_that_is_left_out_is_found_with_what_waits_for_it(shop):
    assert set(findings(shop, "--no-plugin", "shop")) == {"data-waiting"}


def test_data_newer_than_its_plugin_is_found(shop):
    write("plugin", "shop", {"schema": 5})
    found = findings(shop)
    assert found["data-newer"]["level"] == "error"
    assert "schema 5" in found["data-newer"]["what"]


@pytest.mark.parametrize(
    ("place", "document", "found", "text"),
    [
        (("customer", "c1"), {"fields": {"gone.field": 1}}, "orphaned-values", "no plugin 'gone' was ever here"),
        (
            ("customer", "c1"),
            {"fields": {"shop.gone": 1}},
            "orphaned-values",
            "the plugin 'shop' no longer declares it",
        ),
        (("boat", "b1"), {"id": "b1"}, "orphaned-records", "1 record of type boat"),
        (("setting", "shop.gone"), {"value": "1"}, "undeclared-setting", "nobody declares the setting shop.gone"),
        (("setting", "nobody.much"), {"value": "1"}, "undeclared-setting", "nobody declares the setting nobody.much"),
        (("scheme", "shop.tier"), {"stale_since": 7}, "stale-scheme", "shop.tier is not placed since commit 7"),
        (
            ("visit", "v1"),
            {"customer": "c9"},
            "dangling-reference",
            "1 time visit.customer names a customer that is not",
        ),
        (("customer", "c1"), {"parent": "c1"}, "circle", "customer.parent leads round in a circle: c1 -> c1"),
        (("customer", "c2"), {"referred_by": "c2"}, "circle", "customer.referred_by leads round in a circle: c2 -> c2"),
        (("visit", "v1"), {"on": "yesterday"}, "damaged-record", "visit v1 cannot be read: on="),
        (("customer", "c1"), {"name": 7}, "damaged-record", "customer c1 cannot be read"),
        (("customer", "c1"), {"fields": 7}, "damaged-record", "customer c1 cannot be read"),
        (
            ("customer", "c1"),
            {"fields": {"shop.limit": "much"}},
            "refused-value",
            "refused now: 1 value of shop.limit",
        ),
        (
            ("outbox", "000000000009"),
            {"waiting": {"crm_committed": ["shop"]}, "changes": [], "moves": []},
            "undelivered-event",
            "'shop' was not told of 1 commit",
        ),
        (("outbox", "000000000009"), {"waiting": 3}, "damaged-document", "damaged"),
        (("setting", "shop.much"), {"value": []}, "damaged-document", "damaged"),
        (("plugin", "shop"), {"schema": "many"}, "store-unusable", "the plugin 'shop' in the store is damaged"),
        (("company", "company"), {"currency": "?"}, "store-unusable", "is no currency code"),
        (("company", "company"), {"book_date": "2024-06-01"}, "book-pinned", "the book date is pinned at 2024-06-01"),
    ],
)
def test_what_is_wrong_in_the_store_is_found(shop, place, document, found, text):
    write(*place, document)
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n[settings]\n"shop.much" = 1000\n')
    assert text in findings(shop)[found]["what"]


def test_a_store_without_a_company_is_found(shop):
    write("company", "company", None)
    assert "crm store restore" in findings(shop)["store-unusable"]["todo"]


@pytest.mark.parametrize(
    ("content", "found", "text"),
    [
        (
            '[plugins]\nlocal = ["shop"]\n[settings]\n"shop.much" = 500\n',
            "setting-not-applied",
            "shop.much = 500, and 1000",
        ),
        ('[plugins]\nlocal = ["shop"]\n[settings]\n"shop.much" = "x"\n', "broken-configuration", "must be a number"),
        ("junk = = 1\n", "broken-configuration", "no TOML"),
        ("junk = 1\n", "broken-configuration", "no key named 'junk'"),
    ],
)
def test_what_is_wrong_in_the_configuration_is_found(shop, content, found, text):
    shop.write("crm.toml", content)
    assert text in findings(shop)[found]["what"]


def test_settings_that_were_applied_are_no_finding(shop):
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n[settings]\n"shop.much" = 500\n')
    assert "crm: 1 setting changed; " in shop.fine("config", "apply").err
    assert list(findings(shop)) == ["stale-scheme"]
    assert shop.fine("segments", "--format", "json").err == "crm: not placed anew: shop.tier; run `crm classify`\n"
    shop.fine("classify")
    assert findings(shop) == {}


def test_why_an_event_hook_failed_is_said(shop):
    hook = "@hookimpl\ndef crm_committed(changes):\n    raise RuntimeError('the mail server is down')\n"
    shop.write("crm_plugins/shop.py", f"{PLUGIN}\n{hook}")
    for name in ("Ada King", "Ada Lovelace"):
        shop.fine("customer", "edit", "c1", "--name", name)
        found = findings(shop)["undelivered-event"]
    assert "not told of 2 commits: failed in crm_committed: RuntimeError: the mail server is down (" in found["what"]


def test_files_that_others_can_read_are_found(shop):
    (shop.folder / "crm.json").chmod(0o644)
    found = findings(shop)["file-open"]
    assert "mode 644" in found["what"]
    assert found["todo"] == "chmod 600 crm.json"


def test_a_lost_log_is_found(shop):
    for path in shop.folder.glob("crm.json.log*"):
        path.unlink()
    assert findings(shop)["store-damaged"]["level"] == "error"


def test_a_store_that_somebody_else_changed_is_found(shop):
    path = shop.folder / "crm.json"
    path.write_bytes(path.read_bytes().replace(b'"Ada"', b'"Ida"'))
    assert "changed by another program" in findings(shop)["store-damaged"]["what"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1", b"\xff\xfe", b'{"_crm": 3}'])
def test_a_store_that_cannot_be_read_is_found(shop, content):
    (shop.folder / "crm.json").write_bytes(content)
    assert set(findings(shop)) == {"store-unusable"}


@pytest.mark.parametrize("url", ["nowhere.json", "no/folder.json", "oracle:///x", "tinydb:///"])
def test_a_store_that_is_not_there_is_found(shop, url):
    assert "store-unusable" in findings(shop, "--store", url)


def test_an_old_backup_is_found_if_anything_came_after_it(shop):
    shop.fine("store", "backup", "crm.backup")
    shop.write("not-a-backup", "text")
    old = time.time() - 40 * 86400
    os.utime(shop.folder / "crm.backup", (old, old))
    assert findings(shop) == {}
    shop.fine("customer", "edit", "c1", "--name", "Eve")
    found = findings(shop)["backup-old"]
    assert "40 days old; 1 commits came after it" in found["what"]


def test_a_new_backup_is_no_finding(shop):
    shop.fine("store", "backup", "crm.backup")
    shop.fine("customer", "edit", "c1", "--name", "Eve")
    assert findings(shop) == {}


def test_errors_come_first_and_everything_is_found_at_once(shop):
    write("customer", "c1", {"fields": {"gone.field": 1}})
    write("visit", "v1", {"customer": "c9"})
    shop.write("crm_plugins/idle.py", "")
    ran = shop.crm("doctor", "--format", "json")
    levels = [one["level"] for one in json.loads(ran.out)]
    assert levels == sorted(levels)
    assert len(levels) == 3
    assert "errors: 1, warnings: 2" in ran.err


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "md"])
def test_findings_can_be_had_in_every_form(shop, form):
    write("boat", "b1", {"id": "b1"})
    ran = shop.crm("doctor", "--format", form)
    assert ran.code == 3
    assert "orphaned-records" in ran.out


def test_what_the_core_keeps_of_playbooks_is_no_record_that_nobody_declares(shop):
    write("playbook", "old.one", {"as": "", "since": "2026-01-01"})
    write("raised", "c1", {"tasks": {}})
    assert "orphaned-records" not in shop.crm("doctor", "--format", "jsonl").out


def test_an_unknown_option_is_refused(shop):
    assert shop.crm("doctor", "--fix").code == 2
