"""Importing files: whole or not at all, every bad row named, nothing twice, and the published totals come out."""

import csv
import gzip
import random
import runpy
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from company_kit import make_crm, plugin, put, reopened, stored
from hypothesis import given, settings
from hypothesis import strategies as st

import crmcore
from crmcore import (
    Customer,
    Field,
    Metric,
    Purchase,
    PurchaseLine,
    Rule,
    Scheme,
    Segment,
    column,
    count,
    distinct,
    record,
    rows,
    total,
)
from crmcore.desk.importing import ImportOptions, import_file
from crmcore.desk.listing import ListRequest, list_rows
from crmcore.entities import Record
from crmcore.errors import Invalid, UnknownName, UsageError
from crmcore.kinds import TEXT

ROOT = Path(__file__).parent.parent
NORTHWIND = ROOT / "examples" / "northwind"
CDNOW = ROOT / "examples" / "cdnow"
DATA = Path(__file__).parent / "data"


@pytest.fixture
def take(tmp_path):
    """Import text as a file: ``take(crm, "customer", "id,name", "c1,Ada", ...)``."""
    numbers = iter(range(1000))

    def take(crm, record_type, *lines, file="", **options):
        path = tmp_path / (file or f"file{next(numbers)}.csv")
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return import_file(crm, path, ImportOptions(record_type, **options))

    return take


def wrong(result):
    """Return line, column and reason of every problem."""
    return [(problem.line, problem.column, problem.reason) for problem in result.problems]


# -- new records -------------------------------------------------------------------------------------------------------


def test_every_row_becomes_a_record_in_one_commit(take):
    crm = make_crm()
    before = crm.store.read().commit
    result = take(crm, "customer", "id,name,country", "c1,Ada,UK", "c2,Bob,")
    assert (result.rows, result.new, result.bad, result.commit) == (2, 2, 0, before + 1)
    assert result.ids == ("c1", "c2")
    assert crm.store.read().commit == before + 1
    assert crm.state().customer("c1").country == "UK"
    assert crm.state().customer("c2").country is None


def test_a_row_without_an_id_gets_one_and_equal_rows_are_all_kept(take):
    crm = make_crm()
    put(crm, Customer(id="c1", name="Ada"))
    result = take(crm, "purchase", "customer,at,amount", "c1,2026-01-05,10", "c1,2026-01-05,10", "c1,2026-01-05,10")
    assert result.new == 3
    assert len(set(result.ids)) == 3
    assert [document["amount"] for document in stored(crm, "purchase").values()] == ["10", "10", "10"]


def test_columns_are_mapped_and_constants_fill_every_row(take):
    crm = make_crm(plugin("demo", fields=[Field("demo.chairs", int, on=Customer)]))
    result = take(
        crm,
        "customer",
        "No,Company,Seats,Fax",
        "7,Ada & Co,12,none",
        mapping={"No": "id", "Company": "name", "Seats": "demo.chairs", "Fax": "-"},
        constants={"kind": "organization"},
    )
    assert result.new == 1
    found = crm.state().customer("7")
    assert (found.name, found.kind, dict(found.fields)) == ("Ada & Co", "organization", {"demo.chairs": 12})


def test_columns_that_fill_nothing_are_refused_unless_they_may_be_left_out(take):
    crm = make_crm()
    with pytest.raises(Invalid, match="fax"):
        take(crm, "customer", "id,full,fax", "c1,Ada,1", mapping={"full": "name"})
    assert take(crm, "customer", "id,full,fax", "c1,Ada,1", mapping={"full": "name", "*": "-"}).new == 1
    assert take(crm, "customer", "id,first,last,x", "c2,Ada,L,1", mapping={"first+last": "name", "*": "-"}).ids == (
        "c2",
    )
    assert crm.state().customer("c2").name == "Ada L"


def test_a_file_that_does_not_fit_at_all_is_refused_with_everything_that_is_wrong(take):
    with pytest.raises(Invalid) as error:
        take(make_crm(), "customer", "id,nmae", "c1,Ada")
    assert "did you mean 'name'" in str(error.value)
    with pytest.raises(UnknownName, match="purchase"):
        take(make_crm(), "purchse", "id", "1")
    with pytest.raises(UsageError, match="decimal"):
        take(make_crm(), "customer", "id,name", "1,Ada", decimal_mark=";")


