"""`crm plugin migrate`: stored data follows the code of its plugin, forwards, whole, and never by itself."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest
from cli_kit import new_shop

from crmcore import CrmError, Customer
from crmcore.app import Crm
from crmcore.opening import catalogue_of, configuration
from crmcore.storage import store_backup
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import LogEntry

HEAD = '''
"""Practices of dentists; its data has been through four forms."""

from decimal import Decimal

from crmcore import DATE, INTEGER, MONEY, Customer, Field, Migration, Record, Scheme, Segment, TEXT, column, hookimpl, record


def visit(name, **columns):
    return record(name, links={"customer": "customer"}, dated_by="on")(
        type(
            name,
            (Record,),
            {
                "__annotations__": dict.fromkeys(("customer", "on", *columns), object),
                "customer": column(TEXT, required=True, refers_to=Customer),
                "on": column(DATE, required=True),
                **columns,
            },
        )
    )
'''

FORMS = {
    1: """
Visit = visit("visit", who=column(TEXT), cost=column(INTEGER))
FIELDS = [Field("dent.seats", int, on=Customer), Field("dent.size", str, on=Customer), Field("dent.fax", str, on=Customer)]
big = FIELDS[0] > 3
""",
    2: """
Visit = visit("visit", who=column(TEXT), cost=column(INTEGER))
FIELDS = [Field("dent.chairs", int, on=Customer), Field("dent.size", str, on=Customer, choices=("S", "L"))]
big = FIELDS[0] > 3
""",
    3: """
Visit = visit("visit", first=column(TEXT), last=column(TEXT), cents=column(INTEGER))
FIELDS = [Field("dent.chairs", int, on=Customer), Field("dent.size", str, on=Customer, choices=("S", "L"))]
big = FIELDS[0] > 3
""",
    4: """
Visit = visit("meeting", first=column(TEXT), last=column(TEXT), cents=column(INTEGER))
FIELDS = [Field("dent.chairs", int, on=Customer), Field("dent.large", bool, on=Customer)]
big = FIELDS[0] > 3
""",
}

STEPS = """
def to_2(values):
    size = values.get("dent.size")
    return {"dent.chairs": values.get("dent.seats"), "dent.size": size and size[0].upper()}


def to_3(visit):
    first, _, last = (visit.pop("who", None) or "").partition(" ")
    cost = visit.pop("cost", None)
    return {**visit, "first": first or None, "last": last or None, "cents": None if cost is None else cost * 100}


def to_4(values):
    size = values.pop("dent.size", None)
    return {**values, "dent.large": None if size is None else size == "L"}


ALL = [
    lambda: Migration(2, Customer, to_2, doc="Chairs, sizes by letter, no fax"),
    lambda: Migration(3, "visit", to_3, doc="Names are split, money is exact"),
    lambda: Migration(4, Customer, to_4, doc="Large or not"),
    lambda: Migration(4, "visit", lambda visit: visit, into=Visit, doc="Visits are meetings"),
]
"""

TAIL = """

@hookimpl
def crm_records():
    return [Visit]


@hookimpl
def crm_fields():
    return FIELDS


@hookimpl
def crm_schemes():
    return [Scheme("dent.kind", Segment("big", when=big.or_else(False)), Segment("small"))]


@hookimpl
def crm_migrations():
    return MIGRATIONS
