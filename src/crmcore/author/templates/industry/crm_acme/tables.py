"""What is shown: the renewals that are due, and what the plans bring."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from crmcore import Report, ReportContext, Table, View

from .care import care, covered_until
from .records import Contract, satisfaction

NO_PLAN = "-"
"""What stands in place of a missing plan."""

# A view is declared: columns, filter, order. It prints in the terminal, as data and on a page from this alone.
renewals = View(
    "acme.renewals",
    ("id", "name", "owner", covered_until, satisfaction, care),
    where=care.is_("renewal") | care.is_("ended"),
    sort="acme.covered_until",
    label={"en": "Renewals", "zh": "续约名单"},
    doc={"en": "Whose contract ends soon or has ended, earliest first.", "zh": "合同将到期或已到期的客户，早者在前。"},
)


# A report is for what no view can say: a function from the company's data, for reading only, to tables.
def fees(company: ReportContext) -> Iterator[Table]:
    """Yield the number of running contracts and their yearly fees, plan by plan."""
    found: defaultdict[str, list[Decimal]] = defaultdict(list)
    for contract in company.rows(Contract):
        if contract.ends is None or contract.ends >= company.as_of:
            found[contract.plan or NO_PLAN].append(contract.fee or Decimal(0))
    rows = tuple((plan, len(found[plan]), sum(found[plan])) for plan in sorted(found))
    yield Table(("plan", "contracts", "fees"), rows, f"Running contracts on {company.as_of}")


plans = Report(
    "acme.plans",
    fees,
    label={"en": "Contracts by plan", "zh": "各方案的合同"},
    doc={"en": "Running contracts and their yearly fees, by plan.", "zh": "按方案列出有效合同数与年费。"},
)