def test_a_company_in_shanghai_reads_its_dates_and_decimals(take):
    crm = make_crm(zone="Asia/Shanghai")
    put(crm, Customer(id="c1", name="Ada"))
    result = take(crm, "purchase", "customer;at;amount", "c1;05.01.2026 00:30;1,5", date_format="DMY", decimal_mark=",")
    assert result.problems == ()
    assert stored(crm, "purchase")[result.ids[0]]["at"] == "2026-01-04T16:30:00Z"
    assert stored(crm, "purchase")[result.ids[0]]["amount"] == "1.5"


def test_progress_is_told(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("name\n" + "Ada\n" * 2500)
    heard = []
    import_file(make_crm(), path, ImportOptions("customer"), heard.append)
    assert heard == [1000, 2000, 2500]


# -- bad rows ----------------------------------------------------------------------------------------------------------

PURCHASES = (
    "id,customer,at,amount",
    "p1,c1,2026-01-05,10",
    "p2,nobody,2026-01-05,10",
    "p3,c1,2026-02-30,ten",
    "p1,c1,2026-01-06,11",
    "p0,c1,2026-01-06,11",
    "p5,c1,2026-01-06,-1",
    "p6,c1",
    "p7,c1,2026-01-07,12",
)


def shop():
    paid = rows(Purchase).amount >= 0
    rule = Rule("demo.no_returns", Purchase, paid, message="we take nothing back")
    crm = make_crm(plugin("demo", rules=[rule]))
    put(crm, Customer(id="c1", name="Ada"), Purchase(id="p0", customer="c1", at=date(2026, 1, 1)))
    return crm


def test_one_bad_row_keeps_the_whole_file_out_and_every_bad_row_is_named(take):
    crm = shop()
    before = crm.store.read()
    result = take(crm, "purchase", *PURCHASES, file="orders.csv")
    assert (result.rows, result.new, result.bad, result.commit, result.ids) == (8, 0, 6, 0, ())
    assert result.is_refused
    assert [(line, place) for line, place, _ in wrong(result)] == [
        (3, "customer"),
        (4, "at"),
        (4, "amount"),
        (5, "id"),
        (6, "id"),
        (7, "demo.no_returns"),
        (8, ""),
    ]
    assert [reason for line, _, reason in wrong(result) if line in {3, 5, 6, 7}] == [
        "there is no customer with this id",
        "stands in line 2 already",
        "there is a purchase with this id already",
        "we take nothing back",
    ]
    assert all(problem.file.endswith("orders.csv") for problem in result.problems)
    assert crm.store.read().commit == before.commit
    assert stored(crm, "purchase").keys() == {"p0"}
    assert stored(crm, "import") == {}


def test_bad_rows_can_be_skipped_and_only_they_are(take):
    crm = shop()
    result = take(crm, "purchase", *PURCHASES, skip_bad=True)
    assert (result.rows, result.new, result.bad, result.ids) == (8, 2, 6, ("p1", "p7"))
    assert not result.is_refused
    assert result.commit == crm.store.read().commit
    assert stored(crm, "purchase").keys() == {"p0", "p1", "p7"}


def test_a_file_of_only_bad_rows_writes_nothing(take):
    crm = shop()
    before = crm.store.read().commit
    result = take(crm, "purchase", "customer,at", "nobody,2026-01-01", skip_bad=True)
    assert (result.bad, result.new, result.commit) == (1, 0, 0)
    assert crm.store.read().commit == before


def test_rows_that_refer_to_skipped_rows_are_skipped_to_the_last_whatever_their_order(take):
    lines = ["c3,Cid,c2", "c1,,", "c2,Bob,c1", "c4,Dan,c3", "c5,Eve,", "c6,Fay,c5"]
    for attempt in range(20):
        random.Random(attempt).shuffle(lines)
        crm = make_crm()
        result = take(crm, "customer", "id,name,parent", *lines, skip_bad=True)
        assert set(result.ids) == {"c5", "c6"}
        assert result.bad == 4
        assert stored(crm, "customer").keys() == {"c5", "c6"}


def test_a_chain_of_rows_that_falls_with_its_first_is_told_row_by_row(take):
    crm = shop()
    put(crm, Customer(id="old", name="Old"))
    must = rows(Customer).kind.is_in("person")
    crm = make_crm(plugin("demo", rules=[Rule("demo.people", Customer, must, message="people only")]))
    result = take(crm, "customer", "id,name,kind,parent", "a,A,partner,", "b,B,person,a", "c,C,person,b", skip_bad=True)
    assert wrong(result) == [
        (2, "demo.people", "people only"),
        (3, "parent", "refers to the record of line 2, which is left out"),
        (4, "parent", "refers to the record of line 3, which is left out"),
    ]
    assert stored(crm, "customer") == {}


def test_a_rule_on_a_purchase_that_its_lines_break_names_the_lines(take):
    small = rows(Purchase).amount <= 100
    crm = make_crm(plugin("demo", rules=[Rule("demo.small", Purchase, small, message="too much at once")]))
    put(crm, Customer(id="c1", name="Ada"))
    put(crm, *(Purchase(id=key, customer="c1", at=date(2026, 1, 1)) for key in ("p1", "p2")))
    lines = ("purchase,price,quantity", "p1,60,1", "p2,50,1", "p1,50,1")
    refused = take(crm, "purchase_line", *lines)
    assert wrong(refused) == [(2, "demo.small", "too much at once"), (4, "demo.small", "too much at once")]
    assert stored(crm, "purchase_line") == {}
    taken = take(crm, "purchase_line", *lines, skip_bad=True)
    assert (taken.new, taken.bad) == (1, 2)
    assert [document.get("amount") for document in stored(crm, "purchase").values()] == [None, "50"]


def test_a_file_that_breaks_off_is_refused_even_if_bad_rows_may_be_skipped(take):
    crm = make_crm()
    result = take(crm, "customer", "id,name", "c1,Ada", 'c2,"Bob', "c3,Cid", skip_bad=True)
    assert result.is_refused
    assert result.commit == 0
    assert stored(crm, "customer") == {}


def test_a_dry_run_says_all_and_writes_nothing(take):
    crm = shop()
    before = crm.store.read().commit
    result = take(crm, "purchase", *PURCHASES, skip_bad=True, dry_run=True)
    assert (result.new, result.bad, result.commit) == (2, 6, 0)
    assert crm.store.read().commit == before
    assert stored(crm, "purchase").keys() == {"p0"}


def test_the_files_own_names_of_columns_stand_in_problems(take):
    crm = shop()
    result = take(crm, "purchase", "Kunde,Tag", "nobody,2026-01-05", mapping={"Kunde": "customer", "Tag": "at"})
    assert wrong(result) == [(2, "Kunde", "there is no customer with this id")]
    assert result.problems[0].value == "nobody"


# -- once only ---------------------------------------------------------------------------------------------------------


def test_importing_the_same_file_again_adds_nothing_unless_asked_for(take):
    crm = make_crm()
    lines = ("name", "Ada", "Ada")
    first = take(crm, "customer", *lines)
    again = take(crm, "customer", *lines, file="another name.csv")
    assert (again.new, again.earlier, again.sha256) == (0, first.commit, first.sha256)
    assert len(stored(crm, "customer")) == 2
    assert take(crm, "customer", *lines, again=True).new == 2
    assert len(stored(crm, "customer")) == 4
    assert take(crm, "customer", "name", "Ada", "Bob").new == 2


def test_one_file_can_hold_two_record_types(take):
    crm = make_crm()
    lines = ("customer,name", "c1,Ada")
    assert take(crm, "customer", *lines, mapping={"customer": "id"}).new == 1
    assert take(crm, "contact", *lines).new == 1


def test_an_import_that_was_undone_can_be_repeated(take):
    crm = make_crm()
    first = take(crm, "customer", "id,name", "c1,Ada")
    crm.undo(first.commit)
    assert stored(crm, "customer") == {}
    assert take(crm, "customer", "id,name", "c1,Ada").new == 1


def test_a_refused_file_is_not_remembered(take):
    crm = make_crm()
    lines = ("id,name,parent", "c1,Ada,c0")
    assert take(crm, "customer", *lines).is_refused
    put(crm, Customer(id="c0", name="Mother"))
    assert take(crm, "customer", *lines).new == 1


# -- changing what is there --------------------------------------------------------------------------------------------


def test_with_a_key_rows_change_the_records_they_are_about_and_add_the_others(take):
    crm = make_crm()
    put(crm, Customer(id="c1", name="Ada", city="London"), Customer(id="c2", name="Bob", city="Paris"))
    result = take(crm, "customer", "id,name,city", "c1,Ada L,", "c2,Bob,Paris", "c3,Cid,Rome", key="id")
    assert (result.new, result.changed, result.unchanged, result.ids) == (1, 1, 1, ("c1", "c3"))
    state = crm.state()
    assert (state.customer("c1").name, state.customer("c1").city) == ("Ada L", "London")
    assert [state.customer(key).version for key in ("c1", "c2", "c3")] == [2, 1, 1]
    assert take(crm, "customer", "id,name,city", "c1,Ada L,", "c2,Bob,Paris", "c3,Cid,Rome", key="id").unchanged == 3


def test_a_key_may_be_a_column_or_field_and_text_keys_ignore_case(take):
    crm = make_crm(plugin("demo", fields=[Field("demo.number", int, on=Customer)]))
    put(crm, Customer(id="c1", name="Ada", email="Ada@x.org", fields={"demo.number": 7}))
    assert take(crm, "customer", "email,city", "ada@X.org,London", key="email").changed == 1
    assert take(crm, "customer", "demo.number,city", "7,Leeds", key="demo.number").changed == 1
    assert crm.state().customer("c1").city == "Leeds"


def test_only_the_rows_own_columns_change_and_fields_of_others_stay(take):
    demo = plugin("demo", fields=[Field("demo.a", int, on=Customer), Field("demo.b", int, on=Customer)])
    before = make_crm(demo, plugin("gone", fields=[Field("gone.x", str, on=Customer)]))
    put(before, Customer(id="c1", name="Ada", fields={"demo.a": 1, "demo.b": 2, "gone.x": "kept"}))
    crm = reopened(before, demo)
    take(crm, "customer", "id,demo.b", "c1,3", key="id")
    assert dict(crm.state().customer("c1").fields) == {"demo.a": 1, "demo.b": 3, "gone.x": "kept"}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("email,city", ",Rome"), (2, "email", "is empty, and the row is to be found by it")),
        (("email,city", "b@x,Rome", "B@X,Oslo"), (3, "email", "stands in line 2 already")),
        (("email,city", "twice@x,Rome"), (2, "email", "2 records have it: t1, t2")),
        (("email,city", "new@x,Rome"), (2, "name", "there is no customer with this key, and a new one needs it")),
        (("email,id", "b@x,other"), (2, "id", "an id cannot be changed; it is 'b'")),
    ],
)
def test_a_key_that_does_not_tell_one_record_is_a_bad_row(take, lines, expected):
    crm = make_crm()
    put(crm, Customer(id="b", name="Bob", email="b@x"))
    put(crm, *(Customer(id=key, name="Twin", email="twice@x") for key in ("t1", "t2")))
    result = take(crm, "customer", *lines, key="email")
    assert wrong(result) == [expected]
    assert result.is_refused
    assert crm.state().customer("b").city is None


