"""Who sees patients where and when: departments, practitioners, and sessions with a quota."""

from collections.abc import Iterator
from datetime import date

from crmcore import DATE, INTEGER, TEXT, Breach, Choices, Constraint, Pending, Record, Rule, column, record, rows

from .grouping import by
from .words import words


@record("hospital_department", label=words("Hospital department", "科室"))
class Department(Record):
    """A department of the hospital."""

    name: str = column(TEXT, required=True, label=words("Name", "名称"))


@record("practitioner", label=words("Practitioner", "医务人员"))
class Practitioner(Record):
    """Somebody who treats patients."""

    name: str = column(TEXT, required=True, label=words("Name", "姓名"))
    department: str | None = column(TEXT, default=None, refers_to=Department, label=words("Department", "科室"))
    title: str | None = column(TEXT, default=None, label=words("Title", "职称"))


@record("clinic_session", label=words("Clinic session", "排班"))
class Session(Record):
    """Half a day on which a practitioner sees patients, and how many at most."""

    practitioner: str = column(TEXT, required=True, refers_to=Practitioner, label=words("Practitioner", "出诊医生"))
    department: str = column(TEXT, required=True, refers_to=Department, label=words("Department", "科室"))
    on: date = column(DATE, required=True, label=words("Date", "出诊日期"))
    half: str = column(
        TEXT, required=True, choices=Choices(("am", "pm"), zh=("上午", "下午")), label=words("Half of the day", "午别")
    )
    quota: int = column(INTEGER, required=True, label=words("Quota", "限号数"))


def one_session_at_a_time(pending: Pending) -> Iterator[Breach]:
    """Refuse a second session of a practitioner in the same half of a day."""
    changed = [after for _, after in pending.changed(Session) if after]
    own = by(pending.all(Session, practitioner={one.practitioner for one in changed}), "practitioner")
    for session in changed:
        same = [one for one in own[session.practitioner] if (one.on, one.half) == (session.on, session.half)]
        if len(same) > 1:
            yield Breach(session, words("The practitioner has another session then", "该医生此时段已有排班"), "on")


RECORDS = (Department, Practitioner, Session)
CONSTRAINTS = (
    Constraint(
        "medical.one_session_at_a_time",
        Session,
        one_session_at_a_time,
        words("Nobody is at two sessions at once.", "同一医生同一时段只有一个排班。"),
    ),
)
RULES = (
    Rule(
        "medical.quota_not_negative",
        Session,
        rows(Session).quota >= 0,
        words("A quota is not negative", "限号数不得为负"),
    ),
)
