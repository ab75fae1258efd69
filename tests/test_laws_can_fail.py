"""Each law is seen to fail: the heart gets one fault, and the law's examples find it."""

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import laws
import pytest
import standards
import test_codec
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from law_examples import EXAMPLES, SITUATIONS

from crmcore.evaluation import aggregates, boundaries, evaluate, meaning, missing, population, reading, truth
from crmcore.evaluation.boundaries import Horizon, Trend
from crmcore.evaluation.evaluate import Answer, Evaluator
from crmcore.evaluation.facts import Case
from crmcore.evaluation.placements import Timeline
from crmcore.grammar import walk
from crmcore.grammar.expr import Band, Choose, OneOf
from crmcore.grammar.walk import needs
from crmcore.records import Purchase
from crmcore.storage.codec import Codec
from crmcore.work import fitting

FAULTS = {}
SLOW_FAULTS = {}
SLOW = (
    "only_the_end_of_a_window_counts-check_reviews_are_soon_enough",
    "what_settles_a_rule_is_taken_to_last-check_reviews_are_soon_enough",
)
"""What takes thousands of cases to be found."""

FITTED = [term for term in standards.TERMS if needs(term).population]
PLAIN = EXAMPLES | {
    laws.check_reviews_are_soon_enough: st.tuples(
        SITUATIONS,
        st.lists(st.sampled_from(standards.SCHEMES), min_size=8, max_size=8),
        st.just((*range(1, 70), *range(355, 375))),
    ),
    laws.check_fits: st.tuples(SITUATIONS, st.lists(st.sampled_from(FITTED), min_size=4, max_size=4)),
}
"""The same examples, but plain rules only where the random ones need many examples to hit a fault."""


def fault(*checks):
    """Note that each of ``checks`` finds the fault that the decorated function plants."""

    def keep(plant):
        for check in checks:
            name = f"{plant.__name__}-{check.__name__}"
            (SLOW_FAULTS if name in SLOW else FAULTS)[name] = plant, check
        return plant

    return keep


@pytest.mark.parametrize("name", FAULTS)
def test_the_law_finds_the_fault(name, monkeypatch):
    find(*FAULTS[name], monkeypatch)


@pytest.mark.torture
@pytest.mark.parametrize("name", SLOW_FAULTS)
def test_the_law_finds_the_fault_that_takes_long(name, monkeypatch):
    find(*SLOW_FAULTS[name], monkeypatch)


def find(plant, check, monkeypatch):
    """Plant a fault and see the check fail."""
    plant(monkeypatch)

    @settings(settings.get_profile("fault"))
    @given(PLAIN[check])
    def hold(example):
        check(*example)

    with pytest.raises((AssertionError, TypeError)):
        hold()


def test_every_law_is_seen_to_fail():
    assert {check for _, check in FAULTS.values()} == set(EXAMPLES)


def test_what_comes_back_from_the_store_is_seen_to_differ(monkeypatch):
    """The law on records stands in test_codec."""
    monkeypatch.setattr(test_codec, "CODEC", Rounding((Purchase,)))
    round_trip = test_codec.test_every_record_comes_back_equal_from_plain_json.hypothesis.inner_test
    with pytest.raises(AssertionError):
        round_trip(Purchase(id="p", customer="c", at=date(2026, 1, 1), amount=Decimal("0.001")))


class Rounding(Codec):
    """Loses what is behind the cent."""

    def decode(self, record_type, document):
        found = super().decode(record_type, document)
        return evolve(found, amount=round(found.amount, 2))


# -- three values ------------------------------------------------------------------------------------------------------

LOGIC = laws.check_logic
RULES = laws.check_rules_mean_what_the_oracle_says
TERMS = laws.check_terms_mean_what_the_oracle_says


@fault(LOGIC, RULES)
def or_takes_unknown_as_false(patch):
    patch.setattr(truth, "some", lambda parts: lambda case, row: any(part(case, row) for part in parts))


@fault(LOGIC, RULES)
def and_stops_at_the_first_unknown(patch):
    def every(parts):
        def compute(case, row):
            for part in parts:
                held = part(case, row)
                if not held:
                    return held
            return True

        return compute

    patch.setattr(truth, "every", every)


@fault(LOGIC, RULES)
def not_unknown_is_true(patch):
    patch.setattr(truth, "opposite", lambda part: lambda case, row: not part(case, row))


