"""What a store remembers of plugins."""

import pytest
from company_kit import make_crm, plugin, put, stored

from crmcore import TEXT, Customer, Field, Purchase, Record, Scheme, Segment, Setting, column, count, record, rows
from crmcore.app import Crm
from crmcore.errors import StoreBroken
from crmcore.opening import catalogue_of, unconfigured
from crmcore.store import LogEntry
from crmcore.testing.memory_store import MemoryStore
from crmcore.work.plugin_marks import PluginMark, marks_in, remember


@record("visit", links={"customer": "customer"})
class Visit(Record):
    customer: str = column(TEXT, required=True, refers_to=Customer)


LEVEL = Field("demo.level", str, on=Customer)
SIZE = Field("demo.size", int, on=Customer)
TIER = Scheme("demo.tier", Segment("buyer", when=count(rows(Purchase)) > 0), Segment("other"))
ADA = Customer(id="c1", name="Ada")


def reopened(crm, *plugins):
    return Crm(crm.store, catalogue_of(unconfigured(), plugins), "ada", clock=crm.clock)


def marks(crm):
    return marks_in(crm.store.read())


def test_a_new_store_remembers_no_plugin():
    assert marks(make_crm(plugin("demo", fields=[LEVEL]))) == {}


def test_the_first_commit_marks_what_a_plugin_declares():
    crm = make_crm(plugin("demo", fields=[SIZE, LEVEL], records=[Visit], schemes=[TIER]))
    put(crm, ADA)
    assert marks(crm) == {
        "demo": PluginMark(
            "demo", "", "", 1, ("visit",), ("demo.level", "demo.size"), ("demo.tier",), ("visit.customer>customer",)
        )
    }


def test_a_classification_marks_too():
    crm = make_crm(plugin("demo", schemes=[TIER]))
    crm.classify()
    assert marks(crm)["demo"].schemes == ("demo.tier",)


def test_recording_settings_marks_too():
    scheme = Scheme("demo.busy", Segment("yes", when=count(rows(Purchase)) > Setting("demo.much", 5)), Segment("no"))
    crm = make_crm(plugin("demo", schemes=[scheme]))
    crm.apply_settings({"demo.much": 6})
    assert marks(crm)["demo"] == PluginMark("demo", schemes=("demo.busy",))


def test_a_plugin_that_can_leave_nothing_is_not_marked():
    crm = make_crm(plugin("demo"))
    put(crm, ADA)
    assert marks(crm) == {}


def test_a_mark_is_written_only_when_it_changes():
    crm = make_crm(plugin("demo", fields=[LEVEL]))
    put(crm, ADA)
    with crm.store.write() as transaction:
        seen = []
        transaction.put = lambda table, key, document: seen.append((table, key))
        remember(transaction, crm.catalogue)
        assert seen == []


def test_marks_stand_in_no_log_entry_and_survive_an_undo():
    crm = make_crm(plugin("demo", fields=[LEVEL]))
    put(crm, ADA)
    entry = list(crm.store.log())[-1]
    assert [change.table for change in entry.changes] == ["customer"]
    crm.undo(entry.commit)
    assert set(marks(crm)) == {"demo"}


def test_the_mark_of_an_absent_plugin_stays():
    crm = make_crm(plugin("demo", fields=[LEVEL]))
    put(crm, ADA)
    before = stored(crm, "plugin")
    without = reopened(crm, plugin("other", fields=[Field("other.x", int, on=Customer)]))
    put(without, Customer(id="c2", name="Bob"))
    assert stored(crm, "plugin")["demo"] == before["demo"]
    assert set(marks(crm)) == {"demo", "other"}


def test_a_field_that_is_no_longer_declared_stays_listed():
    crm = make_crm(plugin("demo", fields=[LEVEL, SIZE]))
    put(crm, ADA)
    newer = reopened(crm, plugin("demo", fields=[LEVEL]))
    put(newer, Customer(id="c2", name="Bob"))
    assert marks(crm)["demo"].fields == ("demo.level", "demo.size")


def test_a_record_type_that_moves_to_another_plugin_moves_its_mark():
    crm = make_crm(plugin("demo", records=[Visit], fields=[LEVEL]))
    put(crm, ADA)
    parted = reopened(crm, plugin("demo", fields=[LEVEL]), plugin("visits", records=[Visit]))
    put(parted, Customer(id="c2", name="Bob"))
    assert marks(crm)["demo"].records == ()
    assert marks(crm)["visits"].records == ("visit",)


def test_marks_survive_backup_and_restore(tmp_path):
    crm = make_crm(plugin("demo", fields=[LEVEL]))
    put(crm, ADA)
    crm.store.backup(tmp_path / "copy")
    other = MemoryStore()
    other.create()
    other.restore(tmp_path / "copy")
    assert marks_in(other.read()) == marks(crm)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"schema": "many", "records": [], "fields": [], "schemes": [], "references": []},
        {"schema": 1, "records": None},
    ],
)
def test_a_damaged_mark_is_named(document):
    crm = make_crm()
    with crm.store.write() as transaction:
        transaction.put("plugin", "demo", document)
        transaction.commit_as(LogEntry(2, "2026-11-21T12:00:00Z", "ada", "by hand", ()))
    with pytest.raises(StoreBroken, match="what is known of the plugin 'demo' in the store is damaged"):
        marks(crm)