def test_a_key_must_be_among_the_columns(take):
    with pytest.raises(UnknownName, match="did you mean 'email'"):
        take(make_crm(), "customer", "email,name", "a@x,Ada", key="emial")


def test_with_a_key_a_discarded_change_is_taken_back_and_the_rest_stands(take):
    crm = shop()
    take(crm, "purchase", "id,customer,at,amount", "p1,c1,2026-01-05,10")
    result = take(crm, "purchase", "id,amount", "p0,5", "p1,-1", key="id", skip_bad=True)
    assert (result.changed, result.bad) == (1, 1)
    assert [document.get("amount") for document in stored(crm, "purchase").values()] == ["5", "10"]


def test_soft_values_are_kept_with_source_and_date(take):
    field = Field("demo.mood", str, on=Customer, soft=True)
    crm = make_crm(plugin("demo", fields=[field]))
    take(crm, "customer", "id,name,demo.mood", "c1,Ada,good")
    assert crm.state().customer("c1").fields["demo.mood"] == {"value": "good", "on": "0001-01-01", "source": "ada"}
    assert take(crm, "customer", "id,demo.mood", "c1,good", key="id").unchanged == 1
    take(crm, "customer", "id,demo.mood", "c1,bad", key="id")
    assert crm.state().customer("c1").fields["demo.mood"] == {"value": "bad", "on": "2026-11-21", "source": "ada"}