@fault(LOGIC, RULES)
def the_default_of_or_else_is_always_false(patch):
    patch.setattr(truth, "or_else", lambda part, default: lambda case, row: bool(part(case, row)))


# -- values ------------------------------------------------------------------------------------------------------------


@fault(RULES)
def a_window_is_one_day_too_long(patch):
    right = truth.within
    patch.setattr(truth, "within", lambda moment, window, zone: right(moment, (window[0] + 1, window[1]), zone))


@fault(RULES)
def the_year_has_future_days(patch):
    def in_year(moment, zone):
        day_of = reading.on_local_day(moment, zone)
        return lambda case, row: None if (day := day_of(case, row)) is None else day.year == case.day.year

    patch.setattr(truth, "in_year", in_year)


@fault(RULES)
def a_default_counts_as_known(patch):
    patch.setattr(evaluate, "evolve", lambda term, **_: term)


@fault(RULES)
def one_of_several_looks_at_the_first_only(patch):
    right = Evaluator._compile_predicate

    def compiled(self, part):
        return right(self, evolve(part, choices=part.choices[:1]) if isinstance(part, OneOf) else part)

    patch.setattr(Evaluator, "_compile_predicate", compiled)


@fault(RULES)
def nobody_is_in_a_segment_of_a_scheme_without_an_answer(patch):
    def in_segment(self, scheme, segment):
        return lambda case, _row: self.answer(scheme, case).segment == segment

    patch.setattr(Evaluator, "_in_segment", in_segment)


@fault(RULES)
def texts_are_compared_in_small_letters(patch):
    right = reading.reader

    def reader(kind, digits):
        found = right(kind, digits)
        return evolve(found, read=str.lower) if kind.name == "text" else found

    patch.setattr(evaluate, "reader", reader)


@fault(RULES, TERMS)
def days_are_those_of_london(patch):
    patch.setattr(reading, "local_day", lambda moment, zone: date(moment.year, moment.month, moment.day))


@fault(TERMS)
def counts_count_the_unknown(patch):
    right = evaluate.aggregate

    def aggregate(node, term, where, zone):
        return right(node, None if node.op == "count" else term, where, zone)

    patch.setattr(evaluate, "aggregate", aggregate)


@fault(TERMS)
def rows_of_an_unknown_where_are_kept(patch):
    def kept(node, where):
        return lambda case: tuple(
            row for row in case.visible(node.source) if where is None or where(case, row.record) is not False
        )

    patch.setattr(aggregates, "_kept_rows", kept)


@fault(TERMS)
def rows_of_tomorrow_exist_today(patch):
    patch.setattr(Case, "visible", lambda self, source: self.facts.rows.get(source, ()))


@fault(TERMS)
def a_total_of_unknown_values_is_nothing(patch):
    right = aggregates._total
    patch.setattr(aggregates, "_total", lambda rows, values, term: right(lambda _case: (), values, term))


@fault(TERMS)
def the_last_row_is_the_first(patch):
    def last(rows, term):
        return evolve(term, compute=lambda case, _: term.compute(case, rows(case)[0].record) if rows(case) else None)

    patch.setattr(aggregates, "_last", last)


@fault(TERMS)
def a_division_by_zero_is_zero(patch):
    right = meaning._finite

    def finite(operation):
        guarded = right(operation)
        return lambda one, two: 0.0 if two == 0 else guarded(one, two)

    patch.setattr(meaning, "_finite", finite)


@fault(TERMS)
def a_band_begins_above_its_cut(patch):
    patch.setattr(reading, "operator", type("Faulty", (), {"le": staticmethod(lambda one, two: one < two)}))


@fault(TERMS)
def a_choice_goes_on_where_a_rule_is_unknown(patch):
    right = evaluate.choose

    def choose(rules, values):
        return right(tuple(truth.or_else(rule, False) for rule in rules), values)

    patch.setattr(evaluate, "choose", choose)


@fault(TERMS)
def the_least_is_the_greatest(patch):
    right = evaluate.extreme
    patch.setattr(evaluate, "extreme", lambda _op, values, zone: right("greatest", values, zone))


@fault(TERMS)
def a_statement_counts_before_it_is_made(patch):
    patch.setattr(reading, "date", type("Faulty", (), {"fromisoformat": staticmethod(lambda _text: date.min)}))


@fault(TERMS)
def population_values_become_floats(patch):
    right = meaning._exact

    def exact(op, left, right_side):
        found = right(op, left, right_side)
        return (
            found if found.constant is None else evolve(found, constant=Fraction(float(found.constant)), compute=None)
        )

    patch.setattr(meaning, "_exact", exact)


