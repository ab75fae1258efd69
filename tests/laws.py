"""The laws that the heart of the framework keeps, each as a function that raises `AssertionError` where it is broken.

`test_laws` holds them against generated cases, `test_laws_can_fail` against the same cases and a heart with a fault.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import isclose
from typing import Any
from zoneinfo import ZoneInfo

import oracle
import standards
from oracle import CLOSE, TooClose
from rewriting import mutants, rebuilt
from situations import Situation

from crmcore.entities import Record, type_of
from crmcore.evaluation.boundaries import Horizon
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case, Facts, Row
from crmcore.evaluation.missing import missing, missing_of, names_of
from crmcore.evaluation.placements import Placement, Timeline, from_document, to_document
from crmcore.evaluation.population import finish
from crmcore.grammar.declare import Field, Metric, Scheme
from crmcore.grammar.expr import Aggregate, DayCount, InYear, Node, PopulationValue, Predicate, Term, Within
from crmcore.grammar.terms import mean, rows, total
from crmcore.grammar.walk import canonical, canonical_scheme, children, fingerprint, needs, reached, rules_of
from crmcore.kinds import fold
from crmcore.records import Customer, Purchase
from crmcore.work.fitting import fit, values_of

SPAN = 800
"""Days that a look ahead is checked for: two years and two months."""


# -- three values ------------------------------------------------------------------------------------------------------


def check_logic(situation: Situation, one: Predicate, two: Predicate, three: Predicate) -> None:
    """De Morgan, double negation, commutativity, associativity, distribution and defaults, in three values."""
    evaluator = situation.evaluator(one, two, three)
    pairs = [
        (~(one & two), ~one | ~two),
        (~(one | two), ~one & ~two),
        (~~one, one),
        (one & two, two & one),
        (one | two, two | one),
        (one & (two & three), (one & two) & three),
        (one | (two | three), (one | two) | three),
        (one & (two | three), (one & two) | (one & three)),
        (one | (two & three), (one | two) & (one | three)),
        (one & one, one),
        (one | one, one),
        (one.or_else(True), ~(~one).or_else(False)),
    ]
    for case in situation.cases():
        for left, right in pairs:
            assert evaluator.holds(left, case) is evaluator.holds(right, case), (left, right)
        held = evaluator.holds(one, case)
        for default in (True, False):
            assert evaluator.holds(one.or_else(default), case) is (default if held is None else held)


# -- values ------------------------------------------------------------------------------------------------------------


def check_rules_mean_what_the_oracle_says(situation: Situation, rules: Sequence[Predicate]) -> None:
    check_parts_mean_what_the_oracle_says(situation, (*standards.RULES, *rules))


def check_terms_mean_what_the_oracle_says(situation: Situation, terms: Sequence[Term]) -> None:
    check_parts_mean_what_the_oracle_says(situation, (*standards.TERMS, *terms))


def check_parts_mean_what_the_oracle_says(situation: Situation, roots: Sequence[Node]) -> None:
    """Compare every part of ``roots``, those on rows for every row."""
    evaluator = situation.evaluator(*roots)
    everyone = situation.oracle(evaluator.world)
    parts = tuple(reached(*roots, into_rows=False))
    inner = [(part, tuple(reached(*children(part)))) for part in parts if isinstance(part, Aggregate)]
    for case in situation.cases():
        about = everyone.about(case.facts.customer)
        for part in parts:
            check_part(part, case, evaluator, about)
        for aggregate, on_rows in inner:
            for row in about.rows(aggregate):
                for part in on_rows:
                    check_part(part, case, evaluator, about, row)


def check_part(part: Node, case: Case, evaluator: Evaluator, about: oracle.Oracle, row: Record | None = None) -> None:
    is_rule = isinstance(part, Predicate)
    try:
        wanted = about.holds(part, row) if is_rule else about.value(part, row)
    except TooClose:
        return
    found = evaluator.holds(part, case, row) if is_rule else evaluator.value(part, case, row)
    assert agree(found, wanted, about), (part, found, wanted)


def agree(found: Any, wanted: Any, about: oracle.Oracle) -> bool:
    """Whether a value is what the oracle says; exact numbers must be equal, floats may differ in the last digit."""
    if found is None or wanted is None or isinstance(wanted, bool):
        return found is wanted
    if isinstance(wanted, float):
        return isinstance(found, float) and isclose(found, wanted, rel_tol=CLOSE)
    if isinstance(wanted, Fraction):
        return not isinstance(found, float | bool) and Fraction(found) == wanted
    return about.moment(compared(found)) == about.moment(wanted)


def compared(value: Any) -> Any:
    """Return texts, which are shown as they were written, in the form in which they are compared."""
    match value:
        case str():
            return fold(value)
        case tuple():
            return tuple(map(compared, value))
        case _:
            return value


# -- answers -----------------------------------------------------------------------------------------------------------


def check_answers(situation: Situation, schemes: Sequence[Scheme]) -> None:
    """Everybody is in one segment, or nobody can tell and something is missing, or all rules are false."""
    evaluator = situation.evaluator(*schemes)
    everyone = situation.oracle(evaluator.world)
    for case in situation.cases():
        for scheme in schemes:
            answer = evaluator.answer(scheme, case)
            lacking = missing_of(scheme, case, evaluator)
            rules = [segment.when for segment in scheme.segments]
            held = [True if rule is None else evaluator.holds(rule, case) for rule in rules]
            decisive = next((place for place, value in enumerate(held) if value is not False), len(held))
            assert answer.position == decisive
            is_told = decisive == len(held) or held[decisive] is True
            assert answer.segment == (scheme.segments[decisive].name if is_told and decisive < len(held) else None)
            assert bool(lacking) is not is_told
            assert bool(names_of(lacking)) is not is_told
            try:
                wanted = everyone.about(case.facts.customer).answer(scheme)
            except TooClose:
                continue
            assert (answer.segment, answer.position) == wanted


def check_missing(situation: Situation, parts: Sequence[Node]) -> None:
    """What is unknown has something missing, itself unknown; what is known has nothing missing."""
    evaluator = situation.evaluator(*parts)
    for case in situation.cases():
        for part in parts:
            lacking = missing(part, case, evaluator)
            assert bool(lacking) is not is_known(part, case, evaluator), (part, lacking)
            assert len(set(lacking)) == len(lacking)
            for node in lacking:
                assert not is_known(node, case, evaluator), node
            assert all(names_of(lacking))


def is_known(part: Node, case: Case, evaluator: Evaluator) -> bool:
    ask = evaluator.holds if isinstance(part, Predicate) else evaluator.value
    return ask(part, case) is not None


# -- looking ahead -----------------------------------------------------------------------------------------------------


def check_reviews_are_soon_enough(
    situation: Situation, schemes: Sequence[Scheme], days: Sequence[int] = range(1, SPAN)
) -> None:
    """Before its review no segment, rule or part of a rule changes by time alone, nor what is missing to tell it."""
    evaluator = situation.evaluator(*schemes)
    parts = [part for part in reached(*all_rules(schemes), into_rows=False) if isinstance(part, Predicate)]
    for case in situation.cases():
        horizon = Horizon(evaluator, case)
        reviews = [*(horizon.of_scheme(each) for each in schemes), *(horizon.of_rule(part) for part in parts)]
        assert all(review is None or review > case.day for review in reviews)
        today = states(schemes, parts, case, evaluator)
        for ahead in days:
            later = Case(case.facts, case.day + timedelta(days=ahead))
            then = states(schemes, parts, later, evaluator)
            for part, review, one, two in zip((*schemes, *parts), reviews, today, then, strict=True):
                assert one == two or (review is not None and review <= later.day), (part, review, later.day)


def check_reviews_are_not_worthless(situation: Situation, schemes: Sequence[Scheme]) -> None:
    """Without time in the rules and without rows that lie ahead there is nothing to review, ever."""
    evaluator = situation.evaluator(*schemes)
    if any(is_ahead(record, situation) for record in situation.given.records):
        return
    for case in situation.cases():
        for scheme in schemes:
            if not any(looks_at_time(part) for part in reached(*rules_of(scheme))):
                assert Horizon(evaluator, case).of_scheme(scheme) is None, scheme


def check_reviews_of_simple_rules_are_exact(situation: Situation, rules: Sequence[Predicate]) -> None:
    """A single test of a date of the customer's own is reviewed on the very day on which it changes."""
    evaluator = situation.evaluator(*rules)
    for case in situation.cases():
        for rule in rules:
            review = Horizon(evaluator, case).of_rule(rule)
            held = evaluator.holds(rule, case)
            days = (Case(case.facts, case.day + timedelta(days=n)) for n in range(1, SPAN))
            change = next((later.day for later in days if evaluator.holds(rule, later) is not held), None)
            within_span = review if review is not None and review < case.day + timedelta(days=SPAN) else None
            assert within_span == change, (rule, review, change)


