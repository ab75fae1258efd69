"""A state of the store read as records and as the facts of each customer."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from attrs import evolve
from company_kit import make_crm, plugin, put
from vocabulary import Policy

from crmcore import DATE, TEXT, Contact, Customer, Purchase, PurchaseLine, Record, Task, column, record, rows
from crmcore.entities import type_of
from crmcore.work.book import resolve

DAY = date(2026, 6, 15)


@pytest.fixture
def crm():
    crm = make_crm(plugin("law", records=[Policy]), zone="Europe/Berlin")
    put(crm, Customer(id="b", name="B"), Customer(id="a", name="A", referred_by="b"), Customer(id="z", name="Z"))
    put(
        crm,
        Purchase(id="p2", customer="a", at=datetime(2026, 6, 14, 22, 30, tzinfo=UTC), amount=Decimal(2)),
        Purchase(id="p1", customer="a", at=DAY, amount=Decimal(1)),
        Purchase(id="p0", customer="a", at=date(2026, 6, 14)),
        PurchaseLine(id="l1", purchase="p1", amount=Decimal(1)),
        Task(id="t2", customer="a", title="call"),
        Task(id="t1", customer="a", title="write"),
        Policy(id="s", holder="a", insured="b", started=DAY),
    )
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "z"), archived_at=DAY)
    return crm


def keys(book, source, customer="a"):
    return [row.record.id for row in book.rows(source, customer)]


def test_records_are_read_once(crm):
    book = crm.state().book
    assert book.get(Customer, "a") is book.get(Customer, "a")
    assert book.get(Customer, "nobody") is None
    assert [record.id for record in book.all(Customer)] == ["b", "a", "z"]


def test_archived_customers_are_passed_over(crm):
    assert [customer.id for customer in crm.state().book.customers()] == ["b", "a"]


def test_rows_come_in_the_order_of_time_then_id(crm):
    book = crm.state().book
    # a plain day is its local midnight, and 22:30 UTC is half past midnight in Berlin
    assert keys(book, rows(Purchase)) == ["p0", "p1", "p2"]
    days = [row.day for row in book.rows(rows(Purchase), "a")]
    assert days == [date(2026, 6, 14), DAY, DAY]
    assert keys(book, rows(Task)) == ["t1", "t2"]
    assert [row.day for row in book.rows(rows(Task), "a")] == [None, None]
    assert keys(book, rows(Contact)) == []


def test_rows_are_found_through_each_link(crm):
    book = crm.state().book
    assert keys(book, rows(Policy, by="holder")) == ["s"]
    assert keys(book, rows(Policy, by="insured")) == []
    assert keys(book, rows(Policy, by="insured"), "b") == ["s"]
    assert keys(book, rows(Customer, by="referred_by"), "b") == ["a"]
    (line,) = book.rows(rows(PurchaseLine), "a")
    assert (line.record.id, line.day) == ("l1", DAY)


def test_a_table_is_read_once_for_everybody_and_again_where_somebody_unexpected_is_asked_for(crm):
    read = []

    class Noted:
        def __init__(self, reader):
            self._reader = reader

        def __getattr__(self, name):
            return getattr(self._reader, name)

        def items(self, table):
            read.append(table)
            return self._reader.items(table)

    book = evolve(crm.state().book, reader=Noted(crm.store.read()))
    assert [keys(book, rows(Task), one) for one in ("a", "b", "z", "a")] == [["t1", "t2"], [], [], ["t1", "t2"]]
    assert read == ["task"]
    book.expect(["a"])
    assert [keys(book, rows(Task), one) for one in ("a", "b", "z")] == [["t1", "t2"], [], []]
    assert read.count("task") == 3  # for those expected, and once for everybody


def test_facts_read_rows_when_they_are_asked_for(crm):
    book = crm.state().book
    facts = book.facts(book.get(Customer, "a"))
    assert len(facts.rows) == 0
    assert facts.rows[rows(Purchase)] is facts.rows[rows(Purchase)]
    assert list(facts.rows) == [rows(Purchase)]
    assert len(facts.rows) == 1
    assert facts.follow(Customer, "b").name == "B"


@record("visit", links={"customer": "customer"}, dated_by="on")
class Visit(Record):
    """Dated, but not always."""

    customer: str = column(TEXT, required=True, refers_to=Customer)
    on: date | None = column(DATE)


@record("photo", links={"customer": "customer"}, dated_by="visit.on")
class Photo(Record):
    """Taken on a visit, or not."""

    customer: str = column(TEXT, required=True, refers_to=Customer)
    visit: str | None = column(TEXT, refers_to=Visit)


def test_rows_whose_date_is_unknown_stand_before_the_others():
    crm = make_crm(plugin("photos", records=[Visit, Photo]))
    put(
        crm,
        *(Customer(id="a", name="A"), Visit(id="v1", customer="a", on=DAY), Visit(id="v2", customer="a")),
        *(
            Photo(id="1", customer="a", visit="v1"),
            Photo(id="2", customer="a", visit="v2"),
            Photo(id="3", customer="a"),
        ),
    )
    found = crm.state().book.rows(rows(Photo), "a")
    assert [(row.record.id, row.day) for row in found] == [("2", None), ("3", None), ("1", DAY)]
    assert keys(crm.state().book, rows(Visit)) == ["v2", "v1"]


@pytest.mark.parametrize(
    ("document", "path", "owner"),
    [
        ({"purchase": "p1"}, ("purchase", "customer"), "a"),
        ({"purchase": "p1"}, ("purchase",), "p1"),
        ({"purchase": "gone"}, ("purchase", "customer"), None),
        ({}, ("purchase", "customer"), None),
        ({"purchase": "p1", "product": "tea"}, ("product", "customer"), None),
        ({"purchase": "p1", "maker": "x"}, ("maker", "customer"), None),
        ({"purchase": "p1"}, (), None),
    ],
)
def test_a_path_of_references_leads_to_an_owner_or_nowhere(crm, document, path, owner):
    assert resolve(crm.store.read(), type_of(PurchaseLine), document, path) == owner
