"""Kinds of values: which can meet, and how exact numbers are held."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcore.errors import RuleError
from crmcore.kinds import (
    BOOLEAN,
    DATE,
    INSTANT,
    INTEGER,
    MONEY,
    NUMBER,
    RATIO,
    TEXT,
    TEXTS,
    check_comparable,
    combined_kind,
    common_kind,
    decimal,
    fold,
    from_units,
    to_units,
)

ALL = (INTEGER, MONEY, decimal(2), RATIO, NUMBER, TEXT, TEXTS, BOOLEAN, DATE, INSTANT)
NUMBERS = (INTEGER, MONEY, decimal(2), RATIO, NUMBER)


@pytest.mark.parametrize(
    ("left", "op", "right", "kind"),
    [
        (INTEGER, "+", INTEGER, INTEGER),
        (INTEGER, "*", INTEGER, INTEGER),
        (INTEGER, "/", INTEGER, RATIO),
        (INTEGER, "+", decimal(2), decimal(2)),
        (decimal(2), "-", decimal(3), decimal(3)),
        (decimal(2), "*", decimal(3), decimal(5)),
        (decimal(2), "/", INTEGER, RATIO),
        (MONEY, "+", MONEY, MONEY),
        (MONEY, "-", MONEY, MONEY),
        (MONEY, "*", INTEGER, MONEY),
        (decimal(6), "*", MONEY, MONEY),
        (MONEY, "/", MONEY, RATIO),
        (MONEY, "/", INTEGER, RATIO),
        (MONEY, "+", NUMBER, MONEY),
        (NUMBER, "-", MONEY, MONEY),
        (MONEY, "*", NUMBER, MONEY),
        (MONEY, "/", NUMBER, RATIO),
        (NUMBER, "/", INTEGER, RATIO),
        (NUMBER, "/", NUMBER, NUMBER),
        (NUMBER, "*", NUMBER, NUMBER),
        (RATIO, "+", NUMBER, RATIO),
        (RATIO, "*", MONEY, RATIO),
        (INTEGER, "-", RATIO, RATIO),
    ],
    ids=str,
)
def test_arithmetic_gives_the_kind_that_people_expect(left, op, right, kind):
    assert combined_kind(op, left, right) == kind


@pytest.mark.parametrize(
    ("left", "op", "right", "reason"),
    [
        (MONEY, "*", MONEY, "money times money"),
        (MONEY, "+", INTEGER, "mixes money with plain numbers"),
        (decimal(2), "-", MONEY, "mixes money with plain numbers"),
        (DATE, "+", NUMBER, "date \\+ number has no meaning"),
        (TEXT, "+", TEXT, "text \\+ text has no meaning"),
        (INTEGER, "*", BOOLEAN, "integer \\* boolean has no meaning"),
    ],
)
def test_arithmetic_without_a_meaning_is_refused(left, op, right, reason):
    with pytest.raises(RuleError, match=reason):
        combined_kind(op, left, right)


COMPARABLE = {
    *((one, two) for one in NUMBERS for two in NUMBERS if MONEY not in (one, two)),
    *((one, two) for one in (MONEY, RATIO, NUMBER) for two in (MONEY, RATIO, NUMBER)),
    *((one, two) for one in (DATE, INSTANT) for two in (DATE, INSTANT)),
    *((TEXT, TEXT), (BOOLEAN, BOOLEAN)),
}


@pytest.mark.parametrize("left", ALL, ids=lambda kind: kind.name)
@pytest.mark.parametrize("right", ALL, ids=lambda kind: kind.name)
def test_only_like_is_compared_with_like(left, right):
    if (left, right) in COMPARABLE:
        check_comparable(left, right)
    else:
        with pytest.raises(RuleError, match=f"{left.name} cannot be compared with {right.name}"):
            check_comparable(left, right)


@pytest.mark.parametrize(
    ("kinds", "common"),
    [
        ([INTEGER], INTEGER),
        ([NUMBER, MONEY, NUMBER], MONEY),
        ([INTEGER, decimal(2), RATIO], RATIO),
        ([TEXT, TEXT], TEXT),
        ([DATE, DATE], DATE),
        ([DATE, INSTANT], INSTANT),
    ],
)
def test_several_values_have_one_kind(kinds, common):
    assert common_kind(kinds) == common


def test_values_of_different_kinds_have_none_in_common():
    with pytest.raises(RuleError, match="integer cannot be compared with money"):
        common_kind([NUMBER, INTEGER, MONEY])


def test_numbers_and_times_know_what_they_are():
    assert {kind for kind in ALL if kind.is_number} == set(NUMBERS)
    assert {kind for kind in ALL if kind.is_time} == {DATE, INSTANT}


@pytest.mark.parametrize(
    ("value", "digits", "units"),
    [
        (Decimal("12.5"), 6, 12_500_000),
        (Decimal("-0.01"), 2, -1),
        (Decimal("1E+3"), 0, 1000),
        (Decimal("1.500"), 1, 15),
        (Decimal("-0"), 4, 0),
        (7, 2, 700),
        (True, 0, 1),
    ],
)
def test_an_exact_number_is_held_as_an_integer(value, digits, units):
    assert to_units(value, digits) == units


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Decimal("0.001"), "more than 2 digits"),
        (Decimal("-1.999"), "more than 2 digits"),
        (Decimal("NaN"), "finite"),
        (Decimal("-Infinity"), "finite"),
    ],
)
def test_nothing_is_rounded_and_nothing_is_infinite(value, reason):
    with pytest.raises(ValueError, match=reason):
        to_units(value, 2)


@given(st.integers(-(10**20), 10**20), st.integers(0, 12))
def test_units_come_back_as_they_were(units, digits):
    value = from_units(units, digits)
    assert to_units(value, digits) == units
    assert value * 10**digits == units
    assert str(value) == "0" or "E" not in str(value) or abs(value) < 1


def test_a_number_is_shown_without_needless_zeros():
    assert str(from_units(12_500_000, 6)) == "12.5"
    assert str(from_units(-300, 2)) == "-3"
    assert str(from_units(0, 6)) == "0"


@pytest.mark.parametrize(
    ("one", "other"), [("Straße", "STRASSE"), ("Äpfel", "äPFEL"), ("é", "e\u0301"), ("江苏", "江苏"), ("ǅ", "ǆ")]
)
def test_texts_that_differ_in_case_or_composition_only_are_one(one, other):
    assert fold(one) == fold(other)


def test_texts_that_differ_are_two():
    assert fold("Müller") != fold("Muller")