# -- answers -----------------------------------------------------------------------------------------------------------

ANSWERS = laws.check_answers


@fault(ANSWERS)
def the_walk_goes_on_behind_an_unknown_rule(patch):
    def walk_on(self, scheme, case):
        for position, segment in enumerate(scheme.segments):
            if segment.when is None or self.holds(segment.when, case):
                return Answer(segment.name, position)
        return Answer(None, len(scheme.segments))

    patch.setattr(Evaluator, "_walk", walk_on)


@fault(ANSWERS)
def the_last_rule_that_holds_wins(patch):
    right = Evaluator._walk

    def walk_back(self, scheme, case):
        found = right(self, scheme, case)
        held = [n for n, one in enumerate(scheme.segments) if one.when is not None and self.holds(one.when, case)]
        return Answer(scheme.segments[held[-1]].name, held[-1]) if held else found

    patch.setattr(Evaluator, "_walk", walk_back)


@fault(laws.check_missing)
def what_is_missing_in_a_choice_is_not_named(patch):
    right = missing._missing_in_term
    patch.setattr(
        missing, "_missing_in_term", lambda part, *rest: () if isinstance(part, Choose) else right(part, *rest)
    )


@fault(laws.check_missing)
def everything_in_a_rule_is_called_missing(patch):
    patch.setattr(missing, "_of_all", lambda parts, *_: parts)


# -- looking ahead -----------------------------------------------------------------------------------------------------

SOON = laws.check_reviews_are_soon_enough
EXACT = laws.check_reviews_of_simple_rules_are_exact


@fault(SOON, EXACT)
def every_review_is_a_day_late(patch):
    right = Horizon._after
    patch.setattr(Horizon, "_after", lambda self, steps: right(self, None if steps is None else steps + 1))


@fault(SOON, EXACT)
def only_the_end_of_a_window_counts(patch):
    def edge(self, rule, row):
        moment = self._value(rule.term, row)
        if moment is None:
            return None
        age = (self.case.day - boundaries.local_day(moment, self.evaluator.world.zone)).days
        left = int(self._value(rule.ending, row)) + int(self._value(rule.days, row)) - age
        return self._after(left if left > 0 else None)

    patch.setattr(Horizon, "_window_edge", edge)


@fault(SOON, EXACT)
def years_never_end(patch):
    patch.setattr(Horizon, "_year_edge", lambda self, term, row: None)


@fault(SOON)
def rows_that_lie_ahead_are_forgotten(patch):
    right = Horizon._of_aggregate

    def forgetful(self, term):
        known = {
            source: tuple(r for r in rows if not r.day or r.day <= self.case.day)
            for source, rows in self.case.facts.rows.items()
        }
        return right(Horizon(self.evaluator, evolve(self.case, facts=evolve(self.case.facts, rows=known))), term)

    patch.setattr(Horizon, "_of_aggregate", forgetful)


@fault(SOON)
def only_the_first_of_several_ends_counts(patch):
    patch.setattr(boundaries, "sooner", boundaries.later)


@fault(SOON)
def what_settles_a_rule_is_taken_to_last(patch):
    patch.setattr(boundaries, "later", lambda _dates: None)


@fault(SOON)
def only_the_segment_itself_is_looked_at(patch):
    def of_scheme(self, scheme):
        position = self.evaluator.answer(scheme, self.case).position
        rules = [segment.when for segment in scheme.segments[position : position + 1] if segment.when is not None]
        return boundaries.sooner(self.of_rule(rule) for rule in rules)

    patch.setattr(Horizon, "of_scheme", of_scheme)


@fault(SOON)
def statements_that_lie_ahead_are_forgotten(patch):
    patch.setattr(Horizon, "_stated_later", lambda self, term, row: None)


@fault(SOON)
def scores_never_change(patch):
    right = Horizon.of_term

    def of_term(self, term, row=None):
        return Trend(0, None) if isinstance(term, Band) else right(self, term, row)

    patch.setattr(Horizon, "of_term", of_term)


@fault(EXACT)
def equality_is_looked_at_once_it_is_reached(patch):
    right = boundaries._steps_to_change
    patch.setattr(boundaries, "_steps_to_change", lambda gap, slope, strict: right(gap, slope, strict=True))


