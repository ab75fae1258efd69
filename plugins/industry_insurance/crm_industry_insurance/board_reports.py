"""Agents' productivity, the early-warning board, and funds in and out."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from crmcore import Chart, Report, ReportContext, Table

from .adjudication import is_covered
from .alerts import INDICATORS, LEVELS, Alert
from .claims import Claim, ClaimPayment
from .policies import Agent, Policy
from .premiums import Commission, Expense, PremiumPayment
from .report_kit import table

AGENTS: Final = {"en": "Agents' productivity", "zh": "业务员业绩"}
BOARD: Final = {"en": "Early-warning board", "zh": "风险预警汇总"}
FUNDS: Final = {"en": "Funds in and out", "zh": "资金收支"}
YEAR: Final = timedelta(days=365)
NONE: Final = "-"
"""Stands where a product, branch or agent is not known."""


def agents(company: ReportContext) -> Iterator[Table]:
    """Yield, by agent: policies issued and premium written in 12 months, collected premium, commission, in force."""
    names = {agent.id: agent.name for agent in company.rows(Agent)}
    sums: defaultdict[str, dict[str, Any]] = defaultdict(
        lambda: {"issued": 0, "written": Decimal(0), "collected": Decimal(0), "commission": Decimal(0), "in_force": 0}
    )
    since, agent_of = company.as_of - YEAR, {}
    for policy in company.rows(Policy):
        agent = agent_of[policy.id] = policy.agent or NONE
        if policy.issued_on and since < policy.issued_on <= company.as_of:
            sums[agent]["issued"] += 1
            sums[agent]["written"] += policy.premium or Decimal(0)
        sums[agent]["in_force"] += is_covered(policy, company.as_of)
    for payment in company.rows(PremiumPayment):
        if payment.on > since:
            sums[agent_of.get(payment.policy, NONE)]["collected"] += payment.amount
    for earned in company.rows(Commission):
        if earned.on > since:
            sums[earned.agent]["commission"] += earned.amount
    columns = ("agent", "name", "issued", "written", "collected", "commission", "in_force")
    rows = ((each, names.get(each), *(sums[each][name] for name in columns[2:])) for each in sorted(sums))
    yield table(AGENTS, columns, rows, Chart("bar", "agent", "written"))


def board(company: ReportContext) -> Iterator[Table]:
    """Yield open alerts by level and indicator, grave ones first, with the oldest."""
    found: defaultdict[tuple[str, str], list[Alert]] = defaultdict(list)
    for alert in company.rows(Alert):
        if alert.closed_on is None or alert.closed_on > company.as_of:
            found[alert.level, alert.indicator].append(alert)
    rows = (
        (level, indicator, len(those), min(alert.opened_on for alert in those))
        for level in reversed(LEVELS)
        for indicator in INDICATORS
        if (those := found[level, indicator])
    )
    yield table(
        BOARD, ("level", "indicator", "alerts", "oldest"), rows, Chart("bar", "level", "alerts", by="indicator")
    )


def funds(company: ReportContext) -> Iterator[Table]:
    """Yield, by product, branch and year: premiums in and back, claims, commission and expenses out, and the balance."""
    place_of = {policy.id: (policy.product, policy.branch or NONE) for policy in company.rows(Policy)}
    policy_of = {claim.id: claim.policy for claim in company.rows(Claim)}
    flows: defaultdict[tuple[str, str, str], defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def note(place: tuple[str, str], year: int, name: str, amount: Decimal) -> None:
        flows[*place, str(year)][name] += amount

    for payment in company.rows(PremiumPayment):
        name = "premium_in" if payment.amount >= 0 else "refunds"
        note(place_of[payment.policy], payment.on.year, name, abs(payment.amount))
    for out in company.rows(ClaimPayment):
        note(place_of[policy_of[out.claim]], out.on.year, "claims_out", out.amount)
    for earned in company.rows(Commission):
        note(place_of[earned.policy], earned.on.year, "commission", earned.amount)
    for spent in company.rows(Expense):
        note((spent.product or NONE, spent.branch or NONE), spent.on.year, "expenses", spent.amount)
    outs = ("refunds", "claims_out", "commission", "expenses")
    rows = []
    for key in sorted(flows):
        flow = flows[key]
        balance = flow["premium_in"] - sum((flow[name] for name in outs), Decimal(0))
        rows.append((*key, flow["premium_in"], *(flow[name] for name in outs), balance))
    yield table(FUNDS, ("product", "branch", "year", "premium_in", *outs, "balance"), rows)


REPORTS: Final = (
    Report(
        "insurance.agents",
        agents,
        label=AGENTS,
        doc={
            "en": "Policies, premium and commission of each agent in 12 months.",
            "zh": "各业务员近12个月的保单、保费与佣金。",
        },
    ),
    Report(
        "insurance.early_warning",
        board,
        label=BOARD,
        doc={"en": "Open risk alerts by level and indicator.", "zh": "按级别与指标列出未解除的风险预警。"},
    ),
    Report(
        "insurance.funds",
        funds,
        label=FUNDS,
        doc={
            "en": "Money in and out per product, branch and year: central funds and costs.",
            "zh": "按产品、机构与年度列出资金收支：集中资金与成本核算。",
        },
    ),
)
