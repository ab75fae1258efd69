"""Single values keep every digit on their way to JSON and back."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcore.errors import Invalid
from crmcore.kinds import BOOLEAN, DATE, INSTANT, INTEGER, MONEY, NUMBER, RATIO, TEXT, TEXTS, decimal
from crmcore.storage.json_values import decode_value, encode_value

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Risk(StrEnum):
    HIGH = "high"


@pytest.mark.parametrize(
    ("kind", "value", "raw"),
    [
        (TEXT, "Ångström 牙椅 🦷", "Ångström 牙椅 🦷"),
        (TEXT, "", ""),
        (TEXT, Risk.HIGH, "high"),
        (TEXTS, ("a", "b"), ["a", "b"]),
        (TEXTS, (), []),
        (BOOLEAN, True, True),
        (INTEGER, 7, 7),
        (INTEGER, 2**63 - 1, 2**63 - 1),
        (INTEGER, -(2**63), -(2**63)),
        (INTEGER, 2**63, "9223372036854775808"),
        (INTEGER, -(10**30), "-1" + "0" * 30),
        (MONEY, Decimal("12.50"), "12.50"),
        (MONEY, Decimal("1E+3"), "1000"),
        (MONEY, Decimal("-0.0001"), "-0.0001"),
        (MONEY, 100, "100"),
        (decimal(6), Decimal("1E-6"), "0.000001"),
        (NUMBER, 5, "5"),
        (NUMBER, 2**70, str(2**70)),
        (RATIO, 0.1, "0.1"),
        (RATIO, 1e300, "1e+300"),
        (DATE, date(2026, 11, 21), "2026-11-21"),
        (DATE, date(1, 2, 3), "0001-02-03"),
        (INSTANT, date(2026, 11, 21), "2026-11-21"),
        (INSTANT, NOON, "2026-11-21T12:00:00Z"),
        (INSTANT, NOON.replace(microsecond=5), "2026-11-21T12:00:00.000005Z"),
        (INSTANT, NOON.astimezone(timezone(timedelta(hours=8))), "2026-11-21T12:00:00Z"),
        (TEXT, None, None),
    ],
)
def test_a_value_has_one_plain_form_and_comes_back(kind, value, raw):
    found = encode_value(kind, value)
    assert found == raw
    assert type(found) is type(raw)
    assert decode_value(kind, found) == value
    assert orjson.loads(orjson.dumps(found)) == found


def test_a_whole_amount_may_stand_as_a_number():
    assert decode_value(MONEY, 12) == Decimal(12)


def test_moments_come_back_in_utc_and_dates_stay_dates():
    assert decode_value(INSTANT, "2026-11-21T20:00:00+08:00") == NOON
    assert decode_value(INSTANT, "2026-11-21T20:00:00+08:00").tzinfo is UTC
    assert type(decode_value(INSTANT, "2026-11-21")) is date


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (TEXT, 5, "is a whole number, not a text"),
        (TEXT, "\ud800", "half a character"),
        (TEXT, b"x", "is of type bytes, not a text"),
        (TEXTS, "ab", "is a text, not a list of texts"),
        (TEXTS, ("a", None), "is null, not a text"),
        (BOOLEAN, 1, "is a whole number, not true or false"),
        (INTEGER, True, "is true or false, not a whole number"),
        (INTEGER, 1.0, "is a number with a point, not a whole number"),
        pytest.param(INTEGER, 10**5000, "has more than 4000 digits", id="huge integer"),
        (MONEY, 1.5, "is a number with a point, not a decimal number"),
        (MONEY, True, "is true or false"),
        (MONEY, Decimal("NaN"), "is not a finite number"),
        (MONEY, Decimal("-Infinity"), "is not a finite number"),
        (MONEY, Decimal("1E+5000"), "has more than 4000 digits"),
        pytest.param(MONEY, 10**5000, "has more than 4000 digits", id="huge money"),
        (RATIO, float("inf"), "is not a finite number"),
        (RATIO, 1, "is a whole number, not a ratio"),
        (DATE, NOON, "is of type datetime, not a date"),
        (INSTANT, "2026-11-21", "is a text, not a date"),
        (INSTANT, NOON.replace(tzinfo=None), "has no time zone"),
        (INSTANT, datetime.min.replace(tzinfo=timezone(timedelta(hours=8))), "is out of range in UTC"),
    ],
)
def test_what_has_no_exact_plain_form_is_refused(kind, value, reason):
    with pytest.raises(Invalid, match=reason):
        encode_value(kind, value)


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        (TEXT, ["a"], "is a list, not a text"),
        (TEXTS, {"a": 1}, "is a mapping, not a list of texts"),
        (TEXTS, ["a", 5], r"\[1\]='5': is a whole number"),
        (BOOLEAN, "true", "is a text, not true or false"),
        (INTEGER, "1_000", "is a text, not a whole number"),
        pytest.param(INTEGER, "1" * 5000, "is a text, not a whole number", id="huge text"),
        (INTEGER, 1.0, "is a number with a point"),
        (INTEGER, True, "is true or false"),
        (MONEY, 12.5, "is a number with a point, not a decimal number as text"),
        (MONEY, "1,5", "is a text, not a decimal number"),
        (MONEY, "NaN", "is a text, not a decimal number"),
        (MONEY, "1e5", "is a text, not a decimal number"),
        (MONEY, " 1", "is a text, not a decimal number"),
        (MONEY, "１", "is a text, not a decimal number"),
        (RATIO, "nan", "is a text, not a ratio"),
        (RATIO, "half", "is a text, not a ratio"),
        (RATIO, 0.5, "is a number with a point, not a ratio as text"),
        (DATE, "20261121", "is not a date as YYYY-MM-DD"),
        (DATE, "2026-W47-6", "is not a date as YYYY-MM-DD"),
        (DATE, "2026-02-30", "is not a date: day is out of range"),
        (DATE, 20261121, "is a whole number, not a date"),
        (INSTANT, "2026-11-21T12:00:00", "has no time zone"),
        (INSTANT, "2026-11-21T99:00:00Z", "is not a point in time: hour"),
        (INSTANT, "0001-01-01T00:00:00+08:00", "is not a point in time: date value out of range"),
        (INSTANT, "2026-11-21 12:00:00Z", "is not a date"),
        (INSTANT, None.__class__, "is of type type, not a date"),
    ],
)
def test_a_raw_value_of_the_wrong_form_is_named_with_the_reason(kind, raw, reason):
    with pytest.raises(Invalid, match=reason):
        decode_value(kind, raw)


def test_an_error_shows_the_value_but_not_a_page_of_it():
    with pytest.raises(Invalid) as caught:
        decode_value(MONEY, "x" * 1000)
    assert caught.value.problems[0].value == "x" * 60


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15))
def test_decimals_keep_every_digit(value):
    found = decode_value(MONEY, encode_value(MONEY, value))
    assert found == value
    assert len(found.as_tuple().digits) >= len(value.normalize().as_tuple().digits)


@given(st.integers())
def test_whole_numbers_of_any_size_survive(value):
    assert decode_value(INTEGER, orjson.loads(orjson.dumps(encode_value(INTEGER, value)))) == value


@given(st.datetimes(timezones=st.just(UTC)) | st.dates())
def test_moments_survive_to_the_microsecond(value):
    found = decode_value(INSTANT, encode_value(INSTANT, value))
    assert found == value
    assert type(found) is type(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_ratios_survive_to_the_last_bit(value):
    assert decode_value(RATIO, encode_value(RATIO, value)).hex() == value.hex()
