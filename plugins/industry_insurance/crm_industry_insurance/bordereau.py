"""A bordereau: the claims of a book that a partner reports in bulk, as one file, under one block policy for each line.

The columns are those of the PRISM claims simulation. What else a file has is left out.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from attrs import frozen

from crmcore import CrmError, Invalid, Problem

from .claims import Claim, ClaimPayment
from .desk import Desk, called
from .money import rounded
from .policies import Policy
from .products import Benefit, Product

COLUMNS: Final = (
    *("ClaimNo", "AccidentDate", "ReportDate", "Line", "Type", "Limit", "Deductible"),
    *("Paid", "PaymentDate", "CloseDate", "Outstanding"),
)
LINES: Final = {"Auto": "motor", "Home": "home"}
"""What the simulation calls the lines, and what they are called here."""

EXTRA_DIGITS: Final = 4
"""Digits that money keeps beyond the currency's own; a simulated amount that has more is rounded to them."""


@frozen
class Loss:
    """A row of the file."""

    number: str
    occurred_on: date
    reported_on: date
    closed_on: date | None
    line: str
    kind: str
    limit: Decimal
    deductible: Decimal
    paid: Decimal
    paid_on: date
    outstanding: Decimal


def losses(path: Path, digits: int) -> tuple[Loss, ...]:
    """Read a file; raises `Invalid` with everything that is wrong, and `CrmError` for a file that is no bordereau."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise CrmError(f"{path} is no bordereau: it has no column {', '.join(missing)}")
        found, problems = [], []
        for row in reader:
            made = _loss(row, digits)
            if isinstance(made, Loss):
                found.append(made)
            else:
                problems += [
                    Problem(reason, str(path), reader.line_num, name, row[name] or "") for name, reason in made
                ]
    if problems:
        raise Invalid(problems, todo="Nothing was written.")
    return tuple(found)


def _loss(row: Mapping[str, str], digits: int) -> Loss | list[tuple[str, str]]:
    """Return a row's loss, or the columns that cannot be read, each with the reason."""
    wrong: list[tuple[str, str]] = []

    def day(name: str, form: str) -> date:
        try:
            return datetime.strptime(row[name], form).date()  # noqa: DTZ007 - a day, in no zone
        except (TypeError, ValueError):
            wrong.append((name, f"is no date; it is written like {'2010-07-25' if '-' in form else '7/25/2010'}"))
            return date.min

    def amount(name: str) -> Decimal:
        try:
            return rounded(Decimal(row[name]), digits + EXTRA_DIGITS)
        except (TypeError, ValueError, OverflowError, InvalidOperation):
            wrong.append((name, "is no amount"))
            return Decimal(0)

    if row["Line"] not in LINES:
        wrong.append(("Line", f"is another line than {' and '.join(LINES)}"))
    made = Loss(
        row["ClaimNo"],
        day("AccidentDate", "%Y-%m-%d"),
        day("ReportDate", "%m/%d/%Y"),
        day("CloseDate", "%m/%d/%Y") if row["CloseDate"] else None,
        LINES.get(row["Line"], ""),
        row["Type"],
        amount("Limit"),
        amount("Deductible"),
        amount("Paid"),
        day("PaymentDate", "%Y-%m-%d"),
        amount("Outstanding"),
    )
    return wrong or made


def take_in(desk: Desk, found: tuple[Loss, ...], holder: str) -> int:
    """Add the claims of a bordereau, with product, benefits and block policy for each line; returns how many."""
    for line in dict.fromkeys(loss.line for loss in found):
        _block(desk, [loss for loss in found if loss.line == line], holder, line)
    benefits: dict[tuple[str, str, Decimal, Decimal], str] = {}
    for loss in found:
        key = loss.line, loss.kind, loss.limit, loss.deductible
        if key not in benefits:
            benefits[key] = _benefit(desk, loss, holder)
        for record in _records(loss, holder, benefits[key]):
            desk.unit.add(record)
    return len(found)


def _block(desk: Desk, own: list[Loss], holder: str, line: str) -> None:
    key = f"{holder}-{line}"
    first, last = min(loss.occurred_on for loss in own), max(loss.occurred_on for loss in own)
    if (known := next(desk.unit.all(Policy, id=key), None)) is not None:
        begins, ends = min(known.starts or first, first), max(known.ends or last, last)
        desk.unit.edit(known, applied_on=begins, issued_on=begins, starts=begins, ends=ends)
        return
    desk.unit.add(called(Product(name=f"{holder} {line}", line=line), key))
    policy = Policy(
        holder=holder, product=key, state="in_force", applied_on=first, issued_on=first, starts=first, ends=last
    )
    desk.unit.add(called(policy, key))


def _benefit(desk: Desk, loss: Loss, holder: str) -> str:
    """Return the benefit of these terms, which an earlier bordereau may have made."""
    product = f"{holder}-{loss.line}"
    made = Benefit(product=product, name=loss.kind, deductible=loss.deductible, claim_limit=loss.limit)
    there = list(desk.unit.all(Benefit, product=product))
    for known in there:
        if (known.name, known.deductible, known.claim_limit) == (made.name, made.deductible, made.claim_limit):
            return known.id
    return desk.unit.add(called(made, f"{product}-{len(there) + 1}")).id


def _records(loss: Loss, holder: str, benefit: str) -> Iterator[Claim | ClaimPayment]:
    """Yield the claim, and its payment if it was paid. Who is closed without one is rejected, for a reason unknown."""
    closed = "paid" if loss.paid > 0 else "rejected"
    claim = Claim(
        policy=f"{holder}-{loss.line}",
        benefit=benefit,
        state=closed if loss.closed_on else "assessed",
        occurred_on=loss.occurred_on,
        reported_on=loss.reported_on,
        closed_on=loss.closed_on,
        approved=loss.paid,
        reserve=loss.outstanding,
        rejection="other" if loss.closed_on and not loss.paid else None,
    )
    key = f"{holder}-{loss.number}"
    yield called(claim, key)
    if loss.paid > 0:
        yield called(ClaimPayment(claim=key, on=loss.paid_on, amount=loss.paid), f"{key}-paid")