def test_a_file_may_be_dated_and_say_who_said_what_it_holds(take):
    crm = make_crm(plugin("demo", fields=[Field("demo.mood", str, on=Customer, soft=True)]))
    take(crm, "customer", "id,name,demo.mood", "c1,Ada,good", said_on=date(2026, 3, 1), said_by="Jon")
    assert crm.state().customer("c1").fields["demo.mood"] == {"value": "good", "on": "2026-03-01", "source": "Jon"}
    take(crm, "customer", "id,name", "c2,Bo", constants={"demo.mood": "bad"}, said_on=date(2026, 3, 2))
    assert crm.state().customer("c2").fields["demo.mood"]["on"] == "2026-03-02"
    with pytest.raises(UsageError, match="soft fields"):
        take(crm, "customer", "id,name", "c3,Eve", said_on=date(2026, 3, 2))


def test_a_line_whose_price_changes_gets_its_amount_anew_and_so_does_its_purchase(take):
    crm = make_crm()
    put(crm, Customer(id="c1", name="Ada"), Purchase(id="p1", customer="c1", at=date(2026, 1, 1)))
    take(crm, "purchase_line", "id,purchase,price,quantity", "l1,p1,10,2", "l2,p1,5,1")
    assert stored(crm, "purchase")["p1"]["amount"] == "25"
    take(crm, "purchase_line", "id,price", "l1,11", key="id")
    assert stored(crm, "purchase_line")["l1"]["amount"] == "22"
    assert stored(crm, "purchase")["p1"]["amount"] == "27"


