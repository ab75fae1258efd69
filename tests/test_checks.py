"""What must hold of a record before it is committed, and what hangs on it."""

import enum
from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve
from company_kit import make_crm, plugin, put
from facts_kit import TODAY, world

from crmcore import (
    DATE,
    MONEY,
    TEXTS,
    Contact,
    Customer,
    Field,
    Interaction,
    Purchase,
    Record,
    Rule,
    column,
    record,
    rows,
)
from crmcore.errors import Invalid
from crmcore.evaluation.evaluate import Evaluator
from crmcore.records import CORE_RECORDS
from crmcore.work.checks import RuleBook, dangling, holders


class Risk(enum.Enum):
    LOW = "low"
    HIGH = "high"


purchase = rows(Purchase)
positive = Rule("shop.positive", Purchase, purchase.amount >= 0, {"en": "is a return", "zh": "是退货"})
in_time = Rule("shop.in_time", Purchase, purchase.customer.archived_at >= purchase.at)
beds = Field("shop.beds", int, on=Customer)
limit = Field("shop.limit", MONEY, on=Customer)
risk = Field("shop.risk", Risk, on=Customer)
mood = Field("shop.mood", str, on=Customer, soft=True)
likes = Field("shop.likes", TEXTS, on=Customer, choices=("tea", "wine"))
weight = Field("shop.weight", int, on=Purchase)
FIELDS = (beds, limit, risk, mood, likes, weight)


def problems(record, language="en", follow=lambda _type, _key: None):
    book = RuleBook((positive, in_time), Evaluator(world()), follow, TODAY, language, FIELDS)
    return [(problem.column, problem.reason) for problem in book.broken_by(record)]


def bought(amount, at=TODAY, **columns):
    return Purchase(id="p", customer="ada", at=at, amount=amount, **columns)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (Decimal(0), []),
        (None, []),  # unknown is not false
        (Decimal(-1), [("shop.positive", "is a return")]),
        (Decimal("0.0000001"), [("amount", "has more than 6 digits after the point")]),  # and no rule is asked
        (0.5, [("amount", "must be an exact number (Decimal or int)")]),
    ],
)
def test_a_rule_that_is_false_is_a_problem(amount, expected):
    assert problems(bought(amount)) == expected


def test_messages_are_in_the_language_of_the_actor():
    assert problems(bought(Decimal(-1)), "zh") == [("shop.positive", "是退货")]


def test_rules_follow_references_and_name_themselves_where_they_have_no_message():
    gone = Customer(id="ada", name="Ada", archived_at=date(2026, 1, 1))
    assert problems(bought(Decimal(1)), follow=lambda _type, _key: gone) == [
        ("shop.in_time", "breaks the rule shop.in_time"),
    ]
    assert problems(Customer(id="ada", name="Ada")) == []


@record("course")
class Course(Record):
    """A record type that leads to no customer."""

    starts: date = column(DATE, required=True)
    ends: date = column(DATE, required=True)


def test_records_that_belong_to_nobody_can_have_rules_on_their_own_columns():
    rule = Rule("school.dates", Course, rows(Course).ends >= rows(Course).starts, "ends before it starts")
    crm = make_crm(plugin("school", records=[Course], rules=[rule]))
    put(crm, Course(id="c1", starts=date(2026, 1, 1), ends=date(2026, 2, 1)))
    with pytest.raises(Invalid, match="ends before it starts"):
        put(crm, Course(id="c2", starts=date(2026, 2, 1), ends=date(2026, 1, 1)))


def soft(value, on="2026-01-01"):
    return {"value": value, "on": on, "source": "call"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"name": None}, [("name", "is required")]),
        ({"name": 3}, [("name", "must be a text")]),
        (
            {"kind": "robot"},
            [("kind", "is not one of person, household, organization, department, public_body, partner")],
        ),
        ({"tags": ["vip"]}, [("tags", "must be several texts")]),
        ({"fields": {"shop.beds": "many"}}, [("shop.beds", None)]),
        ({"fields": {"shop.beds": 10**12}}, [("shop.beds", "must be smaller than 1,000,000,000,000 either sign")]),
        ({"fields": {"shop.limit": "0.00000001"}}, [("shop.limit", "has more than 6 digits after the point")]),
        ({"fields": {"shop.risk": "middle"}}, [("shop.risk", "is not one of low, high")]),
        ({"fields": {"shop.likes": ["tea", "gin"]}}, [("shop.likes", "is not one of tea, wine")]),
        ({"fields": {"shop.mood": "good"}}, [("shop.mood", "is entered by people, so it needs value, on and source")]),
        ({"fields": {"shop.mood": soft("good", "soon")}}, [("shop.mood", "Invalid isoformat string: 'soon'")]),
        ({"fields": {"shop.mood": soft(3)}}, [("shop.mood", None)]),
        ({"fields": {"shop.mood": soft("good"), "shop.likes": ["tea"], "shop.beds": 3, "shop.risk": "low"}}, []),
        ({"fields": {"shop.weight": "x", "other.field": "x"}}, []),  # on other records, or of absent plugins
    ],
)
def test_values_must_fit_their_columns_and_fields(columns, expected):
    found = problems(evolve(Customer(id="ada", name="Ada"), **columns))
    assert [column for column, _ in found] == [column for column, _ in expected]
    for (_, reason), (_, wanted) in zip(found, expected, strict=True):
        assert reason == wanted if wanted else reason


@pytest.fixture
def crm():
    crm = make_crm(plugin("shop", rules=[positive], fields=[beds]))
    put(crm, Customer(id="a", name="A"), Customer(id="b", name="B", parent="a"))
    put(crm, Contact(id="c", customer="a", name="C"), Interaction(id="i", customer="b", contact="c", at=TODAY))
    return crm


def test_references_that_lead_nowhere_are_named(crm):
    reader = crm.store.read()
    lost = Interaction(customer="nobody", contact="c", at=TODAY)
    assert [(problem.column, problem.value) for problem in dangling(reader, lost)] == [("customer", "nobody")]
    assert list(dangling(reader, Customer(name="D", parent="b"))) == []


def test_what_hangs_on_records_is_found_in_one_pass(crm):
    found = set(holders(crm.store.read(), CORE_RECORDS, {("customer", "a"), ("contact", "c")}))
    assert found == {
        (("customer", "b"), ("customer", "a")),
        (("contact", "c"), ("customer", "a")),
        (("interaction", "i"), ("contact", "c")),
    }


def test_a_commit_tells_every_problem_with_its_record(crm):
    with pytest.raises(Invalid) as refused:
        put(crm, bought(Decimal(-1)), Customer(id="d", name="D", fields={"shop.beds": "x"}))
    assert [problem.column for problem in refused.value.problems] == ["customer", "shop.positive", "shop.beds"]
