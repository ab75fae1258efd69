"""What is asked about customers: who needs care now."""

from crmcore import Metric, Scheme, Segment, Setting, count, days_until, latest, rows

from .records import Case, Contract, satisfaction

contract = rows(Contract)
case = rows(Case)

# Each company may set its own: in crm.toml under [settings.acme], then by
# `crm config apply`. A default that nobody prescribes says so: "our default".
many_cases = Setting(
    "acme.many_cases",
    3,
    unit="cases",
    least=1,
    label={"en": "Cases that are many", "zh": "工单偏多的数量"},
    doc={
        "en": "So many cases in 90 days put a customer at risk. Our default.",
        "zh": "90天内达到此工单数的客户视为有流失风险。默认值由本插件给出。",
    },
)
notice_days = Setting(
    "acme.notice_days",
    60,
    unit="days",
    least=1,
    label={"en": "Days before a renewal", "zh": "续约提前天数"},
    doc={
        "en": "So many days before the last contract ends, the renewal is due. Our default.",
        "zh": "最后一份合同到期前此天数内应办理续约。默认值由本插件给出。",
    },
)

contracts = Metric(
    "acme.contracts",
    count(contract),
    unit="contracts",
    label={"en": "Contracts", "zh": "合同数"},
    doc={"en": "All contracts so far, ended ones included.", "zh": "迄今全部合同数，含已结束的合同。"},
)
cases = Metric(
    "acme.cases_90d",
    count(case, where=case.opened.within(days=90)),
    unit="cases",
    label={"en": "Cases in 90 days", "zh": "近90天工单数"},
    doc={"en": "Cases opened in the last 90 days.", "zh": "近90天受理的工单数。"},
)
covered_until = Metric(
    "acme.covered_until",
    latest(contract.ends),
    label={"en": "Covered until", "zh": "保障截止"},
    doc={"en": "The last day of the last contract that has an end.", "zh": "有期限的合同中最晚的结束日期。"},
)
days_left = days_until(covered_until)

# The segments are asked in this order, and the first whose rule holds is the answer.
# Without a contract, or without an end, the days are unknown, and an unknown rule means "cannot tell" for the whole
# scheme. or_else() says what counts instead.
care = Scheme(
    "acme.care",
    Segment(
        "no_contract",
        when=contracts < 1,
        label={"en": "No contract", "zh": "无合同"},
        doc={"en": "Has never had a contract.", "zh": "从未签约。"},
    ),
    Segment(
        "ended",
        when=(days_left < 0).or_else(False),
        label={"en": "Ended", "zh": "已到期"},
        doc={"en": "The last contract has ended.", "zh": "最后一份合同已到期。"},
    ),
    Segment(
        "at_risk",
        when=(cases >= many_cases) | satisfaction.is_("low").or_else(False),
        label={"en": "At risk", "zh": "有流失风险"},
        doc={"en": "Has many cases, or was judged to be dissatisfied.", "zh": "工单偏多，或经判断不满意。"},
        treatment={"en": "Call before they cancel.", "zh": "在其解约之前致电。"},
    ),
    Segment(
        "renewal",
        when=(days_left <= notice_days).or_else(False),
        label={"en": "Renewal due", "zh": "待续约"},
        doc={"en": "The last contract ends soon.", "zh": "最后一份合同即将到期。"},
        treatment={"en": "Send an offer.", "zh": "发送续约报价。"},
    ),
    # The last segment has no rule, so that everybody has a place.
    Segment(
        "steady",
        label={"en": "Steady", "zh": "稳定"},
        doc={"en": "Has a contract, and nothing to worry about.", "zh": "合同有效，无需特别关注。"},
    ),
    label={"en": "Acme care", "zh": "Acme 客户关怀"},
    doc={"en": "Who needs care, by contracts, cases and satisfaction.", "zh": "按合同、工单与满意度判断谁需要关怀。"},
)
