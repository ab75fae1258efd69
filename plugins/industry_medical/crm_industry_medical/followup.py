"""The hospital's relation to its patients: follow-ups after discharge, and referrals."""

from datetime import date

from crmcore import DATE, TEXT, Choices, Customer, Record, column, record, rows

from .inpatient import Admission
from .words import words


@record("follow_up", links={"customer": "customer"}, dated_by="on", label=words("Follow-up", "随访"))
class FollowUp(Record):
    """An attempt to ask a patient how it goes, and what came of it; ``next_on`` is the day of the next one."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=words("Patient", "患者"))
    on: date = column(DATE, required=True, label=words("Date", "随访日期"))
    admission: str | None = column(TEXT, default=None, refers_to=Admission, label=words("Admission", "住院"))
    channel: str | None = column(
        TEXT,
        default=None,
        choices=Choices(("phone", "visit", "message"), zh=("电话", "上门", "短信")),
        label=words("Channel", "随访方式"),
    )
    result: str = column(
        TEXT,
        required=True,
        choices=Choices(("reached", "not_reached", "refused"), zh=("已联系", "未联系上", "拒绝")),
        label=words("Result", "随访结果"),
    )
    condition: str | None = column(
        TEXT,
        default=None,
        choices=Choices(("better", "same", "worse"), zh=("好转", "稳定", "加重")),
        privacy="sensitive",
        label=words("Condition", "病情变化"),
    )
    by: str | None = column(TEXT, default=None, label=words("By", "随访人"))
    remark: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Remark", "备注"))
    next_on: date | None = column(DATE, default=None, label=words("Next on", "下次随访日期"))


@record("referral", links={"customer": "customer"}, dated_by="on", label=words("Referral", "转诊"))
class Referral(Record):
    """A patient who came from another hospital, or went to one."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=words("Patient", "患者"))
    on: date = column(DATE, required=True, label=words("Date", "日期"))
    direction: str = column(
        TEXT, required=True, choices=Choices(("in", "out"), zh=("转入", "转出")), label=words("Direction", "转诊方向")
    )
    hospital: str = column(TEXT, required=True, label=words("Hospital", "对方医院"))
    reason: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Reason", "转诊原因"))


follow_up = rows(FollowUp)

RECORDS = (FollowUp, Referral)
