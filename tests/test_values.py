"""No edge lets in a value that does not fit its kind, whichever way it comes."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from company_kit import make_crm, plugin, put, stored

from crmcore import Customer, Field, Purchase, PurchaseLine
from crmcore.entities import type_of
from crmcore.errors import Invalid
from crmcore.files.parsing import parse
from crmcore.files.parsing_base import BadValue, Reading
from crmcore.kinds import BOOLEAN, DATE, INSTANT, INTEGER, MONEY, NUMBER, RATIO, TEXT, TEXTS, decimal
from crmcore.store import LogEntry
from crmcore.values import ID_LIMIT, TEXT_LIMIT, misfit

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (INTEGER, -3),
        (MONEY, Decimal("1.0001")),
        (MONEY, 5),
        (decimal(2), Decimal("0.25")),
        (NUMBER, Decimal("0.123456")),
        (RATIO, 0.5),
        (TEXT, ""),
        (TEXTS, ("a", "b")),
        (BOOLEAN, False),
        (DATE, date(2026, 1, 1)),
        (INSTANT, date(2026, 1, 1)),
        (INSTANT, NOON),
    ],
)
def test_what_fits_is_let_in(kind, value):
    assert misfit(kind, value, 4) == ""


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (INTEGER, True, "must be a whole number"),
        (INTEGER, Decimal(1), "must be a whole number"),
        (INTEGER, 10**12, "must be smaller than 1,000,000,000,000 either sign"),
        (MONEY, Decimal("1.00001"), "has more than 4 digits after the point"),
        (MONEY, Decimal("-1E+12"), "must be smaller than 1,000,000,000,000 either sign"),
        (MONEY, Decimal("NaN"), "must be a finite number"),
        (MONEY, 1.5, "must be an exact number (Decimal or int)"),
        (decimal(2), Decimal("0.001"), "has more than 2 digits after the point"),
        (decimal(2), True, "must be an exact number (Decimal or int)"),
        (RATIO, float("inf"), "must be a finite number"),
        (RATIO, 1, "must be a finite number"),
        (TEXT, 5, "must be a text"),
        (TEXTS, "a", "must be several texts"),
        (TEXTS, ("a", 1), "must be several texts"),
        (BOOLEAN, 1, "must be true or false"),
        (DATE, NOON, "must be a day"),
        (INSTANT, NOON.replace(tzinfo=None), "must be a day, or a moment with its time zone"),
        (INSTANT, datetime.max.replace(tzinfo=UTC), "must be a day, or a moment with its time zone"),
        (INSTANT, "2026-01-01", "must be a day, or a moment with its time zone"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(kind, value, reason):
    assert misfit(kind, value, 4) == reason


CHAIRS = Field("dental.chairs", int, on=Customer)
LEVEL = Field("dental.level", str, on=Customer, choices=("low", "high"))
MOOD = Field("dental.mood", str, on=Customer, soft=True)
FEE = Field("dental.fee", MONEY, on=Purchase)


@pytest.fixture
def crm():
    crm = make_crm(plugin("dental", fields=[CHAIRS, LEVEL, MOOD, FEE]))
    put(crm, Customer(id="a", name="Ada"))
    return crm


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        (Customer(id="b", name="Bob", kind="robot"), "kind='robot': is not one of person, household"),
        (Purchase(customer="a", at=NOON, amount=Decimal("0.0000001")), "amount='1E-7': has more than 6 digits"),
        (Purchase(customer="a", at=NOON, amount=Decimal(10**12)), "amount='1000000000000': must be smaller"),
        (Customer(id="b", name="Bob", fields={"dental.chairs": "two"}), "dental.chairs='two': is a text, not a whole"),
        (Customer(id="b", name="Bob", fields={"dental.chairs": 10**12}), "dental.chairs=.*must be smaller"),
        (Customer(id="b", name="Bob", fields={"dental.level": "middle"}), "'middle': is not one of low, high"),
        (Customer(id="b", name="Bob", fields={"dental.mood": "fine"}), "needs value, on and source"),
        (
            Customer(id="b", name="Bob", fields={"dental.mood": {"value": "fine", "on": "soon", "source": "ada"}}),
            "dental.mood=.*Invalid isoformat",
        ),
        (Purchase(customer="a", at=NOON, fields={"dental.fee": "0.0000001"}), "dental.fee='1E-7': has more than 6"),
    ],
)
def test_a_record_with_a_value_that_does_not_fit_is_not_stored(crm, record, complaint):
    before = crm.store.read().commit
    with pytest.raises(Invalid, match=complaint), crm.unit() as unit:
        unit.add(record)
    assert crm.store.read().commit == before


def test_a_derived_amount_with_more_digits_than_money_keeps_is_refused_and_not_rounded(crm):
    put(crm, Purchase(id="p", customer="a", at=NOON))
    fine = PurchaseLine(purchase="p", price=Decimal("0.000001"), quantity=Decimal("0.5"))
    with pytest.raises(Invalid, match="amount='5E-7': has more than 6 digits"), crm.unit() as unit:
        unit.add(fine)


def test_new_values_of_fields_of_other_record_types_and_absent_plugins_are_refused(crm):
    odd = Customer(id="b", name="Bob", fields={"dental.fee": "not for customers", "gone.word": 7})
    with pytest.raises(Invalid) as caught:
        put(crm, odd)
    assert [problem.column for problem in caught.value.problems] == ["dental.fee", "gone.word"]
    assert stored(crm, "customer").get("b") is None


def test_all_values_of_a_record_are_complained_of_at_once(crm):
    bad = Customer(id="b", name="Bob", kind="robot", fields={"dental.level": "middle", "dental.chairs": True})
    with pytest.raises(Invalid) as caught, crm.unit() as unit:
        unit.add(bad)
    assert [problem.column for problem in caught.value.problems] == ["kind", "dental.chairs", "dental.level"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"default": "two"}, "its default 'two' must be a whole number"),
        ({"default": 10**12}, "must be smaller"),
    ],
)
def test_a_field_with_a_default_that_does_not_fit_cannot_be_declared(given, reason):
    with pytest.raises(TypeError, match=reason):
        Field("dental.drills", int, on=Customer, **given)


WORDS = Field("demo.words", TEXT, on=Customer)

UNFIT = [
    ({"name": "A\x1fda"}, "has the control character U+001F"),
    ({"name": "A\x00da"}, "has the control character U+0000"),
    ({"name": "A\x85da"}, "has the control character U+0085"),
    ({"name": "A\nda"}, "has a line break, which this column cannot hold"),
    ({"notes": "one\u2028two"}, "has a line break, which this column cannot hold"),
    ({"city": "x" * (TEXT_LIMIT + 1)}, "has 10,001 characters; 10,000 are allowed"),
    ({"name": "A\ud800da"}, "has half a character (U+D800), left over from a broken conversion"),
    ({"fields": {"demo.words": "\x07"}}, "has the control character U+0007"),
]
LIBRARY_ONLY = [
    ({"name": ""}, "name: is required and cannot be empty"),
    ({"name": " \t"}, "is required and cannot be empty"),
    ({"tags": ("a;b",)}, "has a semicolon in one of its texts"),
    ({"tags": ("a", "")}, "has a text that is empty, or has blanks around it"),
    ({"tags": ("a", "b\x7f")}, "has the control character U+007F"),
]
IDS = [
    (" c9", "has blanks around it, which an id cannot have"),
    ("c9\u3000", "has blanks around it, which an id cannot have"),
    (" ", "has blanks around it, which an id cannot have"),
    ("c\x009", "has the control character U+0000"),
    ("c\ud8009", "has half a character (U+D800), left over from a broken conversion"),
    ("e\u0301", "is not composed (Unicode NFC)"),
    ("c" * (ID_LIMIT + 1), "has 251 characters; 250 are allowed"),
]


@pytest.mark.parametrize(("columns", "said"), [*UNFIT, *LIBRARY_ONLY])
def test_no_program_stores_a_text_that_no_command_would(columns, said):
    crm = make_crm(plugin("demo", fields=[WORDS]))
    put(crm, Customer(id="c1", name="Ada"))
    with pytest.raises(Invalid, match=re.escape(said)), crm.unit() as unit:
        unit.add(Customer(**{"id": "c2", "name": "Eve", **columns}))
    with pytest.raises(Invalid, match=re.escape(said)), crm.unit() as unit:
        unit.edit(unit.get(Customer, "c1"), **columns)
    assert stored(crm, "customer").keys() == {"c1"}
    assert crm.state().customer("c1").version == 1


@pytest.mark.parametrize(("key", "said"), IDS)
def test_no_program_gives_an_id_that_looks_like_another_or_cannot_be_typed(key, said):
    crm = make_crm()
    with pytest.raises(Invalid, match=re.escape(said)), crm.unit() as unit:
        unit.add(Customer(id=key, name="Ada"))


@pytest.mark.parametrize(("columns", "said"), [case for case in UNFIT if case[0].keys() <= {"name", "notes", "city"}])
def test_commands_and_programs_refuse_a_text_with_the_same_words(columns, said):
    for name, text in columns.items():
        column = type_of(Customer).column(name)
        with pytest.raises(BadValue, match=re.escape(said)):
            parse(column, text, Reading(ZoneInfo("UTC"), 6))


def test_an_id_that_was_stored_before_it_was_refused_does_not_lock_its_record():
    crm = make_crm()
    with crm.store.write() as transaction:
        transaction.put("customer", " c1", {"id": " c1", "version": 1, "name": "Ada"})
        transaction.commit_as(LogEntry(transaction.commit + 1, "2026-01-01T00:00:00Z", "ada", "", ()))
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, " c1"), name="Eve")
    assert crm.state().customer(" c1").name == "Eve"


def test_notes_keep_their_lines_and_optional_texts_may_be_cleared():
    crm = make_crm()
    made = put(crm, Customer(id="c1", name="Ada", notes="one\n\ttwo", tags=("a b", "客户")))[0]
    assert crm.state().customer("c1").notes == made.notes == "one\n\ttwo"
