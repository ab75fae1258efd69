"""Inpatient orders, long-term and temporary, how one follows another, and their execution."""

from collections.abc import Iterator

from crmcore import (
    INSTANT,
    TEXT,
    Breach,
    Choices,
    Constraint,
    Pending,
    Record,
    Rule,
    column,
    record,
    rows,
    state_machine,
)

from .grouping import by
from .inpatient import Admission
from .moments import Moment, is_before
from .orders import ServiceItem
from .prescriptions import Drug
from .scheduling import Practitioner
from .words import words

STATES = {"planned": ("done", "cancelled"), "done": (), "cancelled": ()}
FOLLOWS = ("revise", "renew", "discontinue")
"""The actions that end an earlier order."""


@record(
    "inpatient_order",
    links={"customer": "admission.customer"},
    dated_by="starts",
    label=words("Inpatient order", "住院医嘱"),
)
class Order(Record):
    """What is to be done for an inpatient; ``previous`` is the order that this one revises, renews or discontinues."""

    admission: str = column(TEXT, required=True, refers_to=Admission, label=words("Admission", "住院"))
    term: str = column(
        TEXT,
        required=True,
        choices=Choices(("long_term", "temporary"), zh=("长期", "临时")),
        label=words("Term", "医嘱类别"),
    )
    action: str = column(
        TEXT,
        choices=Choices(("new", *FOLLOWS), zh=("新开", "修改", "续开", "停止")),
        default="new",
        label=words("Action", "操作"),
    )
    previous: str | None = column(TEXT, default=None, refers_to="self", label=words("Previous order", "原医嘱"))
    content: str = column(TEXT, required=True, privacy="sensitive", label=words("Content", "医嘱内容"))
    drug: str | None = column(TEXT, default=None, refers_to=Drug, label=words("Drug", "药品"))
    item: str | None = column(TEXT, default=None, refers_to=ServiceItem, label=words("Item", "项目"))
    dose: str | None = column(TEXT, default=None, label=words("Dose", "剂量"))
    frequency: str | None = column(TEXT, default=None, label=words("Frequency", "频次"))
    urgency: str | None = column(
        TEXT,
        default=None,
        choices=Choices(("routine", "urgent"), zh=("常规", "紧急")),
        label=words("Urgency", "紧急程度"),
    )
    orderer: str | None = column(TEXT, default=None, refers_to=Practitioner, label=words("Ordered by", "开立医生"))
    starts: Moment = column(INSTANT, required=True, label=words("Starts", "开始时间"))
    stops: Moment | None = column(INSTANT, default=None, label=words("Stops", "停止时间"))


@record(
    "order_execution",
    links={"customer": "order.admission.customer"},
    dated_by="due",
    label=words("Order execution", "医嘱执行"),
)
class Execution(Record):
    """One time at which an order is to be carried out, and whether it was."""

    order: str = column(TEXT, required=True, refers_to=Order, label=words("Order", "医嘱"))
    due: Moment = column(INSTANT, required=True, label=words("Due", "计划时间"))
    state: str = column(
        TEXT,
        choices=Choices(STATES, zh=("待执行", "已执行", "已取消")),
        default="planned",
        label=words("State", "状态"),
    )
    done_at: Moment | None = column(INSTANT, default=None, label=words("Done", "执行时间"))
    by: str | None = column(TEXT, default=None, label=words("By", "执行人"))
    remark: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Remark", "备注"))


def stopped_orders_rest(pending: Pending) -> Iterator[Breach]:
    """Refuse planned executions after their order stops, or after the discharge."""
    orders = {after.id for _, after in pending.changed(Order) if after}
    orders |= {after.order for _, after in pending.changed(Execution) if after}
    left = {after.id for _, after in pending.changed(Admission) if after and after.state != "admitted"}
    orders |= {order.id for order in pending.all(Order, admission=left)}
    planned = by(pending.all(Execution, order=orders, state="planned"), "order")
    for order in pending.all(Order, id=planned):
        admission = pending.get(Admission, order.admission)
        for execution in planned[order.id]:
            if not is_before(execution.due, order.stops):
                yield Breach(execution, words("The order has stopped by then", "医嘱届时已停止"), "due")
            elif admission and admission.state != "admitted":
                yield Breach(execution, words("The patient is no longer admitted", "患者已出院"), "due")


def orders_follow_each_other(pending: Pending) -> Iterator[Breach]:
    """Refuse a follow-up of nothing, of another admission's order, of one that has a follow-up, or that goes on."""
    changed = [after for _, after in pending.changed(Order) if after]
    followed = by(pending.all(Order, previous={one.previous for one in changed if one.previous}), "previous")
    for order in changed:
        previous = pending.get(Order, order.previous)
        if (order.action in FOLLOWS) != (order.previous is not None):
            text = words(
                "Exactly what revises, renews or discontinues has a previous order",
                "修改、续开、停止医嘱须且仅须指明原医嘱",
            )
            yield Breach(order, text, "previous")
        elif previous and previous.admission != order.admission:
            yield Breach(order, words("The previous order is of another admission", "原医嘱属于另一次住院"), "previous")
        elif previous and previous.stops is None:
            yield Breach(order, words("The previous order goes on", "原医嘱尚未停止"), "previous")
        elif previous and len(followed[previous.id]) > 1:
            yield Breach(order, words("The previous order is followed already", "原医嘱已有后续医嘱"), "previous")


order = rows(Order)

RECORDS = (Order, Execution)
CONSTRAINTS = (
    state_machine(
        "medical.execution_states", Execution, STATES, doc=words("How an execution ends.", "医嘱执行状态流转。")
    ),
    Constraint(
        "medical.stopped_orders_rest",
        (Order, Execution, Admission),
        stopped_orders_rest,
        words("Stopping an order, and discharge, cancel what is planned later.", "停嘱及出院后不再有计划执行。"),
    ),
    Constraint(
        "medical.orders_follow_each_other",
        Order,
        orders_follow_each_other,
        words(
            "An order is followed by one other at most, of the same admission.",
            "一条医嘱至多有一条同次住院的后续医嘱。",
        ),
    ),
)
RULES = (
    Rule(
        "medical.order_stops_later",
        Order,
        order.stops >= order.starts,
        words("An order stops after it starts", "医嘱停止不得早于开始"),
    ),
)
