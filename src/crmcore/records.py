"""The record types of the core: the customer, and what happens between it and the company."""

from datetime import date
from decimal import Decimal
from typing import Final

from crmcore.entities import Moment, Record, column, record
from crmcore.kinds import DATE, INSTANT, MONEY, TEXT, TEXTS, decimal
from crmcore.labels import Choices

QUANTITY: Final = decimal(6)
RATE: Final = decimal(10)


@record(
    "customer",
    links={"referred_by": "referred_by", "parent": "parent"},
    label={"en": "Customer", "zh": "客户"},
)
class Customer(Record):
    """A party the company deals with or wants to; it need not buy."""

    name: str = column(TEXT, required=True, label={"en": "Name", "zh": "名称"}, privacy="personal")
    kind: str | None = column(
        TEXT,
        default=None,
        choices=Choices(
            ("person", "household", "organization", "department", "public_body", "partner"),
            zh=("个人", "家庭", "组织", "部门", "公共机构", "合作伙伴"),
        ),
        label={"en": "Kind", "zh": "类别"},
    )
    owner: str | None = column(TEXT, default=None, label={"en": "Owner", "zh": "负责人"})
    email: str | None = column(TEXT, default=None, label={"en": "E-mail", "zh": "电子邮箱"}, privacy="personal")
    phone: str | None = column(TEXT, default=None, label={"en": "Phone", "zh": "电话"}, privacy="personal")
    country: str | None = column(TEXT, default=None, label={"en": "Country", "zh": "国家"})
    province: str | None = column(TEXT, default=None, label={"en": "Province", "zh": "省份"})
    city: str | None = column(TEXT, default=None, label={"en": "City", "zh": "城市"})
    district: str | None = column(TEXT, default=None, label={"en": "District", "zh": "区县"})
    address: str | None = column(TEXT, default=None, label={"en": "Address", "zh": "地址"}, privacy="personal")
    postcode: str | None = column(TEXT, default=None, label={"en": "Postcode", "zh": "邮编"}, privacy="personal")
    language: str | None = column(TEXT, default=None, label={"en": "Language", "zh": "语言"})
    source: str | None = column(TEXT, default=None, label={"en": "Source", "zh": "来源"})
    parent: str | None = column(TEXT, default=None, refers_to="self", label={"en": "Parent", "zh": "上级客户"})
    referred_by: str | None = column(TEXT, default=None, refers_to="self", label={"en": "Referrer", "zh": "推荐人"})
    tags: tuple[str, ...] = column(TEXTS, default=(), label={"en": "Tags", "zh": "标签"})
    notes: str | None = column(TEXT, default=None, label={"en": "Notes", "zh": "备注"}, privacy="personal")
    archived_at: date | None = column(DATE, default=None, label={"en": "Archived", "zh": "归档日期"})


