"""Registration: a place in a session, its fee, and no more patients than the quota."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from crmcore import (
    DATE,
    INTEGER,
    MONEY,
    TEXT,
    Breach,
    Choices,
    Constraint,
    Customer,
    Pending,
    Record,
    Rule,
    column,
    record,
    rows,
    state_machine,
)

from .grouping import by
from .scheduling import Session
from .words import words

STATES = {
    "booked": ("arrived", "cancelled", "missed"),
    "arrived": ("seen", "cancelled"),
    "seen": (),
    "cancelled": (),
    "missed": (),
}
HOLDS_A_PLACE = ("booked", "arrived", "seen")
"""The states of registrations that count against the quota."""


@record("registration_rank", label=words("Registration rank", "号别"))
class Rank(Record):
    """What a registration costs; ``free_visits`` within ``valid_days`` of a paid one cost nothing."""

    name: str = column(TEXT, required=True, label=words("Name", "名称"))
    fee: Decimal = column(MONEY, required=True, label=words("Fee", "挂号费"))
    free_visits: int = column(INTEGER, default=0, label=words("Free re-visits", "免费复诊次数"))
    valid_days: int = column(INTEGER, default=0, label=words("Days of validity", "挂号有效天数"))


@record("registration", links={"customer": "customer"}, dated_by="on", label=words("Registration", "挂号"))
class Registration(Record):
    """A patient's place in a session; ``on`` is the day on which it is booked, ``fee`` what it costs."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=words("Patient", "患者"))
    session: str = column(TEXT, required=True, refers_to=Session, label=words("Session", "排班"))
    rank: str = column(TEXT, required=True, refers_to=Rank, label=words("Rank", "号别"))
    on: date = column(DATE, required=True, label=words("Booked on", "挂号日期"))
    fee: Decimal = column(MONEY, required=True, label=words("Fee", "挂号费"))
    state: str = column(
        TEXT,
        choices=Choices(STATES, zh=("已预约", "已报到", "已就诊", "已取消", "爽约")),
        default="booked",
        label=words("State", "状态"),
    )


def no_overbooking(pending: Pending) -> Iterator[Breach]:
    """Refuse more registrations than a session's quota, and a second one of a patient in one session."""
    touched = {after.session for _, after in pending.changed(Registration) if after}
    touched |= {after.id for _, after in pending.changed(Session) if after}
    new = {after.id for _, after in pending.changed(Registration) if after}
    places = by(pending.all(Registration, session=touched, state=HOLDS_A_PLACE), "session")
    for session in pending.all(Session, id=touched):
        held = places.get(session.id, [])
        if len(held) > session.quota:
            text = words(f"{len(held)} registrations for a quota of {session.quota}", f"已超过限号数 {session.quota}")
            last = [one for one in held if one.id in new]
            yield Breach(last[-1], text, "session") if last else Breach(session, text, "quota")
        patients = [one.customer for one in held]
        for one in held:
            if one.id in new and patients.count(one.customer) > 1:
                text = words("The patient is registered in this session already", "该患者在此时段已挂号")
                yield Breach(one, text, "session")


def fee_due(rank: Rank, day: date, earlier: Iterable[Registration]) -> Decimal:
    """Return the fee of a registration: nothing for a free re-visit after one with a fee that took place, or is to, else the rank's."""
    counting = (one for one in earlier if one.rank == rank.id and one.state in HOLDS_A_PLACE)
    same = sorted(counting, key=lambda one: one.on)
    paid = [place for place, one in enumerate(same) if one.fee > 0]
    if not paid:
        return rank.fee
    is_valid = day <= same[paid[-1]].on + timedelta(days=rank.valid_days)
    return Decimal(0) if is_valid and len(same) - 1 - paid[-1] < rank.free_visits else rank.fee


registration = rows(Registration)

RECORDS = (Rank, Registration)
CONSTRAINTS = (
    state_machine(
        "medical.registration_states", Registration, STATES, doc=words("How a registration goes on.", "挂号状态流转。")
    ),
    Constraint(
        "medical.no_overbooking",
        (Registration, Session),
        no_overbooking,
        words("A session takes no more than its quota, and nobody twice.", "不超过限号数，同一患者不重复挂号。"),
    ),
)
RULES = (
    Rule(
        "medical.fee_not_negative", Registration, registration.fee >= 0, words("A fee is not negative", "费用不得为负")
    ),
    Rule(
        "medical.rank_not_negative",
        Rank,
        (rows(Rank).fee >= 0) & (rows(Rank).free_visits >= 0) & (rows(Rank).valid_days >= 0),
        words("Fee, visits and days of a rank are not negative", "号别的费用、次数与天数不得为负"),
    ),
)
