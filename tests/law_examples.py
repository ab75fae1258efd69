"""The examples that each law is held against: the arguments of its check, drawn."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import laws
import standards
from expressions import predicates, schemes
from hypothesis import strategies as st
from situations import any_terms, situations, some_rules, some_schemes, some_terms
from vocabulary import customer, lag, renewal, seen_at, window

from crmcore.grammar.expr import Predicate, as_of
from crmcore.grammar.terms import days_since, days_until

MOMENTS = (renewal, seen_at, customer.archived_at)
LENGTHS = (0, 1, 2, 29, 30, 31, 365, 366, window, lag)


@st.composite
def simple_rules(draw: st.DrawFn) -> Predicate:
    """Draw one test of a date that the customer has, without rows and without a second condition."""
    moment = draw(st.sampled_from(MOMENTS))
    days = draw(st.sampled_from(LENGTHS))
    counts = (days_since(moment), days_until(moment), days_since(moment) - 7, 3 - days_until(moment))
    count = draw(st.sampled_from(counts))
    choices = (
        *(count < days, count <= days, count > days, count >= days, count.is_(days)),
        *(days < count, days >= count, ~(count < days), (count > days).or_else(True)),
        *(moment.within(days=days), moment.within(days=30, ending=days), moment.in_year_of(as_of)),
    )
    return draw(st.sampled_from(choices))


def orders() -> st.SearchStrategy[tuple[list[Decimal], list[Decimal]]]:
    """Draw amounts of all sizes, twice, in two orders."""
    sizes = st.sampled_from((Decimal("0.0001"), Decimal(10) ** 11, Decimal("-0.1")))
    amount = st.decimals(min_value=-(10**9), max_value=10**9, places=4) | sizes
    return st.lists(amount, max_size=12).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found)))


SITUATIONS = situations()
PARTS = st.lists(any_terms(max_depth=2) | predicates(max_depth=2), min_size=1, max_size=3)
NUMBERS = st.fractions(min_value=-100, max_value=100, max_denominator=12) | st.integers(-3, 3).map(Fraction)
SHARES = st.fractions(min_value=0, max_value=1, max_denominator=20)
STEPS = st.tuples(
    st.sampled_from(("placed", "placed", "placed", "closed", "rewound")),
    st.integers(0, 8),
    st.sampled_from(("a", "b", None)),
)

EXAMPLES: Final[Mapping[Callable[..., None], st.SearchStrategy[tuple[Any, ...]]]] = {
    laws.check_logic: st.tuples(SITUATIONS, *(predicates(max_depth=2) for _ in range(3))),
    laws.check_rules_mean_what_the_oracle_says: st.tuples(SITUATIONS, some_rules()),
    laws.check_terms_mean_what_the_oracle_says: st.tuples(SITUATIONS, some_terms()),
    laws.check_answers: st.tuples(SITUATIONS, some_schemes()),
    laws.check_missing: st.tuples(SITUATIONS, PARTS),
    laws.check_reviews_are_soon_enough: st.tuples(
        SITUATIONS, st.lists(schemes(max_depth=2) | st.sampled_from(standards.SCHEMES), min_size=1, max_size=4)
    ),
    laws.check_reviews_are_not_worthless: st.tuples(SITUATIONS, some_schemes(3, max_depth=1)),
    laws.check_reviews_of_simple_rules_are_exact: st.tuples(
        SITUATIONS, st.lists(simple_rules(), min_size=1, max_size=3)
    ),
    laws.check_definitions: st.tuples(SITUATIONS, PARTS),
    laws.check_fingerprints: st.tuples(some_schemes(3, max_depth=1)),
    laws.check_sums_in_any_order: orders(),
    laws.check_population_values: st.tuples(st.lists(NUMBERS, max_size=12), SHARES, SHARES, st.integers(-1, 13)),
    laws.check_fits: st.tuples(SITUATIONS, st.lists(any_terms() | st.sampled_from(standards.TERMS), max_size=3)),
    laws.check_timelines: st.tuples(st.lists(STEPS, max_size=8)),
}
