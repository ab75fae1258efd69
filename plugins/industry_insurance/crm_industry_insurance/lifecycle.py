"""Where a policyholder stands: from prospect to policyholder, and out again; and how likely a lapse is."""

from typing import Final

from crmcore import Scheme, Segment, days_since

from . import facts
from .settings import high_overdue_days, late_payments, lost_days, new_days

is_recent = (days_since(facts.ended) <= lost_days).or_else(False)

lifecycle: Final = Scheme(
    "insurance.lifecycle",
    Segment(
        "grace",
        when=facts.in_grace > 0,
        label={"en": "In grace", "zh": "宽限期"},
        doc={"en": "A premium is overdue, and cover lasts by grace.", "zh": "保费逾期，处于宽限期。"},
    ),
    Segment(
        "renewal_due",
        when=facts.to_renew > 0,
        label={"en": "Renewal due", "zh": "待续保"},
        doc={"en": "A policy is in its renewal period and not renewed.", "zh": "有保单进入续保期而尚未续保。"},
    ),
    Segment(
        "new",
        when=((facts.policies_in_force > 0) & (days_since(facts.first_issued) <= new_days))
        | ((facts.policies_in_force < 1) & (facts.policies_to_begin > 0)),
        label={"en": "New policyholder", "zh": "新保"},
        doc={
            "en": "Has had its first policy for a short time, or has one that begins later.",
            "zh": "首份保单承保不久，或保单尚未生效。",
        },
    ),
    Segment(
        "in_force",
        when=facts.policies_in_force > 0,
        label={"en": "Policyholder", "zh": "在保"},
        doc={"en": "Has a policy in force, with nothing due.", "zh": "有有效保单，且无待办事项。"},
    ),
    Segment(
        "quoted",
        when=facts.quotes > 0,
        label={"en": "Quoted", "zh": "报价"},
        doc={"en": "Has a quote and no policy in force.", "zh": "有报价而无有效保单。"},
    ),
    Segment(
        "lapsed",
        when=(facts.lapsed > 0) & is_recent,
        label={"en": "Lapsed", "zh": "失效"},
        doc={"en": "Its cover ended, a policy having lapsed.", "zh": "保单因欠费失效。"},
    ),
    Segment(
        "surrendered",
        when=(facts.surrendered > 0) & is_recent,
        label={"en": "Surrendered", "zh": "退保"},
        doc={"en": "Its cover ended, and it surrendered a policy.", "zh": "已退保。"},
    ),
    Segment(
        "lost",
        when=facts.policies_issued > 0,
        label={"en": "Lost policyholder", "zh": "流失"},
        doc={"en": "Was insured once and has no cover now.", "zh": "曾投保，现无有效保单。"},
    ),
    Segment(
        "prospect",
        label={"en": "Prospect", "zh": "准客户"},
        doc={"en": "Never had a policy nor an open quote.", "zh": "从未投保，也无待承保的报价。"},
    ),
    label={"en": "Policy lifecycle", "zh": "投保生命周期"},
    doc={
        "en": "By quotes and policies: prospect, quoted, new, in force, renewal due, grace, lapsed or surrendered, lost.",
        "zh": "按报价与保单划分：准客户、报价、新保、在保、待续保、宽限、失效或退保、流失。",
    },
)

lapse_risk: Final = Scheme(
    "insurance.lapse_risk",
    Segment(
        "none",
        when=facts.policies_in_force < 1,
        label={"en": "No policy in force", "zh": "无有效保单"},
        doc={"en": "There is nothing that could lapse.", "zh": "没有可能失效的保单。"},
    ),
    Segment(
        "high",
        when=(facts.days_overdue >= high_overdue_days).or_else(False),
        label={"en": "High lapse risk", "zh": "脱保风险高"},
        doc={"en": "A premium is long overdue.", "zh": "保费欠缴较久。"},
    ),
    Segment(
        "medium",
        when=(facts.in_grace > 0) | (facts.late_payments_12m >= late_payments) | (facts.orphans > 0),
        label={"en": "Medium lapse risk", "zh": "脱保风险中"},
        doc={
            "en": "A premium is overdue, payments were late, or nobody looks after a policy.",
            "zh": "保费逾期、曾多次逾期缴费，或保单无人服务。",
        },
    ),
    Segment(
        "low",
        label={"en": "Low lapse risk", "zh": "脱保风险低"},
        doc={"en": "Pays in time and is looked after.", "zh": "按时缴费且有人服务。"},
    ),
    label={"en": "Lapse risk", "zh": "脱保预警"},
    doc={
        "en": "How likely a policy lapses for want of premium. The signs are ours.",
        "zh": "保单因欠费失效的可能性；迹象由本插件规定。",
    },
)

SCHEMES: Final = (lifecycle, lapse_risk)
