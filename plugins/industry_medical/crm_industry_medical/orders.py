"""Orders for tests and treatment, and the price list they come from."""

from decimal import Decimal

from crmcore import INSTANT, MONEY, TEXT, Choices, Constraint, Record, Rule, column, record, rows, state_machine

from .encounters import Encounter
from .moments import Moment
from .scheduling import Department
from .words import words

FEE_ITEMS = Choices(
    ("registration", "examination", "laboratory", "treatment", "operation", "drug", "bed", "nursing", "other"),
    zh=("挂号费", "检查费", "化验费", "治疗费", "手术费", "药费", "床位费", "护理费", "其他"),
)
STATES = {"ordered": ("done", "cancelled"), "done": (), "cancelled": ()}


@record("service_item", label=words("Service item", "收费项目"))
class ServiceItem(Record):
    """A test or treatment with its price."""

    name: str = column(TEXT, required=True, label=words("Name", "名称"))
    fee_item: str = column(TEXT, required=True, choices=FEE_ITEMS, label=words("Fee item", "费用科目"))
    price: Decimal = column(MONEY, required=True, label=words("Price", "单价"))
    department: str | None = column(TEXT, default=None, refers_to=Department, label=words("Department", "执行科室"))


@record(
    "service_order",
    links={"customer": "encounter.customer"},
    dated_by="at",
    label=words("Service order", "检查治疗申请"),
)
class ServiceOrder(Record):
    """A test or treatment that was ordered in an encounter, and its result."""

    encounter: str = column(TEXT, required=True, refers_to=Encounter, label=words("Encounter", "就诊"))
    item: str = column(TEXT, required=True, refers_to=ServiceItem, label=words("Item", "项目"))
    at: Moment = column(INSTANT, required=True, label=words("Ordered", "申请时间"))
    state: str = column(
        TEXT,
        choices=Choices(STATES, zh=("已开立", "已完成", "已取消")),
        default="ordered",
        label=words("State", "状态"),
    )
    purpose: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Purpose", "检查目的"))
    body_part: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Part of the body", "部位"))
    result: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Result", "结果"))
    done_at: Moment | None = column(INSTANT, default=None, label=words("Done", "执行时间"))


RECORDS = (ServiceItem, ServiceOrder)
CONSTRAINTS: tuple[Constraint, ...] = (
    state_machine(
        "medical.service_states",
        ServiceOrder,
        STATES,
        doc=words("How a service order goes on.", "检查治疗申请状态流转。"),
    ),
)
RULES = (
    Rule(
        "medical.service_price_not_negative",
        ServiceItem,
        rows(ServiceItem).price >= 0,
        words("A price is not negative", "单价不得为负"),
    ),
)