"""

ENTERED = {
    1: [["--dent.seats", "5", "--dent.size", "large", "--dent.fax", "123"], ["--who", "Ada Lovelace", "--cost", "12"]],
    2: [["--dent.chairs", "5", "--dent.size", "L"], ["--who", "Ada Lovelace", "--cost", "12"]],
    3: [["--dent.chairs", "5", "--dent.size", "L"], ["--first", "Ada", "--last", "Lovelace", "--cents", "1200"]],
    4: [["--dent.chairs", "5", "--dent.large", "yes"], ["--first", "Ada", "--last", "Lovelace", "--cents", "1200"]],
}


def dent(schema, steps=STEPS):
    """Return the code of the plugin at a schema number, with every migration up to it."""
    return f"{HEAD}{FORMS[schema]}{steps}\nMIGRATIONS = [step() for step in ALL][:{[0, 0, 1, 2, 4][schema]}]\n{TAIL}"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    shop = new_shop(tmp_path, monkeypatch)
    (tmp_path / "crm_plugins" / "shop.py").unlink()
    shop.write("crm.toml", '[plugins]\nlocal = ["dent"]\n')
    return shop


def install(shop, schema, steps=STEPS):
    shop.write("crm_plugins/dent.py", dent(schema, steps))


def enter(shop, schema):
    install(shop, schema)
    customer, visit = ENTERED[schema]
    shop.fine("init")
    shop.fine("customer", "add", "--id", "c1", "--name", "Ada", *customer)
    shop.fine("customer", "add", "--id", "c2", "--name", "Bob")
    record = "meeting" if schema == 4 else "visit"
    shop.fine(record, "add", "--id", "v1", "--customer", "c1", "--on", "2024-05-03", *visit)
    shop.fine("classify", "--as-of", "2024-06-01")


def tables():
    reader = open_tinydb("tinydb:///crm.json").read()
    return {table: dict(reader.items(table)) for table in reader.tables()}


def data():
    """Return what was entered, without when and how often."""
    found = tables()
    kept = {table: found.get(table, {}) for table in ("customer", "visit", "meeting", "plugin", "placement:dent.kind")}
    for documents in (kept["customer"], kept["visit"], kept["meeting"]):
        for document in documents.values():
            for name in ("version", "created", "changed"):
                del document[name]
    return kept


@pytest.mark.parametrize("schema", [1, 2, 3, 4])
def test_a_store_of_every_age_comes_to_hold_what_would_be_entered_now(shop, schema):
    enter(shop, 4)
    new = data()
    for path in shop.folder.glob("crm.json*"):
        path.unlink()
    enter(shop, schema)
    install(shop, 4)
    shop.fine("plugin", "migrate")
    shop.fine("classify", "--as-of", "2024-06-01")
    assert data() == new
    assert new["meeting"]["v1"] == {
        "id": "v1",
        "customer": "c1",
        "on": "2024-05-03",
        "first": "Ada",
        "last": "Lovelace",
        "cents": 1200,
    }


@pytest.mark.parametrize("way", [(1, 2, 3, 4), (1, 3, 4), (1, 2, 4)])
def test_it_does_not_matter_in_how_many_strides(shop, way):
    enter(shop, 1)
    for schema in way[1:]:
        install(shop, schema)
        shop.fine("plugin", "migrate", "dent")
    strides = data()
    for path in shop.folder.glob("crm.json*"):
        path.unlink()
    enter(shop, 1)
    install(shop, 4)
    shop.fine("plugin", "migrate", "dent")
    assert data() == strides


def test_before_the_migration_reading_goes_on_and_only_the_plugin_cannot_write(shop):
    enter(shop, 1)
    install(shop, 4)
    before = tables()
    listed = shop.fine("customer", "list", "--columns", "id,name", "--format", "json")
    assert [row["name"] for row in listed.json] == ["Ada", "Bob"]
    assert "crm plugin migrate dent" in listed.err
    for refused in (
        ("customer", "edit", "c1", "--dent.chairs", "6"),
        ("meeting", "add", "--customer", "c1", "--on", "2024-05-03"),
        ("meeting", "list"),
        ("customer", "list", "--columns", "dent.chairs"),
        ("segments", "dent.kind"),
    ):
        ran = shop.crm(*refused)
        assert ran.code in {1, 2}, ran.out + ran.err
        assert "crm plugin migrate dent" in ran.err
    assert tables() == before
    shop.fine("customer", "edit", "c1", "--name", "Eve")
    assert tables()["customer"]["c1"]["fields"] == before["customer"]["c1"]["fields"]


def test_a_program_that_holds_the_new_code_over_old_data_cannot_write(shop):
    enter(shop, 1)
    install(shop, 4)
    catalogue = catalogue_of(configuration("", os.environ))
    crm = Crm(open_tinydb("tinydb:///crm.json"), catalogue, "ada")
    before = tables()
    with pytest.raises(CrmError, match="'dent' cannot write: its data here has schema 1"), crm.unit() as unit:
        unit.add(Customer(name="Eve"))
    with pytest.raises(CrmError, match="'dent' cannot write"):
        crm.classify()
    assert tables() == before


def test_data_that_is_newer_than_the_code_is_left_alone(shop):
    enter(shop, 4)
    install(shop, 2)
    before = tables()
    ran = shop.fine("customer", "show", "c1", "--format", "json")
    assert "its data here has schema 4, and the one that is installed knows schemas up to 2" in ran.err
    assert "Install dent again in the version that wrote the data" in ran.err
    ran = shop.crm("customer", "edit", "c1", "--dent.chairs", "6")
    assert ran.code in {1, 2}
    shop.fine("customer", "edit", "c1", "--name", "Eve")
    assert "no data has to be migrated" in shop.fine("plugin", "migrate").err
    assert tables()["customer"]["c1"]["fields"] == before["customer"]["c1"]["fields"]
    ran = shop.crm("plugin", "migrate", "dent")
    assert ran.code == 1
    assert "the plugin 'dent' cannot be migrated" in ran.err


def test_a_dry_run_shows_each_step_with_examples_and_writes_nothing(shop):
    enter(shop, 1)
    install(shop, 4)
    before, files = tables(), set(shop.folder.iterdir())
    ran = shop.fine("plugin", "migrate", "--dry-run", "--format", "json")
    assert [(row["schema"], row["on"], row["seen"], row["changed"], row["removed"]) for row in ran.json] == [
        (2, "customer", 1, 1, 0),
        (3, "visit", 1, 1, 0),
        (4, "customer", 1, 1, 0),
        (4, "visit", 1, 1, 0),
    ]
    assert ran.json[0]["examples"] == [
        {
            "id": "c1",
            "before": {"dent.seats": 5, "dent.size": "large", "dent.fax": "123"},
            "after": {"dent.chairs": 5, "dent.size": "L"},
        }
    ]
    assert ran.json[0]["place"].startswith("crm_plugins/dent.py:")
    assert tables() == before
    assert set(shop.folder.iterdir()) == files


def test_people_read_what_each_step_is_for(shop):
    enter(shop, 1)
    install(shop, 4)
    ran = shop.fine("plugin", "migrate", "--dry-run", "--format", "md")
    assert "Chairs, sizes by letter, no fax" in ran.out
    assert re.search(r'c1: \{.*"dent.seats": 5.*\} -> \{"dent.chairs": 5, "dent.size": "L"\}', ran.out), ran.out


def test_a_migration_is_one_commit_after_a_sound_backup(shop):
    enter(shop, 1)
    install(shop, 4)
    before = tables()
    ran = shop.fine("plugin", "migrate")
    (backup,) = shop.folder.glob("crm.json.before-migration-*.backup")
    assert backup.name in ran.err
    assert store_backup.read(backup).tables == before
    last = list(open_tinydb("tinydb:///crm.json").log())[-1]
    assert last.why == "migrate dent to schema 4"
    assert {change.table for change in last.changes} == {"customer", "visit", "meeting", "plugin"}
    install(shop, 1)
    shop.fine("store", "restore", backup.name)
    assert tables() == before


def test_there_is_nothing_to_do_twice(shop):
    enter(shop, 1)
    install(shop, 4)
    shop.fine("plugin", "migrate")
    before, files = tables(), set(shop.folder.iterdir())
    assert "no data has to be migrated" in shop.fine("plugin", "migrate").err
    assert tables() == before
    assert set(shop.folder.iterdir()) == files


def test_what_is_gone_after_a_migration_is_gone_from_the_mark(shop):
    enter(shop, 1)
    install(shop, 4)
    shop.fine("plugin", "migrate")
    mark = tables()["plugin"]["dent"]
    assert (mark["schema"], mark["records"], mark["fields"]) == (4, ["meeting"], ["dent.chairs", "dent.large"])
    assert mark["references"] == ["meeting.customer>customer"]


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("lambda values: 1 / 0", "ZeroDivisionError: division by zero"),
        ("lambda values: values['nothing']", "KeyError: 'nothing'"),
        ("lambda values: [1]", "the step returned [1], which is no dict"),
        ("lambda values: 'text'", "the step returned 'text', which is no dict"),
        ("lambda values: {'other.field': 1}", "the step returned 'other.field'; it may return fields of 'dent' only"),
        ("lambda values: {'dent.chairs': (1, 2)}", "would come back different from JSON"),
        ("lambda values: {'dent.chairs': float('nan')}", "would come back different from JSON"),
        ("lambda values: {'dent.chairs': {1: 2}}", "cannot be stored as JSON"),
        ("lambda values: {'dent.chairs': object()}", "cannot be stored as JSON"),
        ("lambda values: {5: 2}", "cannot be stored as JSON"),
        ("lambda values: {'dent.chairs': 'five'}", "dent.chairs: is a text, not a whole number"),
        ("lambda values: {'dent.size': 'XXL'}", "dent.size: is not one of S, L"),
        ("lambda values: exit(3)", "it ended the program (SystemExit: 3)"),
        ("lambda values, more: values", "TypeError"),
    ],
)
def test_a_step_that_goes_wrong_is_named_and_nothing_is_written(shop, step, text):
    enter(shop, 1)
    install(shop, 2, f"{STEPS}\nALL[0] = lambda: Migration(2, Customer, {step})\n")
    before = tables()
    ran = shop.crm("plugin", "migrate")
    assert ran.code == 1
    assert "the plugin 'dent' cannot be migrated to schema 2; nothing was written" in ran.err
    assert re.search(r"crm_plugins/dent.py:\d+: customer c1: ", ran.err)
    assert text in ran.err
    assert tables() == before
    assert shop.crm("plugin", "migrate", "--dry-run").code == 1


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("lambda visit: {**visit, 'id': 'v2'}", "visit v1: the step changed the id to 'v2'"),
        ("lambda visit: {'first': 'Ada'}", "visit v1: the step changed the id to None"),
        ("lambda visit: {**visit, 'fields': 3}", "the step returned 3 as fields"),
        ("lambda visit: {**visit, 'fields': {'other.x': 1}}", "the step changed values of other plugins' fields"),
        ("lambda visit: {**visit, 'on': None}", "visit v1: on: is missing"),
        ("lambda visit: {**visit, 'cents': 'much'}", "visit v1: cents: is a text, not a whole number"),
        ("lambda visit: {**visit, 'cents': 10**30}", "visit v1: what the step returned cannot be stored"),
    ],
)
def test_a_document_that_the_new_code_could_not_read_is_refused(shop, step, text):
    enter(shop, 2)
    install(shop, 3, f"{STEPS}\nALL[1] = lambda: Migration(3, 'visit', {step})\n")
    before = tables()
    ran = shop.crm("plugin", "migrate")
    assert ran.code == 1
    assert text in ran.err
    assert tables() == before


def test_a_step_may_remove_records_and_values(shop):
    enter(shop, 2)
    steps = (
        f"{STEPS}\nALL[1] = lambda: Migration(3, 'visit', lambda visit: {{}})\n"
        "ALL.insert(2, lambda: Migration(3, Customer, lambda values: {}))\n"
    )
    shop.write("crm_plugins/dent.py", dent(3, steps).replace("][:2]", "][:3]"))
    ran = shop.fine("plugin", "migrate", "--format", "json")
    assert [(row["on"], row["changed"], row["removed"]) for row in ran.json] == [("customer", 0, 1), ("visit", 0, 1)]
    assert ran.json[1]["examples"][0]["after"] is None
    found = tables()
    assert "visit" not in found
    assert "fields" not in found["customer"]["c1"]


PHOTOS = """
from crmcore import Record, TEXT, column, hookimpl, record
import crm_plugins_dent as dent


