"""Texts from files and the command line: what is taken, what is refused, and what people are told."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcore.entities import ColumnType
from crmcore.errors import UsageError
from crmcore.files.date_formats import compile_format
from crmcore.files.parsing import parse, parse_kind
from crmcore.files.parsing_base import BadValue, Reading
from crmcore.kinds import BOOLEAN, DATE, INSTANT, INTEGER, MONEY, NUMBER, RATIO, TEXT, TEXTS, decimal
from crmcore.values import TEXT_LIMIT

BERLIN = Reading(ZoneInfo("Europe/Berlin"), money_digits=6)
NEW_YORK = Reading(ZoneInfo("America/New_York"), money_digits=6)
SHANGHAI = Reading(ZoneInfo("Asia/Shanghai"), money_digits=6)
COMMA = Reading(ZoneInfo("Europe/Berlin"), money_digits=6, decimal_mark=",")
KIND = ColumnType("kind", TEXT, choices=("person", "household", "organization"))
EVERY_KIND = (INTEGER, MONEY, RATIO, NUMBER, TEXT, TEXTS, BOOLEAN, DATE, INSTANT, decimal(6))
unhurried = settings(deadline=None)  # a loaded machine is no failure


def ordered(date_format, zone="UTC"):
    return Reading(ZoneInfo(zone), money_digits=6, date_format=date_format)


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.name)
@pytest.mark.parametrize("blank", ["", " ", "\t", "\r\n", "\u3000", "\u00a0 "])
def test_a_blank_cell_is_unknown_whatever_the_column(kind, blank):
    assert parse_kind(kind, blank, BERLIN) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("29.33", "29.33"),
        (" 29.33 ", "29.33"),
        ("+5", "5"),
        ("-0", "0"),
        ("-12.5", "-12.5"),
        (".5", "0.5"),
        ("007", "7"),
        ("1.500000000000", "1.5"),
        ("0.123456", "0.123456"),
        ("999999999999.999999", "999999999999.999999"),
    ],
)
def test_an_amount_is_taken_digit_by_digit(text, amount):
    value = parse_kind(MONEY, text, BERLIN)
    assert value == Decimal(amount)
    assert str(value) == amount, "no minus before zero, no exponent, no zeros behind"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,234", "decimal mark is '.'"),
        ("1,234", "--decimal ,"),
        ("1,234.56", "two kinds of separator"),
        ("1.234,56", "two kinds of separator"),
        ("1.234.567", "same separator twice"),
        ("1,234,567", "same separator twice"),
        ("1 234.56", "digits in groups"),
        ("1\u00a0234", "digits in groups"),
        ("1'234.56", "digits in groups"),
        ("1_000", "digits in groups"),
        ("5.", "needs digits after the decimal mark"),
        ("$5", "currency sign"),
        ("5 €", "currency sign"),
        ("¥500", "currency sign"),
        ("500元", "currency sign"),
        ("5%", "0.15"),
        ("1e5", "exponent form"),
        ("1.5E+10", "exponent form"),
        ("NaN", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("inf", "not a finite number"),
        ("#N/A", "not a finite number"),
        ("１２３", "full-width"),
        ("١٢", "write 0-9"),
        ("\u22125", "minus sign of the keyboard"),
        ("–5", "minus sign of the keyboard"),
        ("－5", "minus sign of the keyboard"),
        ("5-", "accountants"),
        ("(5.00)", "accountants"),
        ("0.1234567", "6 digits after the decimal mark"),
        ("1000000000000", "smaller than 1,000,000,000,000"),
        ("-1000000000000.0", "smaller than 1,000,000,000,000"),
        ("five", "is not a number"),
        ("5 pieces", "is not a number"),
        ("--5", "is not a number"),
        (".", "needs digits after"),
        ("-", "accountants"),
        ("0x10", "is not a number"),
        ("1" * 61, "longer than the 60 characters"),
        ("9" * 5000, "longer than the 60 characters"),
    ],
)
def test_an_amount_that_could_mean_two_things_is_refused_with_the_reason(text, reason):
    with pytest.raises(BadValue, match=_escaped(reason)):
        parse_kind(MONEY, text, BERLIN)


def test_a_decimal_comma_is_taken_where_the_user_said_so():
    assert parse_kind(MONEY, "1234,5", COMMA) == Decimal("1234.5")
    assert parse_kind(decimal(2), "-,25", COMMA) == Decimal("-0.25")
    with pytest.raises(BadValue, match=r"--decimal \. if"):
        parse_kind(MONEY, "1234.5", COMMA)


def test_a_quantity_keeps_the_digits_of_its_column_and_no_more():
    assert parse_kind(decimal(2), "0.25", BERLIN) == Decimal("0.25")
    with pytest.raises(BadValue, match="more than the 2 digits"):
        parse_kind(decimal(2), "0.255", BERLIN)


@pytest.mark.parametrize("kind", [NUMBER, RATIO], ids=lambda kind: kind.name)
def test_a_setting_or_share_is_an_exact_decimal(kind):
    assert parse_kind(kind, "0.15", BERLIN) == Decimal("0.15")


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("-7", -7), ("+12", 12), ("999999999999", 10**12 - 1)])
def test_a_whole_number_is_taken(text, count):
    assert parse_kind(INTEGER, text, BERLIN) == count


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3.0", "not a whole number"),
        ("3.000", "not a whole number"),
        ("3,000", "--decimal"),
        ("three", "not a number"),
        ("1000000000000", "smaller than"),
        ("１", "full-width"),
        ("1" * 61, "longer than"),
    ],
)
def test_a_whole_number_is_never_rounded_or_guessed(text, reason):
    with pytest.raises(BadValue, match=reason):
        parse_kind(INTEGER, text, BERLIN)


@pytest.mark.parametrize("text", ["2024-02-29", "20240229", " 2024-02-29 "])
def test_iso_days_are_always_taken(text):
    assert parse_kind(DATE, text, BERLIN) == date(2024, 2, 29)
    assert parse_kind(DATE, text, ordered("DMY")) == date(2024, 2, 29)
    assert parse_kind(DATE, text, ordered("%d.%m.%Y")) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("date_format", "text"),
    [
        ("DMY", "3/12/2010"),
        ("dmy", "03.12.2010"),
        ("MDY", "12/3/2010"),
        ("YMD", "2010/12/3"),
        ("YMD", "2010.12.03"),
        ("%Y年%m月%d日", "2010年12月3日"),
        ("%d-%b-%Y", "03-DEC-2010"),
        ("%d%m%Y", "03122010"),
        ("%m|%d|%Y", "12|3|2010"),
        ("%d.%m.%Y (100%%)", "3.12.2010 (100%)"),
    ],
)
def test_other_orders_are_taken_where_the_user_named_them(date_format, text):
    assert parse_kind(DATE, text, ordered(date_format)) == date(2010, 12, 3)


def test_a_format_that_the_user_spelled_out_goes_before_iso():
    assert parse_kind(DATE, "2010-03-12", ordered("%Y-%d-%m")) == date(2010, 12, 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3/12/2010", "--date-format"),
        ("3/12/2010", "can be 2010-12-03 (DMY) or 2010-03-12 (MDY)"),
        ("2010-1-5", "fits YMD only; say --date-format YMD, or write 2010-01-05"),
        ("28.03.2026", "fits DMY only; say --date-format DMY, or write 2026-03-28"),
        ("03/28/2026", "fits MDY only"),
        ("31/02/2026", "a day that does not exist, in whatever order"),
        ("1/2-2024", "is not a date"),
        ("3.12.10", "year of two digits"),
        ("40515", "spreadsheet's day number"),
        ("0000-01-01", "year 0"),
        ("0999-12-31", "year 999"),
        ("2023-02-29", "day 29, which 2023-02 does not have"),
        ("2023-13-01", "month 13"),
        ("2023-00-01", "month 0"),
        ("2023-01-00", "day 0"),
        ("2024-02-29T00:00", "holds a time of day"),
        ("20240229T000000Z", "holds a time of day"),
        ("yesterday", "is not a date"),
        ("２０２４-02-29", "is not a date"),
        ("2024-02", "is not a date"),
        ("2024-W09-4", "is not a date"),
        ("1/1/2024 " + "x" * 60, "is not a date"),
    ],
)
def test_a_day_that_is_not_plain_is_refused_with_the_reason(text, reason):
    with pytest.raises(BadValue, match=_escaped(reason)):
        parse_kind(DATE, text, BERLIN)


@pytest.mark.parametrize(
    ("date_format", "text", "reason"),
    [
        ("DMY", "12/31/2010", "other way round"),
        ("DMY", "3/12/10", "neither the date format DMY"),
        ("DMY", "3/12-2010", "neither"),
        ("%d%m%Y", "3122010", "neither"),
        ("%d.%m.%Y", "3.12.2010 08:26", "neither"),
        ("DMY", "3/12/2010 08:26", "time of day"),
    ],
)
def test_a_named_format_is_not_stretched(date_format, text, reason):
    with pytest.raises(BadValue, match=reason):
        parse_kind(DATE, text, ordered(date_format))


@pytest.mark.parametrize(
    ("date_format", "reason"),
    [
        ("ISO", "needs %Y, %d"),
        ("%d.%m.%y", "two digits can be two years"),
        ("%d.%m", "needs %Y, %d"),
        ("%Y-%m-%b-%d", "needs %Y, %d"),
        ("%Y-%m-%d %d", "names a part twice"),
        ("%Y-%m-%d %", "single %"),
        ("%Y-%m-%d %A", "it can hold"),
        ("%Y-%m-%d %H", "%H:%M or"),
        ("%Y-%m-%d %M", "%H:%M or"),
        ("%Y-%m-%d %I:%M", "%H:%M or"),
        ("%Y-%m-%d %H:%M %p", "%H:%M or"),
        ("%Y-%m-%d %H:%M.%f", "%H:%M or"),
        ("%Y-%m-%d" + "!" * 60, "longer than 60"),
    ],
)
def test_a_date_format_that_could_not_tell_days_apart_is_refused_at_once(date_format, reason):
    with pytest.raises(UsageError, match=reason):
        ordered(date_format)


def test_the_decimal_mark_is_a_point_or_a_comma():
    with pytest.raises(UsageError, match="decimal mark"):
        Reading(ZoneInfo("UTC"), money_digits=6, decimal_mark=";")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-31T14:30:00Z", datetime(2024, 5, 31, 14, 30, tzinfo=UTC)),
        ("2024-05-31t14:30z", datetime(2024, 5, 31, 14, 30, tzinfo=UTC)),
        ("2024-05-31 14:30:00 UTC", datetime(2024, 5, 31, 14, 30, tzinfo=UTC)),
        ("2024-05-31T14:30:00+08:00", datetime(2024, 5, 31, 6, 30, tzinfo=UTC)),
        ("2024-05-31T14:30-0330", datetime(2024, 5, 31, 18, 0, tzinfo=UTC)),
        ("2024-05-31T14:30:15.25+02", datetime(2024, 5, 31, 12, 30, 15, 250_000, tzinfo=UTC)),
        ("2024-05-31 14:30:15,000001000Z", datetime(2024, 5, 31, 14, 30, 15, 1, tzinfo=UTC)),
        ("20240531T143015Z", datetime(2024, 5, 31, 14, 30, 15, tzinfo=UTC)),
        ("20240531T1430", datetime(2024, 5, 31, 12, 30, tzinfo=UTC)),
        ("2024-05-31 14:30", datetime(2024, 5, 31, 12, 30, tzinfo=UTC)),
        ("2024-12-31 00:30", datetime(2024, 12, 30, 23, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_becomes_utc_and_without_an_offset_is_local_to_the_company(text, moment):
    value = parse_kind(INSTANT, text, BERLIN)
    assert value == moment
    assert value.tzinfo is UTC


@pytest.mark.parametrize(
    ("date_format", "text", "moment"),
    [
        ("MDY", "12/1/2010 8:26", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("MDY", "12/1/2010 12:05 AM", datetime(2010, 12, 1, 0, 5, tzinfo=UTC)),
        ("MDY", "12/1/2010 12:05 pm", datetime(2010, 12, 1, 12, 5, tzinfo=UTC)),
        ("DMY", "1.12.2010 11:59:58.5 PM", datetime(2010, 12, 1, 23, 59, 58, 500_000, tzinfo=UTC)),
        ("%d.%m.%Y um %H:%M Uhr", "1.12.2010 um 8:26 Uhr", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("%I:%M:%S.%f %p, %b %d %Y", "1:02:03.5 PM, dec 1 2010", datetime(2010, 12, 1, 13, 2, 3, 500_000, tzinfo=UTC)),
    ],
)
def test_moments_are_taken_in_the_order_that_the_user_named(date_format, text, moment):
    assert parse_kind(INSTANT, text, ordered(date_format)) == moment


@pytest.mark.parametrize("reading", [BERLIN, NEW_YORK, SHANGHAI], ids=lambda reading: reading.zone.key)
def test_a_day_without_a_time_stays_that_day_in_every_zone(reading):
    value = parse_kind(INSTANT, "1997-01-01", reading)
    assert value == date(1997, 1, 1)
    assert not isinstance(value, datetime)


@pytest.mark.parametrize(
    ("reading", "text", "reason"),
    [
        (NEW_YORK, "2024-11-03 01:30", "twice, as clocks went back; add its offset, -04:00 or -05:00"),
        (BERLIN, "2024-10-27T02:00", "twice, as clocks went back; add its offset, +02:00 or +01:00"),
        (SHANGHAI, "1990-09-16 01:30", "twice"),
        (NEW_YORK, "2024-03-10 02:30", "never had: clocks went forward"),
        (BERLIN, "2024-03-31T02:00", "never had"),
    ],
)
def test_an_hour_that_a_zone_had_twice_or_never_is_refused(reading, text, reason):
    with pytest.raises(BadValue, match=_escaped(reason)):
        parse_kind(INSTANT, text, reading)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-11-03 00:59", datetime(2024, 11, 3, 4, 59, tzinfo=UTC)),
        ("2024-11-03 01:30-05:00", datetime(2024, 11, 3, 6, 30, tzinfo=UTC)),
        ("2024-11-03 02:00", datetime(2024, 11, 3, 7, 0, tzinfo=UTC)),
        ("2024-03-10 03:00", datetime(2024, 3, 10, 7, 0, tzinfo=UTC)),
    ],
)
def test_the_hours_beside_a_change_of_clocks_are_plain(text, moment):
    assert parse_kind(INSTANT, text, NEW_YORK) == moment


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2024-05-31T24:00", "24:00:00, which does not exist"),
        ("2024-05-31T12:60", "12:60:00"),
        ("2024-05-31T12:00:60Z", "12:00:60"),
        ("2024-05-31T12:00:00.1234567Z", "finer than a microsecond"),
        ("2024-05-31T12:00+15:00", "no zone has"),
        ("2024-05-31T12:00+01:60", "no zone has"),
        ("2024-05-31 8:26", "--date-format"),
        ("2024-02-30T12:00Z", "day 30"),
        ("9999-12-31T23:00-05:00", "outside the years"),
        ("1000-01-01T00:00+08:00", "outside the years"),
        ("noon", "is not a date"),
    ],
)
def test_a_moment_that_does_not_exist_is_refused_with_the_reason(text, reason):
    with pytest.raises(BadValue, match=_escaped(reason)):
        parse_kind(INSTANT, text, BERLIN)


def test_a_moment_whose_local_day_lies_after_the_last_year_is_refused():
    assert parse_kind(INSTANT, "9999-12-31T15:59Z", SHANGHAI) == datetime(9999, 12, 31, 15, 59, tzinfo=UTC)
    with pytest.raises(BadValue, match="outside the years"):
        parse_kind(INSTANT, "9999-12-31T16:00Z", SHANGHAI)


def test_hours_with_am_and_pm_run_from_one_to_twelve():
    with pytest.raises(BadValue, match="hour 13 with PM"):
        parse_kind(INSTANT, "12/1/2010 13:00 PM", ordered("MDY"))


@pytest.mark.parametrize("text", ["true", "YES", "1", "是"])
def test_yes_is_true(text):
    assert parse_kind(BOOLEAN, text, BERLIN) is True


@pytest.mark.parametrize("text", ["False", "no", "0", "否"])
def test_no_is_false(text):
    assert parse_kind(BOOLEAN, text, BERLIN) is False


@pytest.mark.parametrize("text", ["y", "maybe", "2", "on", "１"])
def test_neither_yes_nor_no_is_refused(text):
    with pytest.raises(BadValue, match="neither yes nor no"):
        parse_kind(BOOLEAN, text, BERLIN)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Alfreds Futterkiste ", "Alfreds Futterkiste"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("张三\u3000", "张三"),
        ("=SUM(A1)", "=SUM(A1)"),
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("1,234", "1,234"),
    ],
)
def test_a_text_is_composed_and_trimmed_and_otherwise_kept(given, kept):
    assert parse_kind(TEXT, given, BERLIN) == kept


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\0b", "U\\+0000"),
        ("\x1b[31mred", "U\\+001B"),
        ("a\x7f", "U\\+007F"),
        ("a\tb", "U\\+0009"),
        ("a\nb", "line break"),
        ("a\u2028b", "line break"),
        ("a\ud800b", "half a character"),
        ("x" * (TEXT_LIMIT + 1), "10,001 characters; 10,000"),
    ],
)
def test_a_text_with_something_invisible_or_endless_is_refused(text, reason):
    with pytest.raises(BadValue, match=reason):
        parse_kind(TEXT, text, BERLIN)


def test_a_text_may_have_as_many_characters_as_are_allowed():
    assert parse_kind(TEXT, "x" * TEXT_LIMIT, BERLIN) == "x" * TEXT_LIMIT


@pytest.mark.parametrize("name", ["notes", "address", "northwind.notes"])
def test_notes_and_addresses_may_hold_lines_and_tabs(name):
    assert parse(ColumnType(name, TEXT), "one\r\ntwo\rthree\tfour\n", BERLIN) == "one\ntwo\nthree\tfour"
    with pytest.raises(BadValue, match="control character"):
        parse(ColumnType(name, TEXT), "one\n\x07two", BERLIN)
    with pytest.raises(BadValue, match="line break"):
        parse(ColumnType("name", TEXT), "one\ntwo", BERLIN)


def test_tags_stand_between_semicolons_each_once():
    assert parse_kind(TEXTS, "vip; 华东;;vip ;", BERLIN) == ("vip", "华东")
    assert parse_kind(TEXTS, " ; ;", BERLIN) is None
    with pytest.raises(BadValue, match="line break"):
        parse_kind(TEXTS, "a;b\nc", BERLIN)


@pytest.mark.parametrize("text", ["person", " Person", "PERSON"])
def test_a_choice_is_taken_whatever_its_case(text):
    assert parse(KIND, text, BERLIN) == "person"


def test_a_choice_that_does_not_exist_gets_a_suggestion_and_the_list():
    with pytest.raises(BadValue, match=r"did you mean 'person'\? Choices: person, household, organization"):
        parse(KIND, "persn", BERLIN)
    with pytest.raises(BadValue, match=r"not one of the choices; Choices: "):
        parse(KIND, "公司", BERLIN)


def test_choices_that_differ_in_case_only_are_told_apart():
    sizes = ColumnType("size", TEXT, choices=("m", "M"))
    assert parse(sizes, "M", BERLIN) == "M"
    with pytest.raises(BadValue):
        parse(ColumnType("size", TEXT, choices=("ß", "SS")), "ss", BERLIN)


def test_each_of_several_texts_must_be_a_choice():
    tags = ColumnType("tags", TEXTS, choices=("vip", "new"))
    assert parse(tags, "new;VIP", BERLIN) == ("new", "vip")
    with pytest.raises(BadValue, match="not one of"):
        parse(tags, "new;old", BERLIN)


def test_a_blank_choice_is_unknown():
    assert parse(KIND, " ", BERLIN) is None


def test_numbers_have_no_choices():
    assert parse(ColumnType("year", INTEGER, choices=("1", "2")), "3", BERLIN) == 3


@unhurried
@given(st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=6), st.sampled_from([BERLIN, COMMA]))
def test_every_amount_that_is_written_out_is_read_back(amount, reading):
    text = format(amount, "f").replace(".", reading.decimal_mark)
    assert parse_kind(MONEY, text, reading) == amount


@unhurried
@given(st.integers(min_value=-(10**12) + 1, max_value=10**12 - 1))
def test_every_whole_number_is_read_back(count):
    assert parse_kind(INTEGER, str(count), BERLIN) == count


@unhurried
@given(
    st.dates(min_value=date(1000, 1, 1)),
    st.sampled_from(
        [(None, "%Y-%m-%d"), (None, "%Y%m%d"), ("DMY", "%d/%m/%Y"), ("MDY", "%m-%d-%Y"), ("%d%b%Y", "%d%b%Y")]
    ),
)
def test_every_day_is_read_back(day, forms):
    said, written = forms
    assert parse_kind(DATE, day.strftime(written), ordered(said)) == day


@unhurried
@given(
    st.datetimes(min_value=datetime(1000, 1, 3), max_value=datetime(9999, 12, 29)),  # noqa: DTZ001 - hypothesis adds the zone
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Europe/Berlin"]),
)
def test_every_moment_is_read_back(moment, zone):
    utc = moment.replace(tzinfo=UTC)
    assert parse_kind(INSTANT, utc.isoformat(), Reading(ZoneInfo(zone), money_digits=6)) == utc


@unhurried
@given(
    st.datetimes(min_value=datetime(1975, 1, 1), max_value=datetime(2037, 1, 1)),  # noqa: DTZ001 - a local time
    st.sampled_from([BERLIN, NEW_YORK, SHANGHAI]),
)
def test_a_local_time_is_read_exactly_where_the_zone_had_it_once(local, reading):
    local = local.replace(fold=0)
    moments = {local.replace(tzinfo=reading.zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    had = [moment for moment in moments if moment.astimezone(reading.zone).replace(tzinfo=None, fold=0) == local]
    try:
        value = parse_kind(INSTANT, local.isoformat(), reading)
    except BadValue:
        assert len(had) != 1
    else:
        assert [value] == had


@unhurried
@given(
    st.text(st.characters()) | st.text("0123456789-+/:.,TZ% ", max_size=24),
    st.sampled_from(EVERY_KIND),
    st.sampled_from([BERLIN, COMMA, ordered("DMY"), ordered("%d%b%Y")]),
)
def test_any_text_is_read_or_refused_and_nothing_else(text, kind, reading):
    try:
        value = parse_kind(kind, text, reading)
    except BadValue:
        return
    assert value is None or isinstance(value, (str, int, Decimal, date, tuple))


@unhurried
@given(st.from_regex(r"[-+]?[0-9eE.,٣３' %$(−-]{1,12}", fullmatch=True), st.sampled_from([INTEGER, MONEY, decimal(3)]))
def test_near_numbers_are_exactly_their_digits_or_refused(text, kind):
    try:
        value = parse_kind(kind, text, BERLIN)
    except BadValue:
        return
    if value is not None:
        assert value == Decimal(text.strip())
        assert text.isascii()


@unhurried
@given(
    st.lists(st.sampled_from(["%Y", "%m", "%d", "%b", "%H", "%I", "%M", "%p", "%S", "%f", "%y", "%", "%%", "x", "("]))
)
def test_any_date_format_is_usable_or_refused(pieces):
    try:
        pattern = compile_format("".join(pieces))
    except UsageError:
        return
    assert {"Y", "d"} < set(pattern.groupindex)


@unhurried
@given(
    st.permutations(["%Y", "%m", "%d"]),
    st.lists(st.sampled_from(["", "/", " ", "年", ".", "(", "%%", "Q", "1"]), min_size=4, max_size=4),
    st.dates(min_value=date(1000, 1, 1)),
)
def test_every_day_is_read_back_in_any_format_that_is_usable(parts, between, day):
    date_format = between[0] + "".join(part + mark for part, mark in zip(parts, between[1:], strict=True))
    assert parse_kind(DATE, day.strftime(date_format), ordered(date_format)) == day


def _escaped(reason):
    return "".join(f"\\{character}" if character in ".()+?" else character for character in reason)
