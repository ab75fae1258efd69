"""What the registration desk does: book, let arrive, and open the encounter."""

from crmcore import Customer, Unit

from .encounters import Encounter
from .registration import Rank, Registration, fee_due
from .scheduling import Session


def register(unit: Unit, customer: str, session: str, rank: str) -> Registration:
    """Book a place; its fee is that of the rank, or nothing for a free re-visit. Raises what a commit raises."""
    unit.get(Customer, customer)
    chosen = unit.get(Rank, rank)
    fee = fee_due(chosen, unit.get(Session, session).on, unit.all(Registration, customer=customer))
    today = unit.author.today
    return unit.add(Registration(customer=customer, session=session, rank=rank, on=today, fee=fee))


def go_on(unit: Unit, key: str, state: str) -> Registration:
    """Let a registration go on to another state."""
    return unit.edit(unit.get(Registration, key), state=state)


def see(unit: Unit, key: str) -> Encounter:
    """Open the encounter of a patient who has arrived."""
    registration = go_on(unit, key, "seen")
    session = unit.get(Session, registration.session)
    return unit.add(
        Encounter(
            customer=registration.customer,
            kind="outpatient",
            begins=unit.author.now,
            registration=key,
            department=session.department,
            practitioner=session.practitioner,
        )
    )