@record("seat", links={"customer": "customer"})
class Seat(Record):
    """A plugin's record that refers to another of its kind."""

    customer: str = column(TEXT, required=True, refers_to=Customer)
    beside: str | None = column(TEXT, refers_to="self")


LINE = st.tuples(
    st.sampled_from("abcdef"), st.sampled_from(["ada", "ada", "ada", "nobody", ""]), st.sampled_from(["", *"abcdef"])
)


@given(lines=st.lists(LINE, max_size=8))
@settings(max_examples=40, deadline=None)
def test_what_is_skipped_is_exactly_what_cannot_stand(lines, tmp_path_factory):
    """Compared with a plain fixed point over the rows; whatever is kept could be imported on its own."""
    path = tmp_path_factory.mktemp("rows") / "seats.csv"
    path.write_text("id,customer,beside\n" + "".join(f"{','.join(line)}\n" for line in lines))
    crm = make_crm(plugin("demo", records=[Seat]))
    put(crm, Customer(id="ada", name="Ada"))
    result = import_file(crm, path, ImportOptions("seat", skip_bad=True))
    kept = {}
    for key, customer, beside in lines:
        if customer == "ada" and key not in kept:
            kept[key] = beside
        elif customer == "nobody" and key not in kept:
            kept[key] = "nowhere"  # it takes the id and falls later
    while fallen := [key for key, beside in kept.items() if beside and beside not in kept]:
        kept.pop(fallen[0])
    assert set(result.ids) == kept.keys()
    assert stored(crm, "seat").keys() == kept.keys()
    assert result.bad == len(lines) - len(kept)


# -- real data ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def northwind():
    crm = make_crm(zone="America/Los_Angeles")
    results = [
        import_file(crm, NORTHWIND / name, ImportOptions(record_type, mapping={**mapping, "*": "-"}))
        for name, record_type, mapping in (
            ("customers.csv", "customer", {"customer_id": "id", "company_name": "name", "region": "province"}),
            ("orders.csv", "purchase", {"order_id": "id", "customer_id": "customer", "order_date": "at"}),
            (
                "order_lines.csv",
                "purchase_line",
                {"order_id": "purchase", "product_id": "product", "unit_price": "price"},
            ),
        )
    ]
    assert [(result.new, result.bad) for result in results] == [(91, 0), (830, 0), (2155, 0)]
    return crm


def rounded(amount):
    return amount.quantize(Decimal("0.01"))


def test_northwinds_published_totals_come_out_of_its_lines(northwind):
    found = list_rows(northwind.state(), northwind.catalogue, ListRequest(Purchase, ("customer", "amount"))).rows
    assert rounded(sum(amount for _, amount in found)) == Decimal("1265793.04")
    for customer, amount in (("QUICK", "110277.30"), ("ERNSH", "104874.98"), ("SAVEA", "104361.95")):
        assert rounded(sum(paid for owner, paid in found if owner == customer)) == Decimal(amount)


