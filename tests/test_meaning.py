"""Numbers while they are evaluated: exact as long as they can be, one rounding where they cannot."""

from decimal import Decimal
from fractions import Fraction

import pytest

from crmcore.evaluation.meaning import (
    Meaning,
    alike,
    arithmetic,
    as_fixed,
    as_ratio,
    comparable,
    constant,
    decimal_digits,
    rescaled,
    to_fraction,
)


def fixed(units, digits=0):
    return Meaning("fixed", lambda _case, _row: units, digits)


def ratio(value):
    return Meaning("ratio", lambda _case, _row: value)


def exact(value):
    return constant(Fraction(value))


def fitted(value):
    return constant(None if value is None else Fraction(value), fitted=True)


def worth(meaning):
    return meaning.compute(None, None)


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("1", 0),
        ("0.5", 1),
        ("0.0001", 4),
        ("1/8", 3),
        ("1/3", None),
        ("7/6", None),
        ("3/1024", 10),
        ("1/5", 1),
        ("0", 0),
    ],
)
def test_a_fraction_has_so_many_decimal_digits_or_none_that_suffice(number, digits):
    assert decimal_digits(Fraction(number)) == digits


def test_numbers_of_different_digits_meet_at_the_finer_one():
    one, two = alike((fixed(15, 1), fixed(7)))
    assert (worth(one), worth(two), one.digits, two.digits) == (15, 70, 1, 1)


def test_a_constant_that_is_a_decimal_becomes_as_fixed_as_its_neighbour():
    one, two = alike((fixed(100, 2), exact("0.125")))
    assert (one.shape, worth(one), worth(two)) == ("fixed", 1000, 125)


@pytest.mark.parametrize("other", [exact("1/3"), fitted("2"), fitted(None), ratio(0.5)])
def test_beside_what_is_no_decimal_everything_becomes_a_ratio(other):
    assert [meaning.shape for meaning in alike((fixed(100, 2), other))] == ["ratio", "ratio"]


def test_plain_values_stay_as_they_are():
    plain = constant("web")
    assert alike((plain, plain)) == (plain, plain)


def test_only_decimals_that_nobody_fitted_can_be_fixed():
    assert as_fixed(exact("1/3")) is None
    assert as_fixed(fitted("0.5")) is None
    assert as_fixed(fitted(None)) is None
    assert as_fixed(ratio(0.5)) is None
    assert worth(as_fixed(exact("-2.50"))) == -25


def test_a_number_becomes_the_nearest_float():
    assert worth(as_ratio(fixed(99_990_000, 6))) == 99.99
    assert worth(as_ratio(exact("1/3"))) == 1 / 3
    assert worth(as_ratio(fixed(None, 2))) is None
    assert worth(as_ratio(fitted(None))) is None
    same = ratio(0.1)
    assert as_ratio(same) is same


def test_rescaling_keeps_the_unknown_unknown():
    assert worth(rescaled(fixed(None), 3)) is None
    assert worth(rescaled(fixed(-2), 3)) == -2000
    same = fixed(1, 2)
    assert rescaled(same, 2) is same


@pytest.mark.parametrize(
    ("op", "left", "right", "found"),
    [
        ("+", fixed(150, 2), fixed(5), ("fixed", 650, 2)),
        ("-", fixed(1, 1), fixed(1, 2), ("fixed", 9, 2)),
        ("*", fixed(150, 2), fixed(-25, 1), ("fixed", -3750, 3)),
        ("*", fixed(150, 2), exact("0.5"), ("fixed", 750, 3)),
        ("*", exact("1/3"), fixed(6), ("ratio", 2.0, 0)),
        ("/", fixed(1), fixed(3), ("ratio", 1 / 3, 0)),
        ("/", fixed(150, 2), fixed(2), ("ratio", 0.75, 0)),
        ("+", ratio(0.5), fixed(5, 1), ("ratio", 1.0, 0)),
        ("-", fixed(1), fitted("1/3"), ("ratio", 1 - 1 / 3, 0)),
        ("+", fixed(None), fixed(1), ("fixed", None, 0)),
        ("/", fixed(1), fixed(None), ("ratio", None, 0)),
    ],
)
def test_arithmetic_is_exact_except_for_quotients(op, left, right, found):
    made = arithmetic(op, left, right)
    assert (made.shape, worth(made), made.digits) == found
    assert type(worth(made)) is type(found[1])


@pytest.mark.parametrize(
    ("op", "left", "right", "value"),
    [
        ("+", exact("1/3"), exact("1/6"), Fraction(1, 2)),
        ("/", exact("1"), exact("3"), Fraction(1, 3)),
        ("*", exact("0.1"), exact("0.1"), Fraction(1, 100)),
        ("/", exact("1"), exact("0"), None),
        ("+", fitted(None), exact("1"), None),
    ],
)
def test_constants_are_calculated_in_fractions(op, left, right, value):
    made = arithmetic(op, left, right)
    assert (made.shape, made.constant, worth(made)) == ("exact", value, value)


def test_a_population_value_in_a_constant_marks_all_of_it():
    assert arithmetic("+", fitted("2"), exact("1")).fitted
    assert not arithmetic("+", exact("2"), exact("1")).fitted


@pytest.mark.parametrize("right", [fixed(0), fixed(0, 6), ratio(0.0), ratio(-0.0), exact("0")])
def test_a_division_by_zero_is_unknown(right):
    assert worth(arithmetic("/", fixed(5), right)) is None


@pytest.mark.parametrize(
    ("op", "left", "right"),
    [("*", ratio(1e300), ratio(1e300)), ("+", ratio(1.7e308), ratio(1.7e308)), ("/", ratio(1e300), ratio(1e-300))],
)
def test_a_result_beyond_binary64_is_unknown(op, left, right):
    assert worth(arithmetic(op, left, right)) is None


def sides(left, right):
    one, two = comparable(left, right)
    return one(None, None), two(None, None)


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        (fixed(333_333, 6), exact("1/3"), -1),
        (exact("1/3"), fixed(333_334, 6), -1),
        (fixed(10, 1), exact("1"), 0),
        (fixed(1), fixed(100, 2), 0),
        (ratio(0.1), exact("0.1"), 0),  # as the text 0.1 would be read
        (ratio(0.1), fitted("0.1"), 1),  # a population value stays exact, and the float is a little more
        (fitted("1/3"), ratio(1 / 3), 1),
        (exact("1/3"), exact("1/3"), 0),
        (ratio(0.5), fixed(5, 1), 0),
        (constant("a"), constant("a"), 0),
    ],
)
def test_a_comparison_rounds_nothing_but_constants_beside_ratios(left, right, order):
    one, two = sides(left, right)
    assert (one > two) - (one < two) == order


@pytest.mark.parametrize(
    ("left", "right"),
    [(fixed(None), exact("1/3")), (ratio(None), fitted("1")), (fixed(1), fitted(None)), (fitted(None), ratio(0.5))],
)
def test_a_comparison_with_the_unknown_has_an_unknown_side(left, right):
    assert None in sides(left, right)


def test_what_was_computed_is_a_fraction_in_whole_units():
    assert to_fraction(fixed(0, 2), 1250) == Decimal("12.5")
    assert to_fraction(ratio(0.0), 0.5) == Fraction(1, 2)
    assert to_fraction(exact("0"), Fraction(1, 3)) == Fraction(1, 3)