def states(schemes: Sequence[Scheme], parts: Sequence[Predicate], case: Case, evaluator: Evaluator) -> list[Any]:
    """Return what each scheme and rule says, and what it lacks."""
    said: list[Any] = [(evaluator.answer(each, case).segment, {*missing_of(each, case, evaluator)}) for each in schemes]
    return said + [(evaluator.holds(part, case), {*missing(part, case, evaluator)}) for part in parts]


def all_rules(schemes: Sequence[Scheme]) -> tuple[Predicate, ...]:
    return tuple(rule for scheme in schemes for rule in rules_of(scheme))


def is_ahead(record: Any, situation: Situation) -> bool:
    facts, everyone = type_of(type(record)), situation.oracle(World({}, {}, situation.given.zone))
    day = everyone.local(everyone.follow(record, facts.dated_by)) if facts.dated_by else None
    return day is not None and day > situation.given.as_of


def looks_at_time(part: Node) -> bool:
    return isinstance(part, DayCount | Within | InYear) or (isinstance(part, Field) and part.soft)


# -- definitions -------------------------------------------------------------------------------------------------------


def check_definitions(situation: Situation, parts: Sequence[Node]) -> None:
    """Equal parts have one definition and one value; different definitions are told apart, settings included."""
    settings = situation.given.settings
    for part in parts:
        check_twins(situation, part)
        written = canonical(part, settings)
        for mutant in mutants(part):
            assert mutant != part
            assert canonical(mutant, settings) != written, mutant
        used = {setting.name: setting for setting in needs(part).settings}
        for name, setting in used.items():
            value = settings.get(name, setting.default)
            assert canonical(part, {**settings, name: value}) == written
            assert canonical(part, {**settings, name: another(value)}) != written
        assert canonical(part, {**settings, "law.unused": 7}) == written


