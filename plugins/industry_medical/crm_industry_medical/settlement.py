"""The cashier's day: what came in less what went out, by kind of payment, closed when it is verified."""

from collections.abc import Iterable, Iterator
from datetime import date, tzinfo
from decimal import Decimal

from crmcore import DATE, MONEY, TEXT, Breach, Constraint, Pending, Record, column, record

from .charging import METHODS, Payment
from .ledger import signed
from .moments import day_of
from .words import words


@record("cashier_settlement", dated_by="on", label=words("Cashier settlement", "收费员日结"))
class Settlement(Record):
    """What a cashier took on a day, less refunds; afterwards that day's payments stay as they are."""

    cashier: str = column(TEXT, required=True, label=words("Cashier", "收费员"))
    on: date = column(DATE, required=True, label=words("Date", "日期"))
    cash: Decimal = column(MONEY, required=True, label=words("Cash", "现金"))
    card: Decimal = column(MONEY, required=True, label=words("Card", "银行卡"))
    insurance: Decimal = column(MONEY, required=True, label=words("Insurance", "医保"))
    wechat: Decimal = column(MONEY, required=True, label=words("WeChat", "微信"))
    alipay: Decimal = column(MONEY, required=True, label=words("Alipay", "支付宝"))
    verified_by: str | None = column(TEXT, default=None, label=words("Verified by", "核对人"))


TAKEN = tuple(method for method in METHODS if method != "deposit")
"""Kinds of payment that come in over the counter: a deposit that is used up came in before."""


def taken(payments: Iterable[Payment], cashier: str, day: date, zone: tzinfo) -> dict[str, Decimal]:
    """Return what a cashier took on a local day by kind of payment, less refunds."""
    found = dict.fromkeys(TAKEN, Decimal(0))
    for one in payments:
        if one.cashier == cashier and day_of(one.at, zone) == day and one.method in found:
            found[one.method] += signed(one)
    return found


def settled_days_stay(pending: Pending) -> Iterator[Breach]:
    """Refuse settlements that do not add up, a second one of a day, and payments of a day that is settled."""
    for _, one in pending.changed(Settlement):
        if one is None:
            continue
        if sum(other.on == one.on for other in pending.all(Settlement, cashier=one.cashier)) > 1:
            yield Breach(one, words("That cashier's day is settled already", "该收费员当日已结"), "on")
        for method, amount in taken(
            pending.all(Payment, cashier=one.cashier), one.cashier, one.on, pending.zone
        ).items():
            if amount != getattr(one, method):
                yield Breach(one, words(f"the payments add up to {amount}", f"收款合计为 {amount}"), method)
    new = {after.id for before, after in pending.changed(Settlement) if after and before is None}
    closed = {(one.cashier, one.on) for one in pending.all(Settlement) if one.id not in new}
    for before, after in pending.changed(Payment):
        changed = after or before
        if changed and any(
            one and (one.cashier or "", day_of(one.at, pending.zone)) in closed for one in (before, after)
        ):
            text = words("That cashier's day is settled; date it later", "该收费员当日已结，请记入之后日期")
            yield Breach(changed, text, "at")


RECORDS = (Settlement,)
CONSTRAINTS = (
    Constraint(
        "medical.settled_days_stay",
        (Settlement, Payment),
        settled_days_stay,
        words("A settled day adds up and stays as it is.", "日结金额相符，结后不得更改。"),
    ),
)
