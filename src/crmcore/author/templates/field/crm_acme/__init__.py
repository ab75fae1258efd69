"""Acme: what else is worth knowing of a customer, and what must hold of it."""

import enum

from crmcore import Customer, Field, Rule, hookimpl


class Importance(enum.Enum):
    """The choices of a field; the texts are what is stored and typed."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


# Somebody's judgement is "soft": it is kept with who said it and since when.
importance = Field(
    "acme.importance",
    Importance,
    on=Customer,
    soft=True,
    label={"en": "Importance", "zh": "重要程度"},
    doc={"en": "How much this customer matters to us, as judged by a person.", "zh": "由经办人判断的客户重要程度。"},
)
employees = Field(
    "acme.employees",
    int,
    on=Customer,
    unit="people",
    label={"en": "Employees", "zh": "员工人数"},
    doc={"en": "How many people work there; unknown until it is entered.", "zh": "客户的员工人数；未录入则未知。"},
)
# A default is used where rules read the field and is never stored, so it can change later.
newsletter = Field(
    "acme.newsletter",
    bool,
    on=Customer,
    default=False,
    privacy="personal",
    label={"en": "Newsletter", "zh": "订阅通讯"},
    doc={"en": "Has agreed to get our newsletter; no unless entered.", "zh": "是否同意接收通讯；未录入视为不同意。"},
)

# A record for which a rule is false is refused. Unknown is not false: nobody has to enter a number.
some_employees = Rule(
    "acme.some_employees",
    Customer,
    employees >= 1,
    message={"en": "Employees are at least 1; leave it empty if unknown", "zh": "员工人数至少为1；未知请留空"},
)


@hookimpl
def crm_fields() -> list[Field]:
    """Add the fields to the customer, with options such as `--acme.employees 40`."""
    return [importance, employees, newsletter]


@hookimpl
def crm_rules() -> list[Rule]:
    """Check every customer that is added, edited or imported from now on."""
    return [some_employees]