@record("contact", links={"customer": "customer"}, label={"en": "Contact", "zh": "联系人"})
class Contact(Record):
    """A person to speak with at a customer."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    name: str = column(TEXT, required=True, label={"en": "Name", "zh": "姓名"}, privacy="personal")
    title: str | None = column(TEXT, default=None, label={"en": "Title", "zh": "职务"}, privacy="personal")
    email: str | None = column(TEXT, default=None, label={"en": "E-mail", "zh": "电子邮箱"}, privacy="personal")
    phone: str | None = column(TEXT, default=None, label={"en": "Phone", "zh": "电话"}, privacy="personal")
    decision_role: str | None = column(TEXT, default=None, label={"en": "Decision role", "zh": "决策角色"})


@record(
    "purchase",
    links={"customer": "customer"},
    dated_by="at",
    label={"en": "Purchase", "zh": "购买记录"},
)
class Purchase(Record):
    """Something bought, or returned where the amount is negative.

    ``amount`` and ``cost`` are in the store's currency; without an amount of its own a purchase
    has the total of its lines.
    """

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    at: Moment = column(INSTANT, required=True, label={"en": "Date", "zh": "日期"})
    amount: Decimal | None = column(MONEY, default=None, label={"en": "Amount", "zh": "金额"})
    cost: Decimal | None = column(MONEY, default=None, label={"en": "Cost", "zh": "成本"})
    channel: str | None = column(TEXT, default=None, label={"en": "Channel", "zh": "渠道"})
    reference: str | None = column(TEXT, default=None, label={"en": "Reference", "zh": "单号"})
    seller: str | None = column(TEXT, default=None, label={"en": "Seller", "zh": "销售人员"})
    original_amount: Decimal | None = column(QUANTITY, default=None, label={"en": "Original amount", "zh": "原币金额"})
    currency: str | None = column(TEXT, default=None, label={"en": "Currency", "zh": "原币种"})
    rate: Decimal | None = column(RATE, default=None, label={"en": "Rate", "zh": "汇率"})


@record(
    "purchase_line",
    links={"customer": "purchase.customer"},
    dated_by="purchase.at",
    label={"en": "Purchase line", "zh": "购买明细"},
)
class PurchaseLine(Record):
    """One product on a purchase; ``discount`` is a share, 0.15 for 15 %.

    Without an amount of its own a line has price * quantity * (1 - discount).
    """

    purchase: str = column(TEXT, required=True, refers_to=Purchase, label={"en": "Purchase", "zh": "购买记录"})
    product: str | None = column(TEXT, default=None, label={"en": "Product", "zh": "产品"})
    category: str | None = column(TEXT, default=None, label={"en": "Category", "zh": "品类"})
    quantity: Decimal | None = column(QUANTITY, default=None, label={"en": "Quantity", "zh": "数量"})
    price: Decimal | None = column(MONEY, default=None, label={"en": "Price", "zh": "单价"})
    discount: Decimal | None = column(QUANTITY, default=None, label={"en": "Discount", "zh": "折扣"})
    amount: Decimal | None = column(MONEY, default=None, label={"en": "Amount", "zh": "金额"})


@record(
    "interaction",
    links={"customer": "customer"},
    dated_by="at",
    label={"en": "Interaction", "zh": "互动记录"},
)
class Interaction(Record):
    """A call, visit, letter or message, in either direction."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    contact: str | None = column(TEXT, default=None, refers_to=Contact, label={"en": "Contact", "zh": "联系人"})
    at: Moment = column(INSTANT, required=True, label={"en": "Date", "zh": "日期"})
    channel: str | None = column(TEXT, default=None, label={"en": "Channel", "zh": "渠道"})
    direction: str | None = column(
        TEXT,
        default=None,
        choices=Choices(("in", "out"), zh=("客户发起", "我方发起")),
        label={"en": "Direction", "zh": "方向"},
    )
    subject: str | None = column(TEXT, default=None, label={"en": "Subject", "zh": "主题"}, privacy="personal")
    outcome: str | None = column(TEXT, default=None, label={"en": "Outcome", "zh": "结果"})
    agent: str | None = column(TEXT, default=None, label={"en": "Agent", "zh": "经办人"})
    responded_at: Moment | None = column(INSTANT, default=None, label={"en": "Responded at", "zh": "响应时间"})


@record("task", links={"customer": "customer"}, label={"en": "Task", "zh": "任务"})
class Task(Record):
    """Something to do for a customer; undated, since it lies ahead."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    title: str = column(TEXT, required=True, label={"en": "Title", "zh": "标题"}, privacy="personal")
    due: date | None = column(DATE, default=None, label={"en": "Due", "zh": "到期日"})
    owner: str | None = column(TEXT, default=None, label={"en": "Owner", "zh": "负责人"})
    state: str = column(
        TEXT,
        choices=Choices(("open", "done", "dropped"), zh=("待办", "已完成", "已放弃")),
        default="open",
        label={"en": "State", "zh": "状态"},
    )
    origin: str | None = column(TEXT, default=None, label={"en": "Origin", "zh": "来源"})


CORE_RECORDS: Final[tuple[type[Record], ...]] = (
    Customer,
    Contact,
    Purchase,
    PurchaseLine,
    Interaction,
    Task,
)
