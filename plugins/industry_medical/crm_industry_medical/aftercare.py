"""After a discharge: which follow-up is due, overdue, or lost; during a stay: whether the deposit suffices."""

from decimal import Decimal

from crmcore import Scheme, Segment, Setting, choose, days_since

from .metrics import deposit_left, in_hospital, last_discharge, last_follow_up, unpaid
from .patients import deceased_at
from .purposes import administrative
from .words import words


def _day(name: str, default: int, en: str, zh: str) -> Setting:
    """Return the setting for a day of follow-up after discharge."""
    return Setting(
        name,
        default,
        least=1,
        unit="days",
        label=words(en, zh),
        doc=words(f"{en}. Our default: no source gives days.", f"{zh}。来源未给天数，默认值由本插件给出。"),
    )


first_day = _day("medical.first_follow_up_day", 3, "Day of the first follow-up after discharge", "出院后首次随访天数")
second_day = _day(
    "medical.second_follow_up_day", 7, "Day of the second follow-up after discharge", "出院后第二次随访天数"
)
third_day = _day(
    "medical.third_follow_up_day", 30, "Day of the third follow-up after discharge", "出院后第三次随访天数"
)
late_days = _day("medical.follow_up_late_days", 2, "Days after which a follow-up is overdue", "随访逾期天数")
closed_days = _day("medical.follow_up_closed_days", 90, "Days after which a discharge is closed", "随访结束天数")
least_deposit = Setting(
    "medical.least_deposit",
    Decimal(500),
    least=0,
    label=words("Deposit that suffices", "预交金下限"),
    doc=words(
        "With less left beyond unpaid bills, the deposit of a stay is low. In major units; our default.",
        "扣除未结金额后低于此数即为欠费预警。以主币单位计，默认值由本插件给出。",
    ),
)

since = days_since(last_discharge)
reached = days_since(last_follow_up)
milestone = choose(
    (since >= third_day, third_day), (since >= second_day, second_day), (since >= first_day, first_day), otherwise=0
)
is_reached = (reached <= since - milestone).or_else(False)
is_due = (milestone > 0) & ~is_reached

stay_stage = Scheme(
    "medical.stay_stage",
    Segment(
        "deceased",
        when=(days_since(deceased_at) >= 0).or_else(False),
        label=words("Deceased", "已故"),
        doc=words("The patient has died; nobody calls.", "患者已故，不再随访。"),
    ),
    Segment(
        "admitted", when=in_hospital >= 1, label=words("In hospital", "在院"), doc=words("Lies in a bed.", "正在住院。")
    ),
    Segment(
        "discharged",
        when=(since <= closed_days).or_else(False),
        label=words("Discharged lately", "近期出院"),
        doc=words("Left within `medical.follow_up_closed_days`.", "在 medical.follow_up_closed_days 内出院。"),
    ),
    Segment("none", label=words("No stay", "无住院"), doc=words("Neither.", "无上述情况。")),
    label=words("Stay", "住院阶段"),
    privacy="sensitive",
    doc=administrative("In hospital, discharged lately, or neither.", "在院、近期出院或均否。"),
)

follow_up_stage = Scheme(
    "medical.follow_up_stage",
    Segment(
        "deceased",
        when=(days_since(deceased_at) >= 0).or_else(False),
        label=words("Deceased", "已故"),
        doc=words("The patient has died; nobody calls.", "患者已故，不再随访。"),
    ),
    Segment(
        "none",
        when=~last_discharge.is_known() | (since > closed_days),
        label=words("No follow-up", "无需随访"),
        doc=words("Was not discharged lately.", "近期无出院。"),
    ),
    Segment(
        "lost",
        when=(since > third_day + late_days) & ~(reached <= since).or_else(False),
        label=words("Lost to follow-up", "失访"),
        doc=words(
            "Was not reached once since the discharge, and the last day is past.",
            "出院后从未随访到，且已过最后随访日。",
        ),
    ),
    Segment(
        "overdue",
        when=is_due & (since - milestone > late_days),
        label=words("Follow-up overdue", "随访逾期"),
        doc=words("Was to be reached days ago.", "随访已逾期。"),
    ),
    Segment(
        "due",
        when=is_due,
        label=words("Follow-up due", "应随访"),
        doc=words("Is to be reached now.", "现应随访。"),
    ),
    Segment(
        "on_track",
        label=words("On track", "随访正常"),
        doc=words(
            "Was reached since the last day of follow-up, or the first is still to come.",
            "已按期随访，或尚未到首次随访日。",
        ),
    ),
    label=words("Follow-up after discharge", "出院随访"),
    privacy="sensitive",
    doc=administrative("Days 3, 7 and 30 after a discharge, each reached or not.", "出院后第3、7、30日是否已随访。"),
)

deposit_level = Scheme(
    "medical.deposit_level",
    Segment(
        "not_admitted",
        when=in_hospital < 1,
        label=words("Not admitted", "未住院"),
        doc=words("Is not in hospital.", "不在院。"),
    ),
    Segment(
        "low",
        when=deposit_left - unpaid < least_deposit,
        label=words("Deposit low", "欠费预警"),
        doc=words(
            "Little of the deposit is left beyond unpaid bills; care goes on.", "扣除未结金额后预交金不足，治疗照常。"
        ),
    ),
    Segment(
        "enough",
        label=words("Deposit suffices", "预交金充足"),
        doc=words("Enough is left.", "预交金充足。"),
    ),
    label=words("Deposit", "预交金状态"),
    privacy="sensitive",
    doc=administrative(
        "Whether the deposit of a stay covers unpaid bills and the least that is to be left.",
        "住院预交金是否足以支付未结账单并保留下限。",
    ),
)

SCHEMES = (stay_stage, follow_up_stage, deposit_level)