def check_twins(situation: Situation, part: Node) -> None:
    """The same part written again, and under the name of a metric, has the same definition and the same values."""
    twin = rebuilt(part)
    assert twin == part
    assert hash(twin) == hash(part)
    named = Metric("law.other_name", twin) if isinstance(part, Term) else twin.or_else(True)
    plain = part if isinstance(part, Term) else part.or_else(True)
    assert canonical(twin, situation.given.settings) == canonical(part, situation.given.settings)
    assert canonical(named, situation.given.settings) == canonical(plain, situation.given.settings)
    one, two = situation.evaluator(part), situation.evaluator(named)
    for case, again in zip(situation.cases(), situation.cases(), strict=True):
        if isinstance(part, Term):
            assert one.value(plain, case) == two.value(named, again)
        else:
            assert one.holds(plain, case) is two.holds(named, again)


def check_fingerprints(schemes: Sequence[Scheme]) -> None:
    """A fingerprint tells definitions apart; names and labels of schemes and metrics do not belong to it."""
    definitions = {canonical_scheme(scheme, {}) for scheme in schemes}
    assert len({fingerprint(definition) for definition in definitions}) == len(definitions)
    for scheme in schemes:
        renamed = Scheme("other.name", *scheme.segments, label={"en": "Something else"})
        assert canonical_scheme(renamed, {}) == canonical_scheme(scheme, {})


def another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "'"
    return value + (timedelta(days=1) if isinstance(value, date) else 1)


# -- sums --------------------------------------------------------------------------------------------------------------


def check_sums_in_any_order(amounts: Sequence[Decimal], shuffled: Sequence[Decimal]) -> None:
    """Money adds up to the last digit in any order of rows, and so do ratios."""
    purchase = rows(Purchase)
    terms = [total(purchase.amount), mean(purchase.amount), total(purchase.amount / 7), mean(purchase.amount / 7)]
    evaluator = Evaluator(World({}, {}, ZoneInfo("Asia/Shanghai")))
    one, two = ([evaluator.value(term, bought(order)) for term in terms] for order in (amounts, shuffled))
    assert one == two
    assert [type(value) for value in one] == [type(value) for value in two]
    exact = sum(map(Fraction, amounts), Fraction(0))
    assert Fraction(one[0]) == exact
    assert not isinstance(one[0], float)
    if amounts:
        assert isclose(one[1], float(exact / len(amounts)), rel_tol=CLOSE, abs_tol=CLOSE)


def bought(amounts: Sequence[Decimal]) -> Case:
    day = date(2024, 1, 1)
    found = [Purchase(id=str(n), customer="c", at=day, amount=amount) for n, amount in enumerate(amounts)]
    given = {rows(Purchase): tuple(Row(purchase, day, (day, purchase.id)) for purchase in found)}
    return Case(Facts(Customer(id="c", name="c"), given), day)