@fault(laws.check_reviews_are_not_worthless, EXACT)
def everybody_is_due_tomorrow(patch):
    patch.setattr(Horizon, "of_scheme", lambda self, _scheme: self.case.day + timedelta(days=1))
    patch.setattr(Horizon, "of_rule", lambda self, _rule, _row=None: self.case.day + timedelta(days=1))


# -- definitions -------------------------------------------------------------------------------------------------------

DEFINITIONS = laws.check_definitions


@fault(DEFINITIONS)
def operations_are_not_part_of_a_definition(patch):
    right = walk._composite
    patch.setattr(
        walk, "_composite", lambda part, settings: right(part, settings).replace("<=", "<").replace("least", "greatest")
    )


@fault(DEFINITIONS)
def settings_count_with_their_defaults(patch):
    right = walk.canonical
    patch.setattr(walk, "canonical", lambda part, _settings: right(part, {}))
    patch.setattr(laws, "canonical", walk.canonical)


@fault(DEFINITIONS)
def numbers_are_what_is_written(patch):
    patch.setattr(walk, "_written", str)


@fault(laws.check_fingerprints)
def all_schemes_have_one_fingerprint(patch):
    patch.setattr(laws, "fingerprint", lambda _definition: "same")


@fault(laws.check_fingerprints)
def the_name_of_a_scheme_is_part_of_its_definition(patch):
    right = walk.canonical_scheme
    patch.setattr(laws, "canonical_scheme", lambda scheme, settings: scheme.name + right(scheme, settings))


# -- sums and all customers --------------------------------------------------------------------------------------------

SUMS = laws.check_sums_in_any_order
POPULATION = laws.check_population_values


@fault(SUMS)
def money_is_added_as_floats(patch):
    right = reading.reader

    def reader(kind, digits):
        return reading.Reader("ratio", 0, float) if kind.name == "money" else right(kind, digits)

    patch.setattr(evaluate, "reader", reader)


@fault(SUMS)
def ratios_are_added_one_after_the_other(patch):
    patch.setattr(math, "fsum", sum)


@fault(POPULATION)
def quantiles_are_those_of_type_6(patch):
    def quantile(values, q):
        if not values or not 0 <= q <= 1:
            return None
        ordered = sorted(values)
        place = min(max(q * (len(ordered) + 1), 1), len(ordered))
        below = math.floor(place)
        above = min(below + 1, len(ordered))
        return ordered[below - 1] + (place - below) * (ordered[above - 1] - ordered[below - 1])

    patch.setattr(population, "quantile", quantile)


@fault(POPULATION)
def the_cut_must_exceed_the_share(patch):
    right = population.pareto_cut
    patch.setattr(population, "pareto_cut", lambda values, share: right(values, share + Fraction(1, 10**9)))


@fault(POPULATION)
def ties_share_one_place(patch):
    right = population.nth_largest
    patch.setattr(population, "nth_largest", lambda values, n: right(list(set(values)), n))


@fault(laws.check_fits)
def everybody_is_among_those_that_are_fitted(patch):
    right = fitting._fitted
    patch.setattr(fitting, "_fitted", lambda world, node, cases: right(world, evolve(node, among=None), cases))


@fault(laws.check_fits)
def population_values_are_fitted_from_the_outside_in(patch):
    right = fitting.fit
    patch.setattr(laws, "fit", lambda world, wanted, *rest: right(world, wanted[::-1], *rest))


# -- history -----------------------------------------------------------------------------------------------------------

TIMELINES = laws.check_timelines


@fault(TIMELINES)
def an_earlier_day_leaves_intervals_that_overlap(patch):
    def before(self, day):
        return tuple(
            one if one.until else evolve(one, until=day, review_on=None) for one in self.placements if one.since < day
        )

    patch.setattr(Timeline, "_before", before)


@fault(TIMELINES)
def an_interval_of_no_days_is_kept(patch):
    def before(self, day):
        return tuple(one if one.until else evolve(one, until=day, review_on=None) for one in self.placements)

    patch.setattr(Timeline, "_before", before)


@fault(TIMELINES)
def going_back_keeps_what_began_on_the_day(patch):
    right = Timeline.rewound
    patch.setattr(Timeline, "rewound", lambda self, day: right(self, day + timedelta(days=1)))


@fault(TIMELINES)
def placing_again_begins_anew(patch):
    def placed(self, new):
        return Timeline((*self._before(new.since), new))

    patch.setattr(Timeline, "placed", placed)
