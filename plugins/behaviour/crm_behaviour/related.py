"""Related products from all purchases: a report of the rules, one of suggestions, and ``crm suggest``."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import crmcore
from crmcore import Choices, Customer, PurchaseLine, Report, ReportContext, Setting, Table, View

from .associations import Association, Least, associations, suggestions
from .purchases import is_bought

if TYPE_CHECKING:
    import click

related_by = Setting(
    "behaviour.related_by",
    "product",
    choices=Choices(("product", "category"), zh=("产品", "品类")),
    label={"en": "What is related", "zh": "关联对象"},
    doc={
        "en": "Whether products are related, or categories. Our default.",
        "zh": "分析产品（product）还是品类（category）之间的关联。默认值由本插件给出。",
    },
)
basket = Setting(
    "behaviour.basket",
    "customer",
    choices=Choices(("customer", "purchase"), zh=("按客户", "按次购买")),
    label={"en": "What makes a basket", "zh": "购物篮"},
    doc={
        "en": "Whether all that a customer has bought makes a basket, or each purchase alone. Our default.",
        "zh": "以客户的全部购买（customer）还是单次购买（purchase）为一个购物篮。默认值由本插件给出。",
    },
)
least_together = Setting(
    "behaviour.least_together",
    5,
    least=1,
    label={"en": "Fewest baskets of a rule", "zh": "规则的最少购物篮数"},
    doc={
        "en": "Fewest baskets that hold both products of a rule. Our default.",
        "zh": "同时含有两种产品的购物篮至少有几个。默认值由本插件给出。",
    },
)
least_confidence = Setting(
    "behaviour.least_confidence",
    Decimal("0.3"),
    least=0,
    greatest=1,
    label={"en": "Least confidence of a rule", "zh": "规则的最低置信度"},
    doc={
        "en": "Least share of the baskets with the one product that hold the other. Our default.",
        "zh": "购买前者的购物篮中含有后者的最低比例。默认值由本插件给出。",
    },
)
least_lift = Setting(
    "behaviour.least_lift",
    Decimal("1.2"),
    least=0,
    label={"en": "Least lift of a rule", "zh": "规则的最低提升度"},
    doc={
        "en": "How much more often than by chance both must occur together. Our default.",
        "zh": "两者同时出现至少为随机情况的多少倍。默认值由本插件给出。",
    },
)
suggested = Setting(
    "behaviour.suggested",
    3,
    least=1,
    label={"en": "Suggestions per customer", "zh": "每位客户的推荐数"},
    doc={"en": "How many products are suggested at most. Our default.", "zh": "最多推荐几种产品。默认值由本插件给出。"},
)
SETTINGS = (related_by, basket, least_together, least_confidence, least_lift, suggested)

LABELS: Final = {
    "bought": {"en": "Bought", "zh": "已购"},
    "related": {"en": "Related", "zh": "相关产品"},
    "suggestion": {"en": "Suggestion", "zh": "推荐"},
    "because_of": {"en": "Because of", "zh": "依据已购"},
    "together": {"en": "Baskets with both", "zh": "共现购物篮数"},
    "support": {"en": "Support", "zh": "支持度"},
    "confidence": {"en": "Confidence", "zh": "置信度"},
    "lift": {"en": "Lift", "zh": "提升度"},
}
MOST_SHOWN: Final = 100
"""Rules that the report shows."""

Tabled = Callable[[View], Table]
Value = Callable[[Setting], Any]


def _bought(tabled: Tabled, value: Value, per: str) -> dict[str, set[str]]:
    """Return what was bought, per customer or per purchase."""
    of = "purchase.customer" if per == "customer" else "purchase"
    lines = tabled(View("behaviour.lines", (of, value(related_by)), on=PurchaseLine, where=is_bought)).rows
    found: dict[str, set[str]] = {}
    for key, item in lines:
        if item:
            found.setdefault(key, set()).add(item)
    return found


def rules(tabled: Tabled, value: Value) -> tuple[Association, ...]:
    """Return the association rules of a company, as its settings want them."""
    least = Least(value(least_together), float(value(least_confidence)), float(value(least_lift)))
    return associations(_bought(tabled, value, value(basket)).values(), least)


def suggested_rows(tabled: Tabled, value: Value, keys: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    """Yield, for each customer, the products that it has not bought and most probably wants, and why."""
    found, owned = rules(tabled, value), _bought(tabled, value, "customer")
    for key in keys:
        for rule in suggestions(owned.get(key, ()), found, value(suggested)):
            yield (key, rule.related, rule.bought, rule.confidence, _lift(rule))


def _lift(rule: Association) -> Decimal:
    return Decimal(f"{rule.lift:.2f}")


def _related(company: ReportContext) -> Iterator[Table]:
    shown = rules(company.table, company.setting)[:MOST_SHOWN]
    rows = tuple((one.bought, one.related, one.together, one.support, one.confidence, _lift(one)) for one in shown)
    columns = ("bought", "related", "together", "support", "confidence", "lift")
    labels = {name: LABELS[name] for name in columns}
    shares = ("support", "confidence")
    yield Table(columns, rows, "behaviour.related", label=related.label, labels=labels, shares=shares)


SUGGESTED: Final = ("suggestion", "because_of", "confidence", "lift")


def _suggestions(company: ReportContext) -> Iterator[Table]:
    known = {each.id: each for each in company.rows(Customer)}
    made = suggested_rows(company.table, company.setting, known)
    rows = tuple((key, known[key].name, known[key].owner, *rest) for key, *rest in made)
    labels = {name: LABELS[name] for name in SUGGESTED}
    columns = ("id", "name", "owner", *SUGGESTED)
    yield Table(columns, rows, "behaviour.suggestions", label=offers.label, labels=labels, shares=("confidence",))


related = Report(
    "behaviour.related",
    _related,
    label={"en": "Related products", "zh": "相关产品"},
    doc={
        "en": "Which products are bought by the same customers: support, confidence and lift, highest lift first.",
        "zh": "同一客户常一并购买的产品：支持度、置信度与提升度，提升度高者在前。",
    },
)
offers = Report(
    "behaviour.suggestions",
    _suggestions,
    label={"en": "Suggested products", "zh": "产品推荐"},
    doc={
        "en": "For each customer, related products that it has not bought, and what they follow from.",
        "zh": "每位客户尚未购买的相关产品及其依据。",
    },
)
REPORTS = (related, offers)


def suggest_command() -> "click.Command":
    """Return ``crm suggest``."""
    import click  # noqa: PLC0415 - only where the command is used

    @click.command("suggest", epilog="Example: crm suggest ERNSH")
    @click.argument("customer")
    @crmcore.formatted
    @click.pass_context
    def command(ctx: click.Context, customer: str, form: str) -> None:
        """Say which related products a customer has not bought yet, and from what that follows."""
        crm = crmcore.opened(ctx)
        state = crm.state()
        key = state.customer(customer).id
        made = suggested_rows(lambda view: crmcore.view_table(state, crm.catalogue, view), state.setting, (key,))
        labels = {name: LABELS[name] for name in SUGGESTED}
        rows = tuple(row[1:] for row in made)
        table = Table(SUGGESTED, rows, "behaviour.suggestions", labels=labels, shares=("confidence",))
        crmcore.print_tables(ctx, (table,), state, form)

    return command
