"""The drug store and the pharmacy: batches, and everything that comes into one or goes out of it."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from crmcore import DATE, INSTANT, MONEY, TEXT, Breach, Choices, Constraint, Pending, Record, Rule, column, record, rows

from .grouping import by
from .moments import Moment, day_of, order_of
from .prescriptions import QUANTITY, Drug, PrescriptionLine
from .words import words

SIGNS = {"receipt": 1, "return": 1, "issue": -1, "write_off": -1, "supplier_return": -1}
"""What each kind of movement does to the stock of its batch."""


@record("drug_batch", label=words("Drug batch", "药品批次"))
class Batch(Record):
    """Packages of a drug that were made together and expire together."""

    drug: str = column(TEXT, required=True, refers_to=Drug, label=words("Drug", "药品"))
    number: str = column(TEXT, required=True, label=words("Batch number", "批号"))
    expires: date = column(DATE, required=True, label=words("Expires", "有效期至"))
    supplier: str | None = column(TEXT, default=None, label=words("Supplier", "供应商"))
    cost: Decimal | None = column(MONEY, default=None, label=words("Cost", "进价"))
    shelf: str | None = column(TEXT, default=None, label=words("Shelf", "货位"))


@record(
    "stock_movement",
    links={"customer": "prescription_line.prescription.encounter.customer"},
    dated_by="at",
    label=words("Stock movement", "药品出入库"),
)
class Movement(Record):
    """What came into a batch or went out of it; an issue and a return belong to a line of a prescription."""

    batch: str = column(TEXT, required=True, refers_to=Batch, label=words("Batch", "批次"))
    at: Moment = column(INSTANT, required=True, label=words("Date", "时间"))
    kind: str = column(
        TEXT,
        required=True,
        choices=Choices(SIGNS, zh=("入库", "退药", "发药", "报损", "退供应商")),
        label=words("Kind", "类型"),
    )
    quantity: Decimal = column(QUANTITY, required=True, label=words("Quantity", "数量"))
    prescription_line: str | None = column(
        TEXT, default=None, refers_to=PrescriptionLine, label=words("Prescription line", "处方明细")
    )
    by: str | None = column(TEXT, default=None, label=words("By", "经手人"))
    witness: str | None = column(TEXT, default=None, label=words("Witness", "复核人"))
    reason: str | None = column(TEXT, default=None, label=words("Reason", "原因"))


def change(movement: Movement) -> Decimal:
    """Return what a movement adds to the stock of its batch."""
    return SIGNS[movement.kind] * movement.quantity


def stock(movements: Iterable[Movement]) -> Decimal:
    """Return the stock that movements leave."""
    return sum(map(change, movements), Decimal(0))


def lowest(movements: Iterable[Movement]) -> Decimal:
    """Return the lowest stock at any moment; of one moment, what comes in counts first."""
    level = least = Decimal(0)
    for one in sorted(movements, key=lambda one: (order_of(one.at), -SIGNS[one.kind])):
        level += change(one)
        least = min(least, level)
    return least


def stock_lasts(pending: Pending) -> Iterator[Breach]:
    """Refuse what would take out of a batch, at any moment, more than is in it."""
    batches = {one.batch for pair in pending.changed(Movement) for one in pair if one}
    moves = by(pending.all(Movement, batch=batches), "batch")
    for batch in pending.all(Batch, id=batches):
        if (missing := -lowest(moves.get(batch.id, ()))) > 0:
            changed = [after for _, after in pending.changed(Movement) if after and after.batch == batch.id]
            text = words(f"The batch {batch.number} lacks {missing}", f"批号 {batch.number} 库存不足，缺 {missing}")
            yield Breach(changed[-1] if changed else batch, text, "quantity" if changed else "")


def issues_are_allowed(pending: Pending) -> Iterator[Breach]:
    """Refuse drugs past their date, of another kind than prescribed, unwitnessed controlled ones, and odd returns."""
    lines = {after.prescription_line for _, after in pending.changed(Movement) if after and after.prescription_line}
    issued = by(pending.all(Movement, prescription_line=lines), "prescription_line")
    for _, move in pending.changed(Movement):
        batch = pending.get(Batch, move.batch if move else None)
        if move is None or batch is None or move.prescription_line is None:
            continue
        line, drug = pending.get(PrescriptionLine, move.prescription_line), pending.get(Drug, batch.drug)
        if move.kind == "issue" and day_of(move.at, pending.zone) > batch.expires:
            yield Breach(
                move, words(f"The batch expired on {batch.expires}", f"该批次已于 {batch.expires} 过期"), "batch"
            )
        if line and line.drug != batch.drug:
            yield Breach(move, words("The batch holds another drug than prescribed", "批次药品与处方不符"), "batch")
        if drug and drug.control != "none" and (move.witness is None or move.witness == move.by):
            yield Breach(
                move, words("A controlled drug needs a second person as witness", "麻精药品须由他人复核"), "witness"
            )
        own = (one for one in issued.get(move.prescription_line, ()) if one.batch == move.batch)
        if move.kind == "return" and stock(own) > 0:
            yield Breach(move, words("More comes back than was issued", "退药数量超过发药数量"), "quantity")


movement = rows(Movement)

RECORDS = (Batch, Movement)
CONSTRAINTS = (
    Constraint("medical.stock_lasts", Movement, stock_lasts, words("Stock is never negative.", "库存不得为负。")),
    Constraint(
        "medical.issues_are_allowed",
        Movement,
        issues_are_allowed,
        words(
            "What is handed over is prescribed, in date and, if controlled, witnessed.",
            "发药须与处方相符、在有效期内，麻精药品须复核。",
        ),
    ),
)
RULES = (
    Rule(
        "medical.moved_quantity",
        Movement,
        movement.quantity > 0,
        words("A moved quantity is above 0", "出入库数量须大于0"),
    ),
    Rule(
        "medical.patients_movements",
        Movement,
        movement.kind.is_in("issue", "return") & movement.prescription_line.is_known()
        | ~movement.kind.is_in("issue", "return") & ~movement.prescription_line.is_known(),
        words(
            "Exactly what is issued to a patient or returned by one names a prescription line",
            "发药与退药须且仅须指明处方明细",
        ),
    ),
    Rule(
        "medical.write_off_has_a_reason",
        Movement,
        ~movement.kind.is_("write_off") | movement.reason.is_known(),
        words("A write-off has a reason", "报损须写明原因"),
    ),
)
