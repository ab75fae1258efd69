"""What depends on a plugin: `crm plugin impact`."""

import pytest
from cli_kit import new_shop

from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import LogEntry

OTHER = """
from crmcore import DATE, Customer, Record, Scheme, Segment, TEXT, View, column, hookimpl, record
import crm_plugins_shop as shop


@record("photo", links={"customer": "visit.customer"})
class Photo(Record):
    visit: str = column(TEXT, required=True, refers_to=shop.Visit)


@hookimpl
def crm_records():
    return [Photo]


@hookimpl
def crm_schemes():
    return [Scheme("other.kind", Segment("high", when=shop.level.is_("high")), Segment("low"))]


@hookimpl
def crm_views():
    return [View("other.levels", ("id", "shop.level"))]
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    shop = new_shop(tmp_path, monkeypatch)
    shop.stock()
    shop.fine("visit", "add", "--id", "v1", "--customer", "c1", "--on", "2024-05-03")
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n[settings]\n"shop.much" = 500\n')
    shop.fine("config", "apply")
    shop.fine("classify", "--as-of", "2024-06-01")
    return shop


def parts(shop, *before):
    found = shop.fine(*before, "plugin", "impact", "shop", "--format", "json").json
    return found, {(part["kind"], part["name"]): (part["count"], part["detail"]) for part in found["parts"]}


STORED = {
    ("record", "visit"): 1,
    ("field", "shop.level"): 2,
    ("field", "shop.limit"): 0,
    ("scheme", "shop.recent"): 3,
    ("scheme", "shop.tier"): 3,
    ("setting", "shop.much"): 1,
}


def test_the_impact_of_an_active_plugin_is_its_data_and_what_it_declares(shop):
    found, listed = parts(shop)
    assert (found["status"], found["schema"], found["log_entries"]) == ("active", 1, 4)
    assert {key: count for key, (count, _) in listed.items() if count is not None} == STORED
    assert listed["scheme", "shop.tier"][1] == "3 intervals"
    assert listed["setting", "shop.much"][1] == "500"
    assert {key[0] for key, (count, _) in listed.items() if count is None} == {"metric", "view", "report", "command"}


@pytest.mark.parametrize("how", ["gone", "broken", "disabled", "configuration"])
def test_the_impact_of_a_plugin_that_does_not_work_is_known_from_its_marks(shop, how):
    before = ()
    if how == "gone":
        shop.write("crm.toml", "")
    elif how == "broken":
        shop.write("crm_plugins/shop.py", "raise RuntimeError('no such luck')\n")
    elif how == "disabled":
        before = ("--no-plugin", "shop")
    else:
        shop.write("crm.toml", "junk = = 1\n")
    found, listed = parts(shop, *before)
    assert found["status"] == {"broken": "failed", "disabled": "disabled"}.get(how, "not installed")
    assert {key: count for key, (count, _) in listed.items()} == STORED


def test_stale_schemes_say_so(shop):
    shop.fine("--no-plugin", "shop", "customer", "edit", "c1", "--name", "Eve")
    assert parts(shop)[1]["scheme", "shop.tier"][1].startswith("3 intervals; stale since commit ")


def test_what_other_plugins_made_of_it_is_listed(shop):
    shop.write("crm_plugins/other.py", OTHER)
    shop.write("crm.toml", '[plugins]\nlocal = ["shop", "other"]\n')
    shop.fine("photo", "add", "--id", "f1", "--visit", "v1")
    _, listed = parts(shop)
    assert listed["scheme of other", "other.kind"][1].startswith("uses shop.level (")
    assert listed["view of other", "other.levels"][1].startswith("uses shop.level (")
    assert listed["record of other", "photo"][1].startswith("uses visit (")
    assert listed["reference", "photo.visit"] == (1, "to visit")


def test_people_read_the_facts_and_a_table(shop):
    ran = shop.fine("plugin", "impact", "shop")
    assert "status       active" in ran.out
    assert "shop.level" in ran.out


@pytest.mark.parametrize("form", ["csv", "md", "jsonl"])
def test_the_impact_can_be_had_in_every_form(shop, form):
    assert "shop.level" in shop.fine("plugin", "impact", "shop", "--format", form).out


def test_a_lost_log_leaves_only_the_count_of_entries_unknown(shop):
    for path in shop.folder.glob("crm.json.log*"):
        path.unlink()
    found, _ = parts(shop)
    assert found["log_entries"] is None


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("nobody",), 2, "no plugin named 'nobody'"),
        (("sho",), 2, "did you mean 'shop'?"),
        (("crm",), 2, "no plugin named 'crm'"),
        (("",), 2, "no plugin named ''"),
        ((), 2, "Missing argument 'NAME'"),
    ],
)
def test_a_name_that_nobody_ever_had_is_refused(shop, arguments, code, text):
    ran = shop.crm("plugin", "impact", *arguments)
    assert ran.code == code
    assert text in ran.err


def test_without_a_store_there_is_nothing_to_look_at(tmp_path, monkeypatch):
    ran = new_shop(tmp_path, monkeypatch).crm("plugin", "impact", "shop")
    assert ran.code == 1
    assert "Make one with `crm init`" in ran.err


def test_values_of_a_plugin_without_a_mark_are_found_by_their_names(tmp_path, monkeypatch):
    shop = new_shop(tmp_path, monkeypatch)
    shop.stock()
    with open_tinydb("tinydb:///crm.json").write() as transaction:
        transaction.delete("plugin", "shop")
        transaction.commit_as(LogEntry(transaction.commit + 1, "2026-11-21T12:00:00Z", "ada", "", ()))
    shop.write("crm.toml", "")
    found, listed = parts(shop)
    assert (found["status"], found["schema"]) == ("not installed", None)
    assert listed["field", "shop.level"] == (2, "customer")


@pytest.mark.parametrize("away", [True, False])
def test_a_record_on_which_an_absent_plugin_s_records_hang_is_not_removed_unawares(shop, away):
    before = ("--no-plugin", "shop") if away else ()
    ran = shop.crm(*before, "customer", "remove", "c1")
    assert ran.code == 1
    assert "1 visit" in ran.err


def test_a_customer_can_be_archived_with_cascade_and_an_absent_plugin_s_records_stay(shop):
    shop.fine("--no-plugin", "shop", "customer", "remove", "c1", "--cascade")
    assert parts(shop)[1]["record", "visit"][0] == 1


def test_a_record_that_would_leave_an_absent_plugin_s_records_behind_is_not_deleted(shop):
    code = (shop.folder / "crm_plugins" / "shop.py").read_text("utf-8")
    code = code.replace(
        "note: str | None = column(TEXT)",
        "note: str | None = column(TEXT)\n    bought: str | None = column(TEXT, refers_to=Purchase)",
    )
    shop.write("crm_plugins/shop.py", code)
    shop.fine("visit", "edit", "v1", "--bought", "p1")
    for more in ((), ("--cascade",)):
        ran = shop.crm("--no-plugin", "shop", "purchase", "remove", "p1", *more)
        assert ran.code == 1
        assert "1 visit" in ran.err
    assert "kept for a plugin that takes no part" in ran.err
