"""How values read: what a person sees instead of 310000, 0.6666666666666666 or None."""

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from acme import CHINESE, ENGLISH, spend, tier
from hypothesis import given
from hypothesis import strategies as st
from vocabulary import chairs, credit, floor_area, purchase

from crmcore.grammar.terms import count, mean, population_mean
from crmcore.kinds import BOOLEAN, DATE, INSTANT, INTEGER, MONEY, NUMBER, RATIO, TEXT, TEXTS, decimal
from crmcore.speech.wording import Reader, say_result, say_segment, say_value

YEN = Reader("en", "JPY", 0)

VALUES = [
    (None, MONEY, "unknown", "未知"),
    (True, BOOLEAN, "yes", "是"),
    (False, BOOLEAN, "no", "否"),
    (310_000, MONEY, "310,000 EUR", "310,000 CNY"),
    (Decimal("1234.5"), MONEY, "1,234.50 EUR", "1,234.50 CNY"),
    (Decimal("-0.125"), MONEY, "-0.12 EUR", "-0.12 CNY"),
    (Decimal("0.135"), MONEY, "0.14 EUR", "0.14 CNY"),
    (Decimal("99.999"), MONEY, "100.00 EUR", "100.00 CNY"),
    (Fraction(100, 3), MONEY, "33.33 EUR", "33.33 CNY"),
    (0.1, MONEY, "0.10 EUR", "0.10 CNY"),
    (1990, INTEGER, "1990", "1990"),
    (Fraction(7, 3), INTEGER, "2.33333", "2.33333"),
    (Decimal("12.500"), decimal(6), "12.5", "12.5"),
    (Decimal("1E+3"), NUMBER, "1000", "1000"),
    (Decimal("-0.0"), decimal(2), "0", "0"),
    (2 / 3, RATIO, "0.666667", "0.666667"),
    (1234567.8, RATIO, "1234568", "1234568"),
    (0.0, RATIO, "0", "0"),
    (1.5e-9, RATIO, "1.50000e-09", "1.50000e-09"),
    (Decimal("0.25"), RATIO, "0.25", "0.25"),
    (date(2024, 2, 29), DATE, "2024-02-29", "2024-02-29"),
    (datetime(2024, 2, 29, 23, 5, 1, tzinfo=UTC), INSTANT, "2024-02-29 23:05 UTC", "2024-02-29 23:05 UTC"),
    (
        datetime(2024, 2, 29, 23, 5, tzinfo=timezone(timedelta(hours=8))),
        INSTANT,
        "2024-02-29 23:05+08:00",
        "2024-02-29 23:05+08:00",
    ),
    ("Jiangsu", TEXT, '"Jiangsu"', "“Jiangsu”"),
    ('the "Inn"', TEXT, "'the \"Inn\"'", '“the "Inn"”'),
    ("称“好”", TEXT, '"称“好”"', "「称“好”」"),
    ("a\nb", TEXT, '"a\\nb"', "“a\\nb”"),
    (("vip", "new"), TEXTS, '"vip", "new"', "“vip”、“new”"),
    ((), TEXTS, "none", "无"),
]


@pytest.mark.parametrize(("value", "kind", "english", "chinese"), VALUES)
def test_a_value_reads_as_people_write_it(value, kind, english, chinese):
    assert say_value(value, kind, ENGLISH) == english
    assert say_value(value, kind, CHINESE) == chinese


@pytest.mark.parametrize(
    ("value", "kind", "unit", "english", "chinese"),
    [
        (1, INTEGER, "days", "1 day", "1 天"),
        (30, INTEGER, "days", "30 days", "30 天"),
        (15, NUMBER, "%", "15 %", "15%"),
        (Decimal("2.5"), decimal(2), "m2", "2.5 m2", "2.5 m2"),
        (50, MONEY, "per visit", "50 EUR per visit", "50 CNY per visit"),
        (None, INTEGER, "days", "unknown", "未知"),
    ],
)
def test_a_number_is_said_with_its_unit(value, kind, unit, english, chinese):
    assert say_value(value, kind, ENGLISH, unit) == english
    assert say_value(value, kind, CHINESE, unit) == chinese


def test_a_currency_is_not_said_twice():
    assert say_value(50, MONEY, ENGLISH, "EUR") == "50 EUR"


def test_money_is_rounded_to_the_digits_of_its_currency():
    assert say_value(Decimal("1234.5"), MONEY, YEN) == "1,234 JPY"
    assert say_value(Decimal("1235.5"), MONEY, YEN) == "1,236 JPY"
    assert say_value(Decimal("1.0005"), MONEY, Reader("en", "KWD", 3)) == "1.000 KWD"


def test_money_without_a_currency_is_a_bare_number():
    assert say_value(Decimal("1234.5"), MONEY, Reader()) == "1,234.50"


@pytest.mark.parametrize(
    ("term", "value", "said"),
    [
        (spend, Decimal("12.5"), "12.50 EUR"),
        (mean(purchase.amount), 33.333333, "33.33 EUR"),
        (population_mean(credit), Fraction(1, 3), "0.33 EUR"),
        (count(purchase), 3, "3"),
        (floor_area, Decimal("12.5"), "12.5 m2"),
        (chairs, 12, "12"),
        (spend / credit, 0.5, "0.5"),
    ],
)
def test_the_value_of_a_term_is_said_in_its_unit(term, value, said):
    assert say_result(term, value, ENGLISH) == said


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("key", "Key account", "重点客户"),
        ("growing", "growing", "growing"),
        (None, "cannot tell", "无法判断"),
        ("gone", "gone", "gone"),
    ],
)
def test_a_segment_is_said_by_its_label(name, english, chinese):
    assert say_segment(tier, name, ENGLISH) == english
    assert say_segment(tier, name, CHINESE) == chinese


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6), st.sampled_from((0, 2, 3)))
def test_money_shown_is_never_further_than_half_a_unit_from_the_amount(amount, digits):
    said = say_value(amount, MONEY, Reader("en", "EUR", digits)).removesuffix(" EUR")
    shown = Decimal(said.replace(",", ""))
    assert abs(Fraction(shown) - Fraction(amount)) <= Fraction(1, 2 * 10**digits)
    assert len(said.partition(".")[2]) in {0, digits}


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_ratios_keep_six_figures(value):
    said = float(say_value(value, RATIO, ENGLISH))
    assert said == pytest.approx(value, rel=1e-5)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_said_on_one_line_and_can_be_written(text):
    said = say_value(text, TEXT, ENGLISH)
    assert len(said.splitlines()) == 1
    assert said.encode()
    assert not {unicodedata.category(mark) for mark in said} & {"Cc", "Cs"}
