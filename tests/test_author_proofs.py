"""What is proved of a scheme holds for every customer: by cases, and by law over random rules and customers."""

from datetime import date
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from expressions import predicates, schemes
from hypothesis import given
from hypothesis import strategies as st
from situations import situations

from crmcore import Customer, Field, Purchase, Scheme, Segment, Setting, band, choose, count, latest, rows, total
from crmcore.author import proofs
from crmcore.author.bounds import bounds_of
from crmcore.author.drafts import Generator
from crmcore.author.proofs import cases_of, prove
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case
from crmcore.grammar.expr import And, Not, Or, OrElse
from crmcore.grammar.walk import needs

customer, purchase = rows(Customer), rows(Purchase)
spend, number, latest_day = total(purchase.amount), count(purchase), latest(purchase.at)
level = Field("demo.level", str, on=Customer, choices=("low", "high"))
seats = Field("demo.seats", int, on=Customer)
rooms = Field("demo.rooms", int, on=Customer, default=1)
score = band(spend, [10, 20])
grade = choose((spend > 5, "a"), (spend > 1, "b"), otherwise="c")
high, low = Setting("demo.high", 100), Setting("demo.low", 10)
other = Scheme("demo.other", Segment("one", when=spend > 5), Segment("two"))


def scheme(*rules):
    return Scheme("demo.tier", *(Segment(f"s{place}", when=rule) for place, rule in enumerate(rules)))


CONTRADICTIONS = {
    "a span without numbers": (spend > 5) & (spend < 3),
    "a bound that is left out": (spend > 5) & (spend <= 5),
    "no whole number between": (number > 4) & (number < 5),
    "a count below nothing": number < 0,
    "a half of a count": number.is_(Decimal("2.5")),
    "two texts at once": level.is_("low") & level.is_("high"),
    "a choice that there is not": level.is_("medium"),
    "a text that is none of those chosen from": grade.is_("d"),
    "a band beyond the last": score >= 4,
    "a value and none": (seats > 3) & ~seats.is_known(),
    "a rule and its opposite": customer.tags.contains("vip") & ~customer.tags.contains("vip"),
    "two answers of one scheme": other.is_("one") & other.is_("two"),
    "greater and less than another": (number > seats) & (seats > number),
    "both by default": (spend > 5).or_else(False) & ~(spend > 5).or_else(True),
    "yes and no": Field("demo.ok", bool, on=Customer).is_(True) & Field("demo.ok", bool, on=Customer).is_(False),
    "days in the wrong order": (latest_day > date(2026, 1, 1)) & (latest_day < date(2026, 1, 2)),
    "bounds the wrong way round": number.between(5, 3),
}