def test_superstores_published_totals_come_out(tmp_path):
    with gzip.open(DATA / "superstore" / "superstore.csv.gz", "rt", encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    parties = {line["Customer ID"]: line["Customer Name"] for line in lines}
    write(tmp_path / "customers.csv", ("id", "name"), parties.items())
    facts = [
        (line["Row ID"], line["Customer ID"], line["Order Date"], line["Sales"], cost(line), line["Order ID"])
        for line in lines
    ]
    write(tmp_path / "purchases.csv", ("id", "customer", "at", "amount", "cost", "reference"), facts)
    sales, profit = Metric("shop.sales", total(rows(Purchase).amount)), Metric("shop.cost", total(rows(Purchase).cost))
    crm = make_crm(plugin("shop", metrics=[sales, profit]))
    assert import_file(crm, tmp_path / "customers.csv", ImportOptions("customer")).new == 793
    assert import_file(crm, tmp_path / "purchases.csv", ImportOptions("purchase")).new == 9994
    found = list_rows(crm.state(), crm.catalogue, ListRequest(columns=("shop.sales", "shop.cost"))).rows
    assert rounded(sum(bought for bought, _ in found)) == Decimal("2297200.86")
    assert rounded(sum(bought - spent for bought, spent in found)) == Decimal("286397.02")


def cost(line):
    return Decimal(line["Sales"]) - Decimal(line["Profit"])


def write(path, header, lines):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])


def test_cdnow_gives_the_published_summary_of_its_first_39_weeks(tmp_path):
    convert = runpy.run_path(str(CDNOW / "convert.py"))["convert"]
    assert convert(CDNOW / "CDNOW_sample.txt", tmp_path) == (2357, 6919)
    bought = rows(Purchase)
    visits, spend = Metric("shop.visits", distinct(bought.at)), Metric("shop.spend", total(bought.amount))
    crm = make_crm(plugin("shop", metrics=[visits, spend]))
    import_file(crm, tmp_path / "customers.csv", ImportOptions("customer"))
    import_file(crm, tmp_path / "purchases.csv", ImportOptions("purchase", mapping={"cds": "-"}))
    calibration = crm.state(date(1997, 9, 30))
    names = ("id", "shop.visits", "shop.spend")
    found = list_rows(calibration, crm.catalogue, ListRequest(columns=names, sort="id")).rows
    with (DATA / "cdnow" / "published_summary.csv").open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    assert [int(key) for key, _, _ in found] == [int(line["ID"]) for line in published]
    assert [seen - 1 for _, seen, _ in found] == [int(line["x"]) for line in published]
    assert sum(seen > 1 for _, seen, _ in found) == 946
    for (key, seen, spent), line in zip(found, published, strict=True):
        first = first_day(crm, calibration, key)
        mean = (spent - first) / (seen - 1) if seen > 1 else 0
        assert abs(float(mean) - float(line["zbar"])) <= 0.01


def first_day(crm, state, key):
    """Return what a customer spent on the day of its first purchase."""
    bought = [(row.day, row.record.amount) for row in state.book.rows(rows(Purchase), key)]
    return sum(amount for day, amount in bought if day == min(bought)[0])


def test_a_line_of_the_sample_that_is_cut_short_is_refused():
    purchases = runpy.run_path(str(CDNOW / "convert.py"))["purchases"]
    assert list(purchases([" 00004 0001 19970101  2   29.33"])) == [("00004", "0001", "1997-01-01", "2", "29.33")]
    with pytest.raises(ValueError, match="line 1 is not one of the sample"):
        list(purchases([" 00004 0001 19970101  2"]))


# -- growth ------------------------------------------------------------------------------------------------------------


def test_a_big_import_walks_through_each_table_a_few_times_only(take):
    """Ten times the rows, the same number of walks: nothing is quadratic."""
    by_phone = count(rows(PurchaseLine), where=rows(PurchaseLine).purchase.channel.is_("phone")) > 0
    crm = make_crm(plugin("demo", schemes=[Scheme("demo.phone", Segment("yes", when=by_phone), Segment("no"))]))
    put(crm, *(Customer(id=f"c{number}", name="Ada") for number in range(3)))
    crm.classify(date(2026, 1, 1))
    walks = []
    for size in (20, 200):
        lines = [f"p{size}-{number},c{number % 3},2026-01-01,web" for number in range(size)]
        with counted(crm) as seen:
            take(crm, "purchase", "id,customer,at,channel", *lines)
        walks.append(dict(seen))
    assert walks[0] == walks[1]


class counted:  # noqa: N801 - reads as a verb
    """Count the walks through each table during a block."""

    def __init__(self, crm):
        self.kind = type(crm.store.read())

    def __enter__(self):
        self.real, seen = self.kind.items, {}

        def items(reader, table):
            seen[table] = seen.get(table, 0) + 1
            return self.real(reader, table)

        self.kind.items = items
        return seen

    def __exit__(self, *_):
        self.kind.items = self.real


def test_importing_first_and_loading_plugins_later_leaves_the_public_names_alone():
    assert all(callable(getattr(crmcore, name)) for name in ("rows", "count", "total", "record", "column"))
