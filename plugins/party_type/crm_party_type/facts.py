"""In whose name a customer buys, who decides there, and how far its purchase processes have come."""

import enum
from datetime import date

from crmcore import (
    DATE,
    INTEGER,
    TEXT,
    Choices,
    Contact,
    Customer,
    Field,
    Metric,
    Record,
    Rule,
    Setting,
    choose,
    column,
    count,
    days_since,
    earliest,
    record,
    rows,
)


class Name(enum.Enum):
    """In whose name a customer buys."""

    OWN = "own"
    ORGANIZATION = "organization"


buys_in_name = Field(
    "party_type.buys_in_name",
    Name,
    on=Customer,
    choices=Choices(Name, zh=("本人名义", "组织名义")),
    soft=True,
    label={"en": "Buys in the name of", "zh": "以何名义购买"},
    doc={
        "en": "own: in its own name; organization: in that of a company or organization. It goes before the kind, so that "
        "a craftswoman who buys for her firm counts as corporate.",
        "zh": "own：以个人名义；organization：以公司或组织名义。优先于客户类别，例如以企业名义购买的个体经营者。",
    },
)


@record(
    "purchase_process",
    links={"customer": "customer"},
    dated_by="opened",
    label={"en": "Purchase process", "zh": "购买流程"},
)
class PurchaseProcess(Record):
    """One purchase on its way through a customer's organization."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    title: str = column(TEXT, required=True, label={"en": "Title", "zh": "标题"})
    opened: date = column(DATE, required=True, label={"en": "Opened", "zh": "开始日期"})
    closed: date | None = column(DATE, default=None, label={"en": "Closed", "zh": "结束日期"})
    outcome: str | None = column(
        TEXT,
        default=None,
        choices=Choices(("bought", "refused", "dropped"), zh=("已购买", "已拒绝", "已放弃")),
        label={"en": "Outcome", "zh": "结果"},
    )


@record(
    "purchase_step",
    links={"customer": "process.customer"},
    dated_by="process.opened",
    label={"en": "Step of a purchase process", "zh": "购买流程步骤"},
)
class PurchaseStep(Record):
    """One step of a purchase process, such as a tender or an approval, and who decides it."""

    process: str = column(TEXT, required=True, refers_to=PurchaseProcess, label={"en": "Process", "zh": "购买流程"})
    position: int | None = column(INTEGER, default=None, label={"en": "Position", "zh": "次序"})
    name: str = column(TEXT, required=True, label={"en": "Step", "zh": "步骤"})
    decided_by: str | None = column(TEXT, default=None, refers_to=Contact, label={"en": "Decided by", "zh": "决策者"})
    due: date | None = column(DATE, default=None, label={"en": "Due", "zh": "到期日"})
    done: date | None = column(DATE, default=None, label={"en": "Done", "zh": "完成日期"})


customer = rows(Customer)
contact = rows(Contact)
process = rows(PurchaseProcess)
step = rows(PurchaseStep)

closed_after_opened = Rule(
    "party_type.closed_after_opened",
    PurchaseProcess,
    process.closed >= process.opened,
    message={"en": "A process is closed on the day it was opened, or later", "zh": "流程的结束日期不得早于开始日期"},
)

# The kind says it where nobody has entered it. A partner may be a person or a firm: there it has to be entered.
in_name_of = Metric(
    "party_type.in_name_of",
    choose(
        (buys_in_name.is_known(), buys_in_name),
        (customer.kind.is_in("person", "household"), Name.OWN),
        (customer.kind.is_in("organization", "department", "public_body"), Name.ORGANIZATION),
        otherwise=buys_in_name,
    ),
    label={"en": "Name in which it buys", "zh": "购买名义"},
    doc={"en": "As entered, else as its kind tells.", "zh": "以录入为准，否则由客户类别判断。"},
)

process_is_open = (days_since(process.closed) < 0).or_else(True)
step_is_open = (days_since(step.done) < 0).or_else(True) & (days_since(step.process.closed) < 0).or_else(True)

decision_makers = Metric(
    "party_type.decision_makers",
    count(contact.decision_role),
    unit="people",
    label={"en": "Decision makers", "zh": "决策者人数"},
    doc={
        "en": "Contacts for whom a role in its decisions to buy was entered.",
        "zh": "已录入决策角色的联系人数。",
    },
)
open_processes = Metric(
    "party_type.open_processes",
    count(process, where=process_is_open),
    unit="processes",
    label={"en": "Open purchase processes", "zh": "进行中的购买流程"},
)
open_steps = Metric(
    "party_type.open_steps",
    count(step, where=step_is_open),
    unit="steps",
    label={"en": "Open steps", "zh": "未完成步骤"},
    doc={
        "en": "Steps of open purchase processes that are not done yet.",
        "zh": "进行中的购买流程里尚未完成的步骤数。",
    },
)
next_due = Metric(
    "party_type.next_due",
    earliest(step.due, where=step_is_open),
    label={"en": "Next step due", "zh": "下一步骤到期日"},
)

intake_days = Setting(
    "party_type.intake_days",
    14,
    least=0,
    unit="days",
    label={"en": "Days to learn how a customer decides", "zh": "了解决策方式的天数"},
    doc={
        "en": "Days after which the decision makers and purchase process of a new corporate customer should be known. "
        "Our default.",
        "zh": "新的企业客户的决策者与购买流程应在多少天内录入。默认值由本插件给出。",
    },
)

METRICS = (in_name_of, decision_makers, open_processes, open_steps, next_due)