@pytest.mark.parametrize("rule", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_rule_that_contradicts_itself_is_proved_to_hold_for_nobody(rule):
    assert not prove(scheme(rule, None)).segments[0].alone


POSSIBLE = {
    "a point": (spend >= 5) & (spend <= 5),
    "between two whole numbers": (spend > 4) & (spend < 5),
    "a default that is no value": ~rooms.is_known() & rooms.is_(1),
    "unknown, taken for true": (seats > 3).or_else(True) & ~seats.is_known(),
    "one of several": level.is_in("medium", "HIGH"),
    "case does not count": level.is_("High"),
    "another term": (spend > 5) & (total(purchase.cost) < 3),
    "a setting that can be anything": (spend >= low) & (spend < high),
}


@pytest.mark.parametrize("rule", POSSIBLE.values(), ids=POSSIBLE)
def test_a_rule_that_somebody_can_meet_is_never_called_a_contradiction(rule):
    assert prove(scheme(rule, None)).segments[0].alone


SHADOWED = {
    "a lower bound first": (scheme(spend >= 5, spend >= 10, None), ["s1"]),
    "everybody has a number of purchases": (scheme(number >= 0, None), ["s1"]),
    "both sides of a bound": (scheme(spend >= 5, spend < 5, None), ["s2"]),
    "the same rule twice": (scheme(spend > 5, (spend > 5) & level.is_("low"), None), ["s1"]),
    "all choices": (scheme(level.is_("low"), level.is_("high"), level.is_known(), None), ["s2", "s3"]),
    "all bands": (scheme(score.is_in(1, 2), score >= 3, None), ["s2"]),
    "all answers of another scheme": (scheme(other.is_("one"), other.is_("two"), None), ["s2"]),
    "in any order of parts": (scheme((spend > 5) | (number > 3), (number > 4) & (spend > 1), None), ["s1"]),
}


@pytest.mark.parametrize(("given", "wanted"), SHADOWED.values(), ids=SHADOWED)
def test_a_segment_whose_customers_earlier_ones_take_is_found(given, wanted):
    found = prove(given)
    assert [one.segment.name for one in found.segments if not one.reached] == wanted
    assert all(one.alone for one in found.segments)


def test_an_overlap_that_leaves_somebody_is_how_schemes_are_meant():
    found = prove(scheme(spend >= 10, spend >= 5, (spend >= 3) & level.is_("low"), None))
    assert all(one.alone and one.reached for one in found.segments)


def test_a_scheme_is_total_if_it_ends_without_a_rule_or_its_rules_leave_nobody():
    assert prove(scheme(spend > 5, None)).total
    assert prove(scheme(spend >= 5, spend < 5)).total
    assert not prove(scheme(spend > 5, spend < 5)).total
    assert not prove(scheme(level.is_("low"))).total


def test_settings_can_be_anything_unless_their_defaults_are_asked_for():
    wrong = Setting("demo.wrong", 5)
    found = scheme(spend >= wrong, spend >= high, None)
    assert prove(found).segments[1].reached
    assert not prove(found, defaults=True).segments[1].reached
    assert prove(scheme((spend >= high) & (spend < wrong), None)).segments[0].alone
    assert not prove(scheme((spend >= high) & (spend < wrong), None), defaults=True).segments[0].alone


def test_a_setting_keeps_within_its_bounds():
    share = Setting("demo.share", Decimal("0.5"), least=0, greatest=1)
    assert not prove(scheme(share > 1, None)).segments[0].alone
    assert prove(scheme(share >= 1, None)).segments[0].alone


def test_too_many_cases_prove_nothing_and_take_no_time(monkeypatch):
    monkeypatch.setattr(proofs, "MOST_CASES", 3)
    fields = [Field(f"demo.f{place}", bool, on=Customer) for place in range(6)]
    ors = And(tuple(Or((one.is_(True), two.is_(True))) for one, two in zip(fields[::2], fields[1::2], strict=True)))
    found = prove(scheme(ors, (spend > 5) & (spend < 3), None))
    assert found.total
    assert all(one.alone and one.reached for one in found.segments)


# -- laws ----------------------------------------------------------------------------------------------------------------

TERMS = (spend, number, seats, rooms, score)
CLOSE = st.one_of(
    st.builds(
        lambda term, op, bound: getattr(term, op)(bound),
        st.sampled_from(TERMS),
        st.sampled_from(("__lt__", "__le__", "__gt__", "__ge__", "is_")),
        st.sampled_from((0, 1, 2, 3)),
    ),
    st.sampled_from(
        (
            level.is_("low"),
            level.is_("high"),
            level.is_known(),
            seats.is_known(),
            rooms.is_known(),
            number > seats,
            seats >= number,
        )
    ),
)
DENSE = st.recursive(
    CLOSE,
    lambda part: st.one_of(
        st.builds(lambda one, two: And((one, two)), part, part),
        st.builds(lambda one, two: Or((one, two)), part, part),
        st.builds(Not, part),
        st.builds(OrElse, part, st.booleans()),
    ),
    max_leaves=5,
)
"""Rules that speak of little, so that they meet and contradict each other often."""


@given(situations(), predicates())
def test_what_a_rule_is_has_a_case(situation, rule):
    evaluator = situation.evaluator(rule)
    for case in situation.cases():
        held = evaluator.holds(rule, case)
        assert cases_of(rule, truth=held, defaults=False)


@given(situations(), predicates())
def test_the_same_with_the_settings_defaults(situation, rule):
    known = situation.evaluator(rule).world
    evaluator = Evaluator(World({}, known.population, known.zone))
    for case in situation.cases():
        assert cases_of(rule, truth=evaluator.holds(rule, case), defaults=True)


@given(situations(), schemes())
def test_nobody_is_in_a_segment_that_is_proved_to_be_empty(situation, drawn):
    evaluator, found = situation.evaluator(drawn), prove(drawn)
    empty = {one.segment.name for one in found.segments if not (one.alone and one.reached)}
    for case in situation.cases():
        answer = evaluator.answer(drawn, case)
        assert answer.segment not in empty
        assert not (found.total and answer.position == len(drawn.segments))


def _customers():
    roots = (spend > 1, number > 3, seats > 2, rooms > 2, score > 1, level.is_("low"))
    made = Generator(needs(*roots), bounds_of(roots, World({}, {}, ZoneInfo("UTC"))), date(2026, 7, 1), Random(7))
    return [made.draft().case() for _ in range(150)]


CUSTOMERS = _customers()


@given(st.lists(DENSE, min_size=1, max_size=4))
def test_the_same_for_rules_that_often_contradict_each_other(drawn):
    made = scheme(*drawn)
    found = prove(made)
    empty = {one.segment.name for one in found.segments if not (one.alone and one.reached)}
    evaluator = Evaluator(World({}, {}, ZoneInfo("UTC")))
    for known in CUSTOMERS:
        answer = evaluator.answer(made, Case(known.facts, known.day))
        assert answer.segment not in empty
        assert not (found.total and answer.position == len(made.segments))