@record("photo")
class Photo(Record):
    visit: str = column(TEXT, refers_to=dent.Visit)


@hookimpl
def crm_records():
    return [Photo]
"""


def test_a_step_may_not_remove_a_record_to_which_another_one_refers(shop):
    enter(shop, 2)
    shop.write("crm_plugins/photos.py", PHOTOS)
    shop.write("crm.toml", '[plugins]\nlocal = ["dent", "photos"]\n')
    shop.fine("photo", "add", "--id", "f1", "--visit", "v1")
    install(shop, 3, f"{STEPS}\nALL[1] = lambda: Migration(3, 'visit', lambda visit: {{}})\n")
    before = tables()
    ran = shop.crm("plugin", "migrate")
    assert "visit v1: was removed, but photo 'f1' refers to it in visit" in ran.err
    assert tables() == before


def test_plugins_that_use_it_wait_with_it(shop):
    enter(shop, 2)
    shop.write("crm_plugins/photos.py", PHOTOS)
    shop.write("crm.toml", '[plugins]\nlocal = ["dent", "photos"]\n')
    install(shop, 3)
    ran = shop.fine("customer", "list")
    assert "the plugin 'photos' takes no part" in ran.err
    shop.fine("plugin", "migrate")
    assert "takes no part" not in shop.fine("customer", "list").err


def test_two_plugins_are_migrated_in_one_commit_or_one_by_one(shop):
    enter(shop, 1)
    other = "from crmcore import Customer, Field, Migration, hookimpl\n@hookimpl\ndef crm_fields():\n    return [Field('more.x', int, on=Customer)]\n"
    shop.write("crm_plugins/more.py", other)
    shop.write("crm.toml", '[plugins]\nlocal = ["dent", "more"]\n')
    shop.fine("customer", "edit", "c1", "--more.x", "1")
    step = (
        "@hookimpl\ndef crm_migrations():\n    return [Migration(2, Customer, lambda v: {'more.x': v['more.x'] + 1})]\n"
    )
    shop.write("crm_plugins/more.py", other + step)
    install(shop, 4)
    assert [row["plugin"] for row in shop.fine("plugin", "migrate", "--dry-run", "--format", "json").json] == [
        *["dent"] * 4,
        "more",
    ]
    shop.fine("plugin", "migrate", "more")
    found = tables()
    assert (found["plugin"]["more"]["schema"], found["plugin"]["dent"]["schema"]) == (2, 1)
    assert found["customer"]["c1"]["fields"]["more.x"] == 2
    shop.fine("plugin", "migrate")
    assert tables()["plugin"]["dent"]["schema"] == 4


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("nobody",), 2, "no plugin named 'nobody'"),
        (("dnt",), 2, "did you mean 'dent'?"),
        (("dent", "nobody"), 2, "no plugin named 'nobody'"),
    ],
)
def test_bad_requests_change_nothing(shop, arguments, code, text):
    enter(shop, 1)
    install(shop, 4)
    before = tables()
    ran = shop.crm("plugin", "migrate", *arguments)
    assert ran.code == code
    assert text in ran.err
    assert tables() == before


def test_a_plugin_that_is_broken_is_not_migrated(shop):
    enter(shop, 1)
    shop.write("crm_plugins/dent.py", "raise RuntimeError('no such luck')\n")
    ran = shop.crm("plugin", "migrate", "dent")
    assert ran.code == 1
    assert "the plugin 'dent' cannot be migrated: it is failed" in ran.err
    assert "no such luck" in ran.err


def test_a_migration_can_be_undone_while_the_new_code_is_away(shop):
    enter(shop, 1)
    old = data()
    install(shop, 4)
    shop.fine("plugin", "migrate")
    number = str(open_tinydb("tinydb:///crm.json").read().commit)
    ran = shop.crm("undo", number)
    assert f"crm --no-plugin dent undo {number}" in ran.err
    shop.fine("--no-plugin", "dent", "undo", number)
    found = data()
    assert {name: found[name] for name in ("customer", "visit", "meeting", "plugin")} == {
        name: old[name] for name in ("customer", "visit", "meeting", "plugin")
    }
    install(shop, 1)
    assert shop.fine("visit", "list", "--format", "json").json[0]["who"] == "Ada Lovelace"


def test_what_was_removed_before_a_migration_does_not_come_back_in_its_old_form(shop):
    enter(shop, 1)
    shop.fine("visit", "remove", "v1")
    number = str(open_tinydb("tinydb:///crm.json").read().commit)
    install(shop, 4)
    shop.fine("plugin", "migrate")
    ran = shop.crm("undo", number)
    assert ran.code == 1
    assert "which migrated the data of 'dent'" in ran.err
    assert "v1" not in tables().get("visit", {})


def test_a_migration_that_is_killed_leaves_the_old_state_and_the_backup(shop):
    enter(shop, 1)
    kill = f"{STEPS}\nimport os, signal\nALL[3] = lambda: Migration(4, 'visit', lambda v: os.kill(os.getpid(), signal.SIGKILL), into=Visit)\n"
    install(shop, 4, kill)
    before = tables()
    code = "from crmcore.cli.main import run; import sys; sys.argv = ['crm', 'plugin', 'migrate']; run()"
    done = subprocess.run([sys.executable, "-c", code], cwd=shop.folder, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    assert tables() == before
    (backup,) = shop.folder.glob("*.backup")
    assert store_backup.read(backup).tables == before
    install(shop, 4)
    shop.fine("plugin", "migrate")
    assert tables()["plugin"]["dent"]["schema"] == 4
    assert len(list(shop.folder.glob("*.backup"))) == 2


def test_somebody_else_who_writes_meanwhile_stops_it(shop, monkeypatch):
    enter(shop, 1)
    install(shop, 4)
    backup = type(open_tinydb("tinydb:///crm.json")).backup

    def meanwhile(store, target):
        backup(store, target)
        with store.write() as transaction:
            transaction.commit_as(LogEntry(transaction.commit + 1, "2026-11-21T12:00:00Z", "bob", "", ()))

    monkeypatch.setattr("crmcore.storage.tinydb_store.TinyDBStore.backup", meanwhile)
    ran = shop.crm("plugin", "migrate")
    assert "somebody else changed the store meanwhile; nothing was migrated" in ran.err
    assert tables()["plugin"]["dent"]["schema"] == 1


def test_values_of_plugins_are_not_touched_by_the_migrations_of_others(shop):
    enter(shop, 1)
    shop.write(
        "crm_plugins/more.py",
        "from crmcore import Customer, Field, hookimpl\n@hookimpl\ndef crm_fields():\n    return [Field('more.x', int, on=Customer)]\n",
    )
    shop.write("crm.toml", '[plugins]\nlocal = ["dent", "more"]\n')
    shop.fine("customer", "edit", "c1", "--more.x", "1")
    install(shop, 4)
    shop.fine("plugin", "migrate")
    assert json.dumps(tables()["customer"]["c1"]["fields"]) == '{"more.x": 1, "dent.chairs": 5, "dent.large": true}'
