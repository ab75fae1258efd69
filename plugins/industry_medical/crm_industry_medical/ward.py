"""What the ward does: admit, move to another bed, order, carry out, and discharge with everything settled."""

from datetime import timedelta
from typing import Any

from crmcore import CrmError, Customer, Unit

from .billing import charge
from .cashier import Till, give_back, outstanding, pay
from .charging import Bill, Payment
from .encounters import Encounter
from .inpatient import Admission, Bed, Stay
from .inpatient_orders import Execution, Order
from .ledger import deposited
from .moments import is_before
from .patients import deceased_at


def admit(unit: Unit, customer: str, bed: str, **columns: Any) -> Admission:
    """Admit a patient into a bed; what the bed or the patient cannot have is refused by the commit."""
    unit.get(Customer, customer)
    unit.get(Bed, bed)
    now = unit.author.now
    encounter = unit.add(Encounter(customer=customer, kind="inpatient", begins=now))
    made = unit.add(Admission(customer=customer, encounter=encounter.id, at=now, **columns))
    unit.add(Stay(admission=made.id, bed=bed, since=now))
    return made


def transfer(unit: Unit, admission: Admission, bed: str) -> Stay:
    """Move a patient to another bed."""
    _leave(unit, admission)
    return unit.add(Stay(admission=admission.id, bed=bed, since=unit.author.now))


def _leave(unit: Unit, admission: Admission) -> None:
    for stay in unit.all(Stay, admission=admission.id):
        if stay.until is None:
            unit.edit(stay, until=unit.author.now)


def _note_death(unit: Unit, customer: str) -> None:
    """Keep when the patient died, unless that is known: nobody is to call."""
    patient = unit.get(Customer, customer)
    if patient.fields.get(deceased_at.name) is None:
        now = unit.author.now.isoformat().replace("+00:00", "Z")
        unit.edit(patient, fields={**patient.fields, deceased_at.name: now})


def place(unit: Unit, order: Order, times: int, every: int) -> Order:
    """Give an order, to be carried out so many times, every so many hours from its start."""
    made = unit.add(order)
    for number in range(times):
        due: Any = made.starts + timedelta(hours=number * every)
        unit.add(Execution(order=made.id, due=due))
    return made


def follow(unit: Unit, previous: Order, action: str, content: str = "", planned: tuple[int, int] = (0, 24)) -> Order:
    """Stop an order now, which cancels its later executions, and let another one revise, renew or discontinue it.

    ``planned`` is how many times the new one is carried out, and every how many hours.
    """
    stop(unit, previous)
    now = unit.author.now
    made = Order(
        admission=previous.admission,
        term=previous.term,
        action=action,
        previous=previous.id,
        content=content or previous.content,
        drug=previous.drug,
        item=previous.item,
        dose=previous.dose,
        frequency=previous.frequency,
        starts=now,
        stops=now if action == "discontinue" else None,
    )
    return place(unit, made, *planned)


def stop(unit: Unit, order: Order) -> None:
    """Stop an order now, unless it has stopped, and cancel what is planned for later."""
    now = unit.author.now
    stops = now if is_before(now, order.stops) else order.stops
    if is_before(now, order.stops):
        unit.edit(order, stops=now)
    for execution in unit.all(Execution, order=order.id, state="planned"):
        if not is_before(execution.due, stops):
            unit.edit(execution, state="cancelled")


def execute(unit: Unit, key: str, by: str | None, remark: str | None = None) -> Execution:
    """Say that an execution was done now; raises `CrmError` for one that is done or cancelled already."""
    found = unit.get(Execution, key)
    if found.state != "planned":
        said = f"by {found.by} at {found.done_at:%Y-%m-%d %H:%M}" if found.by and found.done_at else "already"
        raise CrmError(f"{key} is {found.state}, {said}", todo="See `crm order_execution list` for what is planned.")
    return unit.edit(found, state="done", done_at=unit.author.now, by=by, remark=remark)


def discharge(unit: Unit, admission: Admission, till: Till, **front_page: Any) -> Admission:
    """Free the bed, stop all orders, charge what is not charged, settle from the deposit and pay the rest back.

    Raises `CrmError` if the deposit does not suffice; an instalment, or the rest, is then paid first.
    """
    _leave(unit, admission)
    for order in list(unit.all(Order, admission=admission.id)):
        stop(unit, order)
        for execution in list(unit.all(Execution, order=order.id, state="planned")):
            unit.edit(execution, state="cancelled")
    encounter = unit.get(Encounter, admission.encounter or "")
    charge(unit, encounter, admission)
    for bill in list(unit.all(Bill, admission=admission.id, state="open")):
        _settle(unit, bill, till)
    if left := deposited(unit.all(Payment, admission=admission.id)):
        give_back(unit, admission, left, till)
    unit.edit(unit.get(Encounter, encounter.id), state="finished", ends=unit.author.now)
    if front_page.get("outcome") == "died":
        _note_death(unit, admission.customer)
    return unit.edit(admission, state="discharged", discharged_at=unit.author.now, **front_page)


def _settle(unit: Unit, bill: Bill, till: Till) -> None:
    """Pay the rest of a bill from the deposit of its admission."""
    rest = outstanding(unit, bill)
    held = deposited(unit.all(Payment, admission=bill.admission or ""))
    if rest > held:
        raise CrmError(
            f"the deposit holds {held}, and {rest} is owed for the bill {bill.id!r}: {rest - held} is missing",
            todo=f"Take it by `crm cashier deposit {bill.admission} --amount {rest - held}`, then discharge.",
        )
    pay(unit, bill, Till("deposit", till.cashier))
