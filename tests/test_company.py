"""What is fixed for a whole store: currency, time zone, book date."""

from datetime import date

import pytest

from crmcore.errors import UsageError
from crmcore.work.company import company, from_document


@pytest.mark.parametrize(
    ("currency", "own", "kept"), [("EUR", 2, 6), ("cny", 2, 6), ("JPY", 0, 4), ("KWD", 3, 7), ("XAF", 0, 4)]
)
def test_money_is_kept_with_four_digits_more_than_its_currency_has(currency, own, kept):
    made = company(currency, "Europe/Berlin")
    assert (made.currency, made.currency_digits, made.money_digits) == (currency.upper(), own, kept)


@pytest.mark.parametrize("code", ["EURO", "E", "", "12A", "€€€", "ÄÖÜ"])
def test_a_currency_has_three_letters(code):
    with pytest.raises(UsageError, match="is no currency code; use three letters of ISO 4217"):
        company(code, "UTC")


@pytest.mark.parametrize("zone", ["Berlin", "Mars/Base", "", "../etc/passwd", "Europe", "a\0b"])
def test_a_time_zone_is_an_iana_name(zone):
    with pytest.raises(UsageError, match="is no time zone; use an IANA name"):
        company("EUR", zone)


def test_a_company_comes_back_from_the_store_as_it_was():
    made = company("EUR", "Asia/Shanghai")
    assert made.document() == {"currency": "EUR", "zone": "Asia/Shanghai"}
    assert from_document(made.document()) == made
    booked = made.booked(date(2026, 6, 15))
    assert booked.document()["book_date"] == "2026-06-15"
    assert from_document(booked.document()) == booked