# -- all customers -----------------------------------------------------------------------------------------------------


def check_population_values(values: Sequence[Fraction], q: Fraction, share: Fraction, n: int) -> None:
    """Population values are what their definitions say, worked out in another way."""
    whole = sum(values, Fraction(0))
    assert finish("total", values) == whole
    assert finish("count", values) == len(values)
    assert finish("mean", values) == (whole / len(values) if values else None)
    assert finish("quantile", values, q) == oracle.type_7(list(values), q)
    cut = finish("pareto_cut", values, share)
    assert cut == oracle.pareto(list(values), share)
    if cut is not None and share > 0:
        assert sum(value for value in values if value >= cut) >= share * whole
        assert sum(value for value in values if value > cut) < share * whole
    best = finish("nth_largest", values, Fraction(n))
    assert (best is None) == (not 1 <= n <= len(values))
    if best is not None:
        assert sum(value > best for value in values) < n <= sum(value >= best for value in values)
        assert best in values


def check_fits(situation: Situation, parts: Sequence[Node]) -> None:
    """Fitting gives every population value what its definition says, those inside others first."""
    given = situation.given
    world = World(given.settings, {}, given.zone)
    nodes = needs(*parts).population
    present = [Case(given.facts(customer), given.as_of) for customer in given.customers if customer.archived_at is None]
    found = values_of(fit(world, nodes, present, given.as_of, 1))
    slow = slow_fits(situation, world)
    for node in nodes:
        try:
            wanted = slow(node)
        except TooClose:
            return
        value = found[world.key(node)]
        if value is None or wanted is None:
            assert value is wanted, node
        else:
            assert isclose(value, wanted, rel_tol=CLOSE, abs_tol=CLOSE), (node, value, wanted)


def slow_fits(situation: Situation, world: World) -> Any:
    given = situation.given
    known: dict[str, Fraction | None] = {}

    def fitted(node: PopulationValue) -> Fraction | None:
        key = world.key(node)
        if key not in known:
            unarchived = [each for each in given.customers if each.archived_at is None]
            about = [oracle.Oracle(given, each, given.as_of, given.settings, fitted) for each in unarchived]
            known[key] = oracle.fitted(node, about)
        return known[key]

    return fitted


# -- history -----------------------------------------------------------------------------------------------------------


def check_timelines(steps: Sequence[tuple[str, int, str | None]]) -> None:
    """Whatever is placed, closed and rewound in whatever order of days, intervals stay in order and apart."""
    timeline = Timeline()
    for run, (step, offset, segment) in enumerate(steps):
        day = date(2024, 1, 1) + timedelta(days=offset)
        match step:
            case "placed":
                timeline = placed(timeline, day, segment, run)
            case "closed":
                timeline = timeline.closed(day)
                assert timeline.current is None
            case _:
                timeline = timeline.rewound(day)
                assert all(placement.since < day for placement in timeline.placements)
                assert all(placement.until is None or placement.until < day for placement in timeline.placements)
        check_intervals(timeline)
        assert from_document(to_document(timeline)) == timeline


def placed(before: Timeline, day: date, segment: str | None, run: int) -> Timeline:
    missing_names = () if segment else ("x.y",)
    new = Placement(segment, day, run, "data", review_on=day + timedelta(days=9), missing=missing_names)
    after = before.placed(new)
    assert after.placed(new) == after
    assert after.current is not None
    assert (after.current.segment, after.current.review_on, after.current.missing) == (
        segment,
        new.review_on,
        new.missing,
    )
    assert after.on(max(day, after.current.since)) == after.current
    if before.current is not None and before.current.segment == segment:
        assert (after.current.since, after.current.run) == (before.current.since, before.current.run)
    for placement in before.placements:
        if placement.since < day:
            believed = after.on(placement.since)
            assert believed is not None
            assert (believed.since, believed.segment, believed.run) == (
                placement.since,
                placement.segment,
                placement.run,
            )
    return after


def check_intervals(timeline: Timeline) -> None:
    for placement in timeline.placements:
        assert placement.until is None or placement.since < placement.until
    for one, two in zip(timeline.placements, timeline.placements[1:], strict=False):
        assert one.until is not None
        assert one.until <= two.since
        assert one.until < two.since or one.segment != two.segment
    for placement in timeline.placements[:-1]:
        assert placement.review_on is None
    if timeline.placements:
        last = timeline.placements[-1]
        assert timeline.current == (last if last.until is None else None)
