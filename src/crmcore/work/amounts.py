"""Amounts that follow from others: a line's from its price, a purchase's from its lines."""

from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from typing import Any, Final

import attrs

from crmcore.records import PurchaseLine
from crmcore.store import Document, Transaction

_EXACT: Final = Context(prec=60)
"""More digits than any product of the bounded columns has, so nothing is ever rounded."""


def complete_line(line: PurchaseLine, before: PurchaseLine | None = None) -> PurchaseLine:
    """Give a line without an amount of its own price * quantity * (1 - discount), exactly.

    An amount that was such a product ``before`` the change, and was not changed itself, is no amount of its own.
    """
    follows = before is not None and line.amount == before.amount == _product(before)
    if line.amount is not None and not follows:
        return line
    return attrs.evolve(line, amount=_product(line))


def _product(line: PurchaseLine) -> Decimal | None:
    if line.price is None or line.quantity is None:
        return None
    kept = _EXACT.subtract(Decimal(1), line.discount or Decimal(0))
    return _EXACT.multiply(_EXACT.multiply(line.price, line.quantity), kept).normalize(_EXACT)


def complete_purchases(
    transaction: Transaction, before: Mapping[tuple[str, str], Document | None]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the purchases whose amount follows their changed lines, with the new amount (or none).

    A purchase follows its lines as long as its amount is unknown or equal to their total before the change.
    """
    changed = {key: document for (table, key), document in before.items() if table == "purchase_line"}
    if not changed:
        return
    now = dict(transaction.items("purchase_line"))
    affected = {
        document["purchase"]
        for key, old in changed.items()
        for document in (old, now.get(key))
        if document is not None and "purchase" in document
    }
    earlier = {**now, **changed}
    old_totals, new_totals = _totals(earlier, affected), _totals(now, affected)
    for purchase in sorted(affected):
        document = transaction.get("purchase", purchase)
        if document is None:
            continue
        own = document.get("amount")
        follows = own is None or (old_totals.get(purchase) is not None and Decimal(own) == old_totals[purchase])
        total = new_totals.get(purchase)
        if follows and (None if own is None else Decimal(own)) != total:
            yield purchase, {} if total is None else {"amount": f"{total:f}"}


def _totals(lines: Mapping[str, Document | None], wanted: set[str]) -> dict[str, Decimal | None]:
    """Return the total of each purchase's lines; None where a line has no amount."""
    totals: dict[str, Decimal | None] = {}
    for line in lines.values():
        if line is None or line.get("purchase") not in wanted:
            continue
        purchase = line["purchase"]
        so_far, amount = totals.get(purchase, Decimal(0)), line.get("amount")
        known = so_far is not None and amount is not None
        totals[purchase] = _EXACT.add(so_far, Decimal(amount)) if known else None  # type: ignore[arg-type]  # both are known
    return totals
