"""Who decides at corporate customers, and where their purchases stand."""

from crmcore import Contact, View

from .facts import PurchaseStep, contact, decision_makers, next_due, open_processes, open_steps, step_is_open
from .schemes import party_type

who_decides = View(
    "party_type.who_decides",
    ("customer.name", "name", "title", "decision_role", "phone", "email"),
    on=Contact,
    where=contact.decision_role.is_known(),
    sort="customer.name",
    label={"en": "Who decides", "zh": "决策者名单"},
    doc={
        "en": "Contacts who have a role in a customer's decisions to buy.",
        "zh": "在客户购买决策中担任角色的联系人。",
    },
)
steps_to_come = View(
    "party_type.steps_to_come",
    ("process.customer.name", "process.title", "position", "name", "decided_by.name", "due"),
    on=PurchaseStep,
    where=step_is_open,
    sort="due",
    label={"en": "Steps to come", "zh": "待完成的购买步骤"},
    doc={
        "en": "Steps of open purchase processes that are not done, the earliest due first.",
        "zh": "进行中的购买流程里未完成的步骤，先到期者在前。",
    },
)
corporate = View(
    "party_type.corporate",
    ("id", "name", "owner", decision_makers, open_processes, open_steps, next_due),
    where=party_type.is_("corporate"),
    sort="name",
    label={"en": "Corporate customers", "zh": "企业客户一览"},
    doc={
        "en": "Corporate customers with the number of their decision makers and their purchase processes.",
        "zh": "企业客户及其决策者人数与购买流程。",
    },
)

VIEWS = (who_decides, steps_to_come, corporate)
