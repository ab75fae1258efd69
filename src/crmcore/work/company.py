"""What is fixed for a whole store: the company's currency, its time zone and its book date."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import evolve, frozen

from crmcore.errors import StoreError, UsageError, reading
from crmcore.kinds import MONEY_EXTRA_DIGITS
from crmcore.store import Change, Reader, Transaction

TABLE: Final = "company"
KEY: Final = "company"

_DIGITS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Minor digits of the currencies of ISO 4217 that have other than two."""


@frozen
class Company:
    """One company: its base currency (ISO 4217), IANA time zone, and the date up to which its books are classified.

    Without a book date, the day of the call counts.
    """

    currency: str
    zone: ZoneInfo
    book_date: date | None = None

    @property
    def currency_digits(self) -> int:
        """Digits after the point of the currency's own units, 2 for the euro."""
        return _DIGITS.get(self.currency, 2)

    @property
    def money_digits(self) -> int:
        """Digits with which money is kept."""
        return self.currency_digits + MONEY_EXTRA_DIGITS

    def booked(self, day: date) -> "Company":
        """Return the company with ``day`` as its book date."""
        return evolve(self, book_date=day)

    def document(self) -> dict[str, Any]:
        """Return the company as it stands in the store."""
        book = {"book_date": self.book_date.isoformat()} if self.book_date else {}
        return {"currency": self.currency, "zone": self.zone.key, **book}


def company(currency: str, zone: str) -> Company:
    """Return a new company; raises `UsageError` for a malformed currency code or an unknown time zone."""
    code = currency.upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():  # noqa: PLR2004 - ISO 4217 codes have three letters
        raise UsageError(f"{currency!r} is no currency code; use three letters of ISO 4217, such as EUR or CNY")
    try:
        return Company(code, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"{zone!r} is no time zone; use an IANA name such as Europe/Berlin or Asia/Shanghai") from None


def missing(url: str, reader: Reader) -> StoreError:
    """Return the error for a store without a company: new, or one that lost it while it holds other things."""
    if not reader.commit and not reader.tables():
        return StoreError(f"{url} holds no company yet", todo="Run `crm init` first.")
    return StoreError(
        f"{url} holds data, but its company record (currency and zone) is gone",
        todo="Restore a backup with `crm store restore FILE`, or put the record back by hand.",
    )


def company_in(reader: Reader, url: str) -> Company:
    """Return the company of the store at ``url``; raises `StoreError` if it has none."""
    document = reader.get(TABLE, KEY)
    if document is None:
        raise missing(url, reader)
    return from_document(document)


def book(transaction: Transaction, company: Company) -> tuple[Change, ...]:
    """Store the company with its book date; returns the change, none if the books stand where they stood.

    It is logged, since what is committed while the books are closed on a date holds from that date.
    """
    before, after = transaction.get(TABLE, KEY), company.document()
    if before == after:
        return ()
    transaction.put(TABLE, KEY, after)
    return (Change(TABLE, KEY, before, after),)


def beside(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes of anything but the company's book date."""
    return tuple(change for change in changes if change.table != TABLE)


def from_document(document: Mapping[str, Any]) -> Company:
    """Read a company from the store."""
    with reading("the company"):
        made = company(document["currency"], document["zone"])
        day = document.get("book_date")
        return made.booked(date.fromisoformat(day)) if day else made
