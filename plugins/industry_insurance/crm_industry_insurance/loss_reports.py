"""Loss ratios, combined ratio, and how losses develop."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from crmcore import Chart, Report, ReportContext, Table

from .claims import Claim, ClaimPayment
from .exposure import Costs, days_within, earned, in_year, years_of
from .policies import Policy
from .premiums import Commission, Expense
from .products import Product
from .report_kit import cents, ratio, table

LOSS: Final = {"en": "Loss ratio by line and accident year", "zh": "各险种出险年度赔付率"}
COMBINED: Final = {"en": "Combined ratio by year", "zh": "年度综合成本率"}
DEVELOPMENT: Final = {
    "en": "Loss development: paid so far, by years since the accident",
    "zh": "赔款进展：按出险后年数累计已付",
}
DAYS_OF_YEAR: Final = Fraction(1461, 4)


def _year(year: int, as_of: date) -> tuple[date, date]:
    return date(year, 1, 1), min(date(year, 12, 31), as_of)


def loss_ratio(company: ReportContext) -> Iterator[Table]:
    """Yield, by line and accident year: earned premium, claims, what they cost, ratio, frequency and severity."""
    line = {product.id: product.line for product in company.rows(Product)}
    policies = list(company.rows(Policy))
    line_of = {policy.id: line.get(policy.product, "") for policy in policies}
    claims, costs = list(company.rows(Claim)), Costs.of(company.rows(ClaimPayment))
    rows = []
    for name in sorted(set(line_of.values())):
        own = [policy for policy in policies if line_of[policy.id] == name]
        losses = [claim for claim in claims if line_of.get(claim.policy) == name]
        years = {*years_of(own, company.as_of), *(claim.occurred_on.year for claim in losses)}
        for year in sorted(years):
            begin, end = _year(year, company.as_of)
            premium = sum((earned(policy, begin, end) for policy in own), Fraction(0))
            exposed = sum(days_within(policy, begin, end) for policy in own) / DAYS_OF_YEAR
            those = [costs.incurred(claim) for claim in in_year(losses, year)]
            incurred = sum(those, Fraction(0))
            mean = cents(incurred / len(those)) if those else None
            rates = (ratio(incurred, premium), _rounded(ratio(len(those), exposed)), mean)
            rows.append((name, str(year), cents(premium), len(those), cents(incurred), *rates))
    columns = ("line", "accident_year", "earned", "claims", "incurred", "loss_ratio", "frequency", "severity")
    yield table(LOSS, columns, rows, Chart("line", "accident_year", "loss_ratio", by="line"))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def combined(company: ReportContext) -> Iterator[Table]:
    """Yield, by calendar year: earned premium, losses of that accident year, expenses with commission, and the ratios."""
    policies = list(company.rows(Policy))
    claims, costs = list(company.rows(Claim)), Costs.of(company.rows(ClaimPayment))
    expenses: defaultdict[int, Decimal] = defaultdict(Decimal)
    for expense in company.rows(Expense):
        expenses[expense.on.year] += expense.amount
    for commission in company.rows(Commission):
        expenses[commission.on.year] += commission.amount
    years = {*years_of(policies, company.as_of), *expenses, *(claim.occurred_on.year for claim in claims)}
    rows = []
    for year in sorted(years):
        premium = sum((earned(policy, *_year(year, company.as_of)) for policy in policies), Fraction(0))
        incurred = sum(map(costs.incurred, in_year(claims, year)), Fraction(0))
        spent = Fraction(expenses[year])
        ratios = (ratio(incurred, premium), ratio(spent, premium), ratio(incurred + spent, premium))
        rows.append((str(year), cents(premium), cents(incurred), cents(spent), *ratios))
    columns = ("year", "earned", "incurred", "expenses", "loss_ratio", "expense_ratio", "combined_ratio")
    yield table(COMBINED, columns, rows, Chart("bar", "year", ("loss_ratio", "expense_ratio"), stacked=True))


def development(company: ReportContext) -> Iterator[Table]:
    """Yield, by line and accident year, what was paid up to the end of each year since the accident.

    A year that is not over yet, or has not begun, is empty.
    """
    line = {product.id: product.line for product in company.rows(Product)}
    line_of = {policy.id: line.get(policy.product, "") for policy in company.rows(Policy)}
    claims = {claim.id: claim for claim in company.rows(Claim)}
    paid: defaultdict[tuple[str, int], defaultdict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    counts: defaultdict[tuple[str, int], int] = defaultdict(int)
    for claim in claims.values():
        counts[line_of.get(claim.policy, ""), claim.occurred_on.year] += 1
    for payment in company.rows(ClaimPayment):
        found = claims[payment.claim]
        place = line_of.get(found.policy, ""), found.occurred_on.year
        paid[place][payment.on.year - found.occurred_on.year] += payment.amount
    longest = max((company.as_of.year - year for _, year in counts), default=0)
    rows = [
        (name, str(year), counts[name, year], *_triangle(paid[name, year], year, longest, company.as_of))
        for name, year in sorted(counts)
    ]
    yield table(DEVELOPMENT, ("line", "accident_year", "claims", *map(str, range(longest + 1))), rows)


def _triangle(paid: dict[int, Decimal], year: int, longest: int, as_of: date) -> Iterator[Decimal | None]:
    known, so_far = as_of.year - year, Decimal(0)
    for age in range(longest + 1):
        so_far += paid.get(age, Decimal(0))
        yield so_far if age <= known else None


REPORTS: Final = (
    Report(
        "insurance.loss_ratio",
        loss_ratio,
        label=LOSS,
        doc={
            "en": "Earned premium, claims, loss ratio, frequency and severity, by line and accident year.",
            "zh": "按险种与出险年度列出已赚保费、赔案、赔付率、出险频度与案均赔款。",
        },
    ),
    Report(
        "insurance.combined_ratio",
        combined,
        label=COMBINED,
        doc={"en": "Losses and expenses over earned premium, by year.", "zh": "按年度列出赔款与费用占已赚保费之比。"},
    ),
    Report(
        "insurance.loss_development",
        development,
        label=DEVELOPMENT,
        doc={"en": "The paid triangle of each line.", "zh": "各险种的已付赔款进展三角形。"},
    ),
)
