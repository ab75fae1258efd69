"""Laws that hold for every rule over the whole grammar, every customer's facts and every date."""

import laws
import pytest
from hypothesis import given, settings
from law_examples import EXAMPLES

more = settings(max_examples=6 * settings.default.max_examples)
"""For laws whose examples cost little."""


@given(EXAMPLES[laws.check_logic])
def test_and_or_and_not_obey_de_morgan_and_their_kin_in_three_values(example):
    laws.check_logic(*example)


@given(EXAMPLES[laws.check_rules_mean_what_the_oracle_says])
def test_a_rule_is_true_false_or_unknown_as_the_oracle_says(example):
    laws.check_rules_mean_what_the_oracle_says(*example)


@given(EXAMPLES[laws.check_terms_mean_what_the_oracle_says])
def test_a_term_has_the_value_that_the_oracle_says(example):
    laws.check_terms_mean_what_the_oracle_says(*example)


@given(EXAMPLES[laws.check_answers])
def test_everybody_has_exactly_one_answer_or_nobody_can_tell_and_something_is_missing(example):
    laws.check_answers(*example)


@given(EXAMPLES[laws.check_missing])
def test_what_is_missing_is_named_and_is_itself_unknown(example):
    laws.check_missing(*example)


@settings(max_examples=settings.default.max_examples * 2 // 5)
@given(EXAMPLES[laws.check_reviews_are_soon_enough])
def test_nothing_changes_by_time_alone_before_the_review(example):
    laws.check_reviews_are_soon_enough(*example)


@given(EXAMPLES[laws.check_reviews_are_not_worthless])
def test_rules_without_time_are_never_reviewed(example):
    laws.check_reviews_are_not_worthless(*example)


@given(EXAMPLES[laws.check_reviews_of_simple_rules_are_exact])
def test_a_single_date_is_reviewed_on_the_day_on_which_it_matters(example):
    laws.check_reviews_of_simple_rules_are_exact(*example)


@given(EXAMPLES[laws.check_definitions])
def test_definitions_are_equal_where_parts_are_and_differ_where_they_do(example):
    laws.check_definitions(*example)


@given(EXAMPLES[laws.check_fingerprints])
def test_a_fingerprint_is_of_what_a_scheme_asks_and_not_of_what_it_is_called(example):
    laws.check_fingerprints(*example)


@more
@given(EXAMPLES[laws.check_sums_in_any_order])
def test_money_adds_up_to_the_last_digit_in_any_order(example):
    laws.check_sums_in_any_order(*example)


@more
@given(EXAMPLES[laws.check_population_values])
def test_population_values_are_what_their_definitions_say(example):
    laws.check_population_values(*example)


@given(EXAMPLES[laws.check_fits])
def test_a_fit_gives_every_population_value_what_its_definition_says(example):
    laws.check_fits(*example)


@more
@given(EXAMPLES[laws.check_timelines])
def test_intervals_of_a_timeline_never_overlap_and_are_never_empty(example):
    laws.check_timelines(*example)


def test_every_law_is_held_against_examples():
    assert set(EXAMPLES) == {check for name, check in vars(laws).items() if name in LAWS}


LAWS = {name for name in vars(laws) if name.startswith("check_")} - {
    "check_intervals",
    "check_part",
    "check_parts_mean_what_the_oracle_says",
    "check_twins",
}


@pytest.mark.parametrize("check", EXAMPLES, ids=lambda check: check.__name__)
def test_a_law_says_in_one_sentence_what_it_is_or_is_called_so(check):
    assert check.__doc__ or "oracle_says" in check.__name__
