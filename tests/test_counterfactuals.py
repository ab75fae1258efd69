"""The smallest single change that moves a customer: found by trying, and proven by making it in a store."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from random import Random

import attrs
import pytest
from company_kit import NOW, make_crm, plugin, put

from crmcore import (
    DATE,
    Counterfactual,
    Customer,
    Field,
    Invalid,
    Metric,
    NextMove,
    Placement,
    Purchase,
    Rule,
    Scheme,
    Segment,
    Setting,
    Timeline,
    band,
    count,
    days_since,
    last,
    latest,
    mean,
    pareto_cut,
    rows,
    total,
)
from crmcore.app import Crm
from crmcore.author.bounds import bounds_of
from crmcore.author.drafts import Draft, Generator
from crmcore.entities import type_of
from crmcore.evaluation.evaluate import World
from crmcore.evaluation.turning import conditions, turning_points
from crmcore.grammar.walk import needs, rules_of
from crmcore.opening import catalogue_of, configuration, create
from crmcore.testing.memory_store import MemoryStore
from crmcore.work.checks import RuleBook
from crmcore.work.company import company
from crmcore.work.field_values import Said, stored
from crmcore.work.levers import PurchaseLever, levers_of

DAY = NOW.date()
customer, purchase = rows(Customer), rows(Purchase)
seats = Field("shop.seats", int, on=Customer, default=2)
limit = Field("shop.limit", Decimal, on=Customer)
opened = Field("shop.opened", DATE, on=Customer)
mood = Field("shop.mood", str, on=Customer, choices=("good", "bad"), soft=True)
member = Field("shop.member", bool, on=Customer)
key_spend = Setting("shop.key_spend", 250)
spend = Metric("shop.spend", total(purchase.amount))
FIELDS = [seats, limit, opened, mood, member]


def ask(rule, *purchases, rules=(), fields=FIELDS, **columns):
    """Return the changes that make ``rule`` true for a customer, as pairs of what and how much."""
    scheme = Scheme("shop.tier", Segment("yes", when=rule), Segment("no"))
    crm = make_crm(plugin("shop", schemes=[scheme], fields=fields, rules=rules))
    put(crm, Customer(id="c", name="C", **columns), Customer(id="d", name="D"))
    bought = [
        Purchase(id=f"p{place}", customer="c", at=DAY - timedelta(days=ago), amount=Decimal(amount))
        for place, (ago, amount) in enumerate(purchases)
    ]
    if bought:
        put(crm, *bought)
    crm.classify(DAY)
    state = crm.state()
    found = state.counterfactuals(scheme, state.customer("c"))
    assert all(isinstance(one, Counterfactual) for each in found.values() for one in each)
    return [(_called(one.part), one.before, one.after) for one in found.get("yes", ())]


def _called(part):
    return (
        "purchase" if part is None else getattr(part, "name", None) if isinstance(part, Field) else part.steps[-1].name
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (spend >= key_spend, [("purchase", None, Decimal(150))]),
        (spend > key_spend, [("purchase", None, Decimal("150.01"))]),
        (count(purchase) >= 2, [("purchase", None, Decimal("0.01"))]),
        (count(purchase) >= 3, []),
        (mean(purchase.amount) >= 200, [("purchase", None, Decimal(300))]),
        (mean(purchase.amount) <= 60, [("purchase", None, Decimal("0.01"))]),
        (days_since(latest(purchase.at)) < 5, [("purchase", None, Decimal("0.01"))]),
        (days_since(latest(purchase.at)) > 50, []),
        (last(purchase.amount).is_(5), [("purchase", None, Decimal(5))]),
        (last(purchase.amount).is_in(7, 9), [("purchase", None, Decimal(7))]),
        (spend.between(120, Decimal("120.004")), [("purchase", None, Decimal(20))]),
        (band(spend, (150, 200, 300)).is_(3), [("purchase", None, Decimal(100))]),
        (total(purchase.amount, where=purchase.amount >= 30) >= 110, [("purchase", None, Decimal(30))]),
        (spend >= pareto_cut(spend, Decimal("0.5")) * 2, [("purchase", None, Decimal(100))]),
        (seats >= 10, [("shop.seats", 2, 10)]),
        (seats < 0, [("shop.seats", 2, -1)]),
        (limit >= Decimal("0.4"), [("shop.limit", None, Decimal("0.4"))]),
        (limit < 0, [("shop.limit", None, Decimal("-0.000001"))]),
        (days_since(opened) >= 365, [("shop.opened", None, DAY - timedelta(days=365))]),
        (opened.within(days=10, ending=1000), [("shop.opened", None, DAY - timedelta(days=1000))]),
        (opened > date(2027, 3, 1), [("shop.opened", None, date(2027, 3, 2))]),
        (mood.is_("good"), [("shop.mood", None, "good")]),
        (member.is_(True), [("shop.member", None, True)]),
        (customer.city.is_("Rome"), [("city", None, "Rome")]),
        (customer.city.starts_with("Ro"), [("city", None, "Ro")]),
        (customer.tags.contains("vip"), [("tags", ("new",), ("new", "vip"))]),
        (~customer.tags.contains("new"), [("tags", ("new",), ())]),
        (customer.kind.is_in("person", "household"), [("kind", None, "person")]),
        (~customer.email.is_known(), [("email", "c@example.org", None)]),
        ((seats >= 10) & (spend >= key_spend), []),
        ((seats >= 10) | (spend >= key_spend), [("shop.seats", 2, 10), ("purchase", None, Decimal(150))]),
        (customer.parent.is_known(), []),
    ],
    ids=str,
)
def test_the_nearest_value_that_leads_there_is_found(rule, expected):
    assert ask(rule, (10, 100), tags=("new",), email="c@example.org") == expected


def test_a_value_that_the_rules_of_records_refuse_is_no_change():
    some = Rule("shop.some", Customer, (seats >= 0) & (seats <= 20))
    assert ask(seats < 0, rules=[some]) == []
    assert ask(seats > 20, rules=[some]) == []
    assert ask(seats > 19, rules=[some]) == [("shop.seats", 2, 20)]


def test_who_is_there_already_needs_no_change():
    assert ask(seats >= 2) == []


def test_conditions_are_the_parts_that_turn_each_once():
    tier = Scheme("shop.tier", Segment("a", when=(seats.is_(3) & (spend > 1)) | (spend > 1)), Segment("b"))
    found = conditions(Scheme("shop.two", Segment("c", when=tier.is_("a") & (spend > 1)), Segment("d")))
    assert [(type(one.rule).__name__, getattr(one.rule, "op", "")) for one in found] == [
        *(("Compare", ">="), ("Compare", ">"), ("Compare", ">"))
    ]
    inside = conditions(Scheme("shop.in", Segment("a", when=count(purchase, where=purchase.amount > 3) > 1)))
    assert [one.source is None for one in inside] == [True, False]
    held = Scheme("shop.held", Segment("a", when=spend >= pareto_cut(spend, 1, among=seats > 3)), Segment("b"))
    assert len(conditions(held)) == 1


def test_turning_points_are_the_places_on_both_sides():
    assert list(turning_points(lambda place: place >= 17, [-100, 0, 100])) == [16, 17]
    assert list(turning_points(lambda place: None if place < 3 else place > 5, [0, 4, 100])) == [2, 3, 5, 6]
    assert list(turning_points(lambda _: True, [0, 10])) == []


def test_time_alone_moves_to_the_next_segment_on_a_day():
    scheme = Scheme("shop.age", Segment("old", when=days_since(latest(purchase.at)) > 30), Segment("new"))
    crm = make_crm(plugin("shop", schemes=[scheme]))
    put(crm, Customer(id="c", name="C"), Purchase(id="p", customer="c", at=DAY, amount=Decimal(1)))
    crm.classify(DAY)
    state = crm.state()
    move = state.next_move(scheme, state.customer("c"), date(2030, 1, 1))
    assert isinstance(move, NextMove)
    assert (move.on, move.segment) == (DAY + timedelta(days=31), "old")
    assert state.next_move(scheme, state.customer("c"), DAY + timedelta(days=30)) is None


def test_the_rule_of_a_segment_behind_the_answer_can_be_asked_for():
    scheme = Scheme("shop.tier", Segment("a", when=seats > 1), Segment("b", when=seats > 5), Segment("c"))
    crm = make_crm(plugin("shop", schemes=[scheme], fields=FIELDS))
    put(crm, Customer(id="c", name="C"))
    state = crm.state()
    reason = state.why_not(scheme, "b", state.customer("c"))
    assert (reason.segment, reason.holds, reason.clause.bound) == ("b", False, 5)
    assert state.why_not(scheme, "c", state.customer("c")).clause is None


def test_the_timelines_of_a_scheme_are_those_of_its_customers():
    scheme = Scheme("shop.tier", Segment("a", when=seats > 5), Segment("b"))
    crm = make_crm(plugin("shop", schemes=[scheme], fields=FIELDS))
    put(crm, Customer(id="c", name="C"), Customer(id="d", name="D", archived_at=DAY))
    crm.classify(DAY)
    found = crm.state().timelines(scheme)
    assert found == {"c": crm.timeline("c", scheme.name)}
    assert isinstance(found["c"], Timeline)
    assert found["c"].placements == (Placement("b", DAY, 1, "data"),)


# -- every bundled scheme ----------------------------------------------------------------------------------------------


@cache
def bundled():
    """Return everything that the installed plugins declare."""
    return catalogue_of(configuration("", {}))


def company_of(scheme, number, seed):
    """Return a company of generated customers whose facts are near the bounds of a scheme, placed in it."""
    crm = Crm(MemoryStore(), bundled(), "ada", clock=lambda: NOW)
    create(crm, company("EUR", "UTC"))
    rules = rules_of(scheme)
    generator = Generator(needs(*rules), bounds_of(rules, World({}, {}, NOW.tzinfo, 6)), DAY, Random(seed))
    for place in range(number):
        try:
            put(crm, *records_of(generator.draft(), f"c{place}"))
        except Invalid:  # what the generator makes up need not be allowed
            put(crm, Customer(id=f"c{place}", name="Ada"))
    crm.classify(DAY, schemes=[scheme.name])
    return crm


def records_of(draft: Draft, key):
    """Yield a generated customer and what hangs on it, as the store takes it."""
    case = draft.case()
    fields = {}
    for name, raw in case.facts.customer.fields.items():
        field = bundled().field(name)
        value = raw["value"] if field.soft else raw
        fields[name] = stored(field, value, Said("test", DAY))
    yield attrs.evolve(case.facts.customer, id=key, fields=fields)
    drawn = [found for (kind, _), found in draft.parts.items() if kind == "rows"]
    records = {
        (type(one), one.id): one for found in drawn for one in (*found.known.values(), *(r.record for r in found.rows))
    }
    for record in records.values():
        yield _of(record, key)


def _of(record, key):
    changed = {"id": f"{key}-{record.id}"}
    for column in type_of(type(record)).columns:
        value = getattr(record, column.name)
        if column.refers_to and value is not None:
            changed[column.name] = key if column.refers_to == "customer" else f"{key}-{value}"
    return attrs.evolve(record, **changed)


def after(crm, scheme, key, part, value):
    """Make a change in the store, return the segment in which the customer then is, and take the change back."""
    commit = crm.committed
    with crm.unit("counterfactual") as unit:
        known = unit.get(Customer, key)
        if part is None:
            unit.add(Purchase(customer=key, at=DAY, amount=value))
        elif isinstance(part, Field):
            raw = stored(part, value, Said("test", DAY), known.fields.get(part.name))
            others = {name: each for name, each in known.fields.items() if name != part.name}
            unit.edit(known, fields=others if raw is None else {**others, part.name: raw})
        else:
            unit.edit(known, **{part.steps[-1].name: value})
    segment = crm.timeline(key, scheme.name).current.segment
    if crm.committed != commit:
        crm.undo(crm.committed)
    return segment


def smaller(change):
    """Return a value one unit nearer to the present one, or None where there is none."""
    after_, before = change.after, change.before
    if isinstance(after_, date):
        nearer = None if before is None else after_ + timedelta(days=1 if before > after_ else -1)
        return nearer if isinstance(before, date) and nearer != before else None
    if (
        isinstance(after_, bool)
        or not isinstance(after_, int | Decimal)
        or (before is None and change.part is not None)
    ):
        return None
    digits = 2 if change.part is None or change.part.result_kind().name == "money" else change.part.result_kind().scale
    unit = Decimal(1).scaleb(-digits)
    nearer = after_ + (unit if (before or 0) > after_ else -unit)
    is_change = nearer > 0 if change.part is None else (nearer - before) * (after_ - before) > 0
    return (int(nearer) if digits == 0 else nearer) if is_change else None


def check(crm, scheme):
    """Prove every change of a company's customers, and by a smaller one that it is no larger than it must be.

    Returns how many were proven.
    """
    proven = 0
    for key in [one.id for one in crm.state().book.customers()]:
        state = crm.state()
        before = crm.timeline(key, scheme.name).current.segment
        for segment, changes in state.counterfactuals(scheme, state.customer(key)).items():
            for change in changes:
                told = (scheme.name, key, before, change)
                assert after(crm, scheme, key, change.part, change.after) == segment, told
                proven += 1
                if (nearer := smaller(change)) is not None:
                    assert after(crm, scheme, key, change.part, nearer) != segment, told
    return proven


def explore(state, scheme, chosen):
    """Try values at random: none leads where no change is said to lead, nor from nearer than the change that is."""
    for known in state.book.customers():
        found = state.counterfactuals(scheme, known)
        for lever in levers_of(scheme, state.book.facts(known), state):
            part = None if isinstance(lever, PurchaseLever) else lever.part
            best = {one.segment: one for each in found.values() for one in each if one.part == part}
            for value in drawn(lever, chosen):
                segment = state.evaluator.answer(scheme, lever.case(value)).segment
                if segment in found and is_allowed(state, lever.record(value)):
                    assert segment in best, (known.id, part, value)
                    assert distance(best[segment].after, best[segment].before) <= distance(value, best[segment].before)


def names():
    return [scheme.name for scheme in bundled().values("scheme")]


@pytest.mark.parametrize("name", names())
def test_each_change_moves_the_customer_and_no_smaller_one_does(name):
    scheme = bundled().scheme(name)
    crm = company_of(scheme, 3, 1)
    check(crm, scheme)
    explore(crm.state(), scheme, Random(name))


def test_there_are_changes_to_prove():
    scheme = bundled().scheme("value_tier.size")
    assert check(company_of(scheme, 8, 3), scheme) > 5


@pytest.mark.torture
@pytest.mark.parametrize("name", names())
def test_each_change_of_many_customers_moves_them(name):
    scheme = bundled().scheme(name)
    crm = company_of(scheme, 40, 2)
    check(crm, scheme)
    explore(crm.state(), scheme, Random(name))


def drawn(lever, chosen):
    """Return values of a number or a day at random, many of them small."""
    if isinstance(lever, PurchaseLever):
        return [Decimal(chosen.randint(1, 10 ** chosen.randint(1, 10))) / 100 for _ in range(20)]
    if lever.kind.name in {"integer", "money"}:
        signs = (chosen.choice((1, -1)) for _ in range(20))
        numbers = [sign * chosen.randint(0, 10 ** chosen.randint(1, 8)) for sign in signs]
        return numbers if lever.kind.name == "integer" else [Decimal(number) / 100 for number in numbers]
    return [DAY + timedelta(days=chosen.randint(-9000, 900)) for _ in range(20)] if lever.kind.is_time else []


def distance(value, before):
    if isinstance(value, date):
        return abs((value - (before or DAY)).days)
    return abs(value - (before or 0))


def is_allowed(state, record):
    rules, fields = (state.plain.catalogue.values(kind) for kind in ("rule", "field"))
    return not any(RuleBook(rules, state.evaluator, state.book.get, DAY, fields=fields).broken_by(record))
