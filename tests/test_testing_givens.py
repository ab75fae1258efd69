"""Facts of an example are checked where they are written."""

import enum
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crmcore import BOOLEAN, DATE, MONEY, TEXT, Customer, Field, Interaction, Purchase, Record, column, record
from crmcore.errors import Invalid, UnknownName
from crmcore.testing import AS_OF, given


class Risk(enum.Enum):
    LOW = "low"
    HIGH = "high"


@record("visit", links={"customer": "customer", "guest": "guest"}, dated_by="on")
class Visit(Record):
    customer: str = column(TEXT, required=True, refers_to=Customer)
    guest: str | None = column(TEXT, refers_to=Customer)
    on: date = column(DATE, required=True)


chairs = Field("acme.chairs", int, on=Customer)
risk = Field("acme.risk", Risk, on=Customer)
keen = Field("acme.keen", BOOLEAN, on=Customer, soft=True)
limit = Field("acme.limit", MONEY, on=Customer)
gift = Field("acme.gift", bool, on=Purchase)
FIELDS = {field.name: field for field in (chairs, risk, keen, limit, gift)}


def records(facts, key="c1", **columns):
    return list(facts.all_records(key, AS_OF, FIELDS.__getitem__, **columns))


def test_without_facts_there_is_a_customer_called_like_its_id():
    assert records(given()) == [Customer(id="c1", name="c1")]


def test_keywords_are_core_columns():
    assert records(given(kind="person", name="Ada", tags=("a",))) == [
        Customer(id="c1", name="Ada", kind="person", tags=("a",))
    ]


def test_columns_that_are_given_later_win():
    assert records(given(name="Ada", city="Bonn"), name="Eve")[0].name == "Eve"


def test_purchases_are_days_ago_or_dates_with_exact_amounts():
    moment = datetime(2025, 12, 1, 8, tzinfo=UTC)
    _, *bought = records(given(purchases=[(10, 300), (date(2025, 5, 1), "9.95"), (moment, Decimal(-1), 2), (0, None)]))
    assert [(each.id, each.customer, each.at, each.amount, each.cost) for each in bought] == [
        ("c1-0000", "c1", date(2025, 12, 22), Decimal(300), None),
        ("c1-0001", "c1", date(2025, 5, 1), Decimal("9.95"), None),
        ("c1-0002", "c1", moment, Decimal(-1), Decimal(2)),
        ("c1-0003", "c1", AS_OF, None, None),
    ]


def test_interactions_have_a_direction_or_none():
    _, *spoken = records(given(interactions=[(3, "out"), (2, "in"), 1]))
    assert [(each.at.day, each.direction) for each in spoken] == [(29, "out"), (30, "in"), (31, None)]
    assert {type(each) for each in spoken} == {Interaction}


def test_an_empty_link_of_a_record_leads_to_the_customer():
    _, first, second = records(given(records=[Visit(customer="", on=AS_OF), Visit(id="v", customer="c2", on=AS_OF)]))
    assert (first.customer, first.guest, first.id) == ("c1", None, "c1-record-0000")
    assert (second.customer, second.id) == ("c2", "v")


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        (chairs, 40, 40),
        (risk, Risk.HIGH, "high"),
        (risk, "low", "low"),
        (limit, Decimal("1.50"), "1.50"),
        (keen, True, {"value": True, "on": "0001-01-01", "source": "example"}),
        (keen, (30, False), {"value": False, "on": "2025-12-02", "source": "example"}),
        (keen, (date(2025, 1, 2), True), {"value": True, "on": "2025-01-02", "source": "example"}),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_fields_are_stored_as_a_company_stores_them(field, value, stored):
    for name in (field, field.name):
        assert records(given({name: value}))[0].fields == {field.name: stored}


@pytest.mark.parametrize("value", [None, (10, None)], ids=str)
def test_none_is_a_field_that_nobody_entered(value):
    assert records(given({keen: value}))[0].fields == {}


@pytest.mark.parametrize(
    ("wrong", "texts"),
    [
        ({"purchases": [5]}, ["purchases[0]='5': is no purchase; write (when, amount) or (when, amount, cost)"]),
        ({"purchases": [(1, 2.5)]}, ["no exact amount; write a whole number, a Decimal, or a text such as '9.95'"]),
        ({"purchases": [(1, True)]}, ["no exact amount"]),
        ({"purchases": [(1, "much")]}, ["purchases[0]", "has an amount that is no number"]),
        ({"purchases": [(1, Decimal("NaN"))]}, ["has an amount that must be a finite number"]),
        ({"purchases": [(1, "1.2345678")]}, ["more than 6 digits after the point"]),
        ({"purchases": [("1", 5)]}, ["must say when: days before the day of the example, or a date"]),
        ({"purchases": [(True, 5)]}, ["must say when"]),
        (
            {"purchases": [(datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), 5)]},
            ["has a moment without a time zone"],
        ),
        ({"interactions": [(1, "up")]}, ["interactions[0]", "another direction than 'in' and 'out'"]),
        ({"interactions": ["x"]}, ["interactions[0]='x': must say when"]),
        ({"records": ["x"]}, ["records", "is no record"]),
        ({"kind": "robot"}, ["kind='robot': is not one of person, household"]),
        ({"name": 5}, ["name='5': must be a text"]),
        ({"tags": ["a"]}, ["must be several texts"]),
        ({"fields": {"kind": "person"}}, ["is no full name of a field, core columns are keywords"]),
        ({"fields": {chairs: "many"}}, ["acme.chairs='many': is a text, not a whole number"]),
        ({"fields": {chairs: 10**12}}, ["acme.chairs", "must be smaller than"]),
        ({"fields": {risk: "medium"}}, ["acme.risk='medium': is not one of low, high"]),
        ({"fields": {keen: ("soon", True)}}, ["acme.keen", "must say when"]),
        ({"fields": {gift: True}}, ["acme.gift", "is a field of purchase, not of customer; give it on a record"]),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value[-1],
)
def test_what_cannot_be_used_is_said(wrong, texts):
    with pytest.raises(Invalid, match=r"given\(\.\.\.\) cannot be used:") as caught:
        given(**wrong)
    for text in texts:
        assert text in str(caught.value)


def test_all_of_it_is_said_at_once():
    with pytest.raises(Invalid) as caught:
        given(kind="robot", purchases=[(1, 2.5), 7], interactions=[None])
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(("wrong", "hint"), [("knd", "'kind'"), ("purchase", "'purchases'"), ("nme", "'name'")])
def test_a_misspelt_column_is_answered_with_what_may_be_meant(wrong, hint):
    with pytest.raises(UnknownName, match=f"no column of customer named '{wrong}'; did you mean .*{hint}"):
        given(**{wrong: "x"})


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (given(), "given()"),
        (given({"acme.chairs": 40}, kind="person"), "given({'acme.chairs': 40}, kind='person')"),
        (given({chairs: 40}), "given({'acme.chairs': 40})"),
        (given(purchases=[(10, "9.95")]), "given(purchases=[(10, '9.95')])"),
        (given(interactions=(each for each in [5])), "given(interactions=[5])"),
        (given(notes="x" * 300), f"given(notes='{'x' * 83}...)"),
    ],
)
def test_facts_read_as_they_were_written(facts, text):
    assert str(facts) == text
