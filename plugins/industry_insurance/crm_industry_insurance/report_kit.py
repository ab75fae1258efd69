"""What the reports share: the labels of their columns, and tables that are made of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from crmcore import Chart, Table

from .money import rounded

LABELS: Final = {
    "month": ("Month", "月份"),
    "year": ("Year", "年度"),
    "accident_year": ("Accident year", "出险年度"),
    "line": ("Line", "险种"),
    "product": ("Product", "产品"),
    "branch": ("Branch", "机构"),
    "policies": ("Policies", "保单数"),
    "due": ("Premium due", "应收保费"),
    "collected": ("Collected", "实收保费"),
    "refunds": ("Refunds", "退费"),
    "open": ("Open", "未收保费"),
    "rate": ("Rate", "比率"),
    "renewed": ("Renewed", "已续保"),
    "months": ("After months", "月数"),
    "kept": ("Kept", "仍有效"),
    "kept_share": ("Persistency", "继续率"),
    "premium": ("Premium", "保费"),
    "premium_kept": ("Premium kept", "仍有效保费"),
    "premium_share": ("Premium persistency", "保费继续率"),
    "lapsed": ("Lapsed", "失效"),
    "surrendered": ("Surrendered", "退保"),
    "ended_share": ("Lapse and surrender rate", "失效退保率"),
    "earned": ("Earned premium", "已赚保费"),
    "claims": ("Claims", "赔案数"),
    "incurred": ("Incurred", "赔款"),
    "loss_ratio": ("Loss ratio", "赔付率"),
    "frequency": ("Claims per policy year", "出险频度"),
    "severity": ("Cost per claim", "案均赔款"),
    "expenses": ("Expenses", "费用"),
    "commission": ("Commission", "佣金"),
    "expense_ratio": ("Expense ratio", "费用率"),
    "combined_ratio": ("Combined ratio", "综合成本率"),
    "age": ("Days open", "未决天数"),
    "reserve": ("Reserve", "未决准备金"),
    "closed": ("Closed", "结案数"),
    "days_mean": ("Mean days to close", "平均结案天数"),
    "days_longest": ("Longest days to close", "最长结案天数"),
    "rejected": ("Rejected", "拒赔数"),
    "agent": ("Agent", "业务员"),
    "name": ("Name", "姓名"),
    "issued": ("Issued in 12 months", "12个月承保数"),
    "written": ("Premium written in 12 months", "12个月承保保费"),
    "in_force": ("In force", "有效保单"),
    "level": ("Level", "级别"),
    "indicator": ("Indicator", "指标"),
    "alerts": ("Open alerts", "未解除预警"),
    "oldest": ("Oldest", "最早预警"),
    "premium_in": ("Premium in", "保费收入"),
    "claims_out": ("Claims out", "赔款支出"),
    "balance": ("Balance", "结余"),
}
MONEY: Final = frozenset(
    {
        *("due", "collected", "refunds", "open", "premium", "premium_kept", "earned", "incurred", "severity"),
        *("expenses", "commission", "reserve", "written", "premium_in", "claims_out", "balance"),
    }
)
SHARES: Final = frozenset(
    {"rate", "kept_share", "premium_share", "ended_share", "loss_ratio", "expense_ratio", "combined_ratio"}
)


def table(
    label: Mapping[str, str], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]], chart: Chart | None = None
) -> Table:
    """Return a table whose columns have the labels and formats of all reports; a number stands for years since then."""
    return Table(
        columns,
        tuple(rows),
        label["en"],
        label=label,
        labels={name: _label(name) for name in columns},
        like={name: "amount" for name in columns if name in MONEY or name.isdecimal()},
        shares=tuple(name for name in columns if name in SHARES),
        chart=chart,
    )


def _label(name: str) -> dict[str, str]:
    en, zh = LABELS.get(name, (f"Year {name}", f"第{name}年"))
    return {"en": en, "zh": zh}


def ratio(part: Decimal | Fraction | int, whole: Decimal | Fraction | int) -> float | None:
    """Return a part of a whole; None where the whole is not positive."""
    return float(Fraction(part) / Fraction(whole)) if whole > 0 else None


def cents(value: Decimal | Fraction) -> Decimal:
    """Return an amount with two digits."""
    return rounded(value, 2)


def month(day: date) -> str:
    """Return the month of a day, as it sorts: 2026-05."""
    return f"{day:%Y-%m}"
