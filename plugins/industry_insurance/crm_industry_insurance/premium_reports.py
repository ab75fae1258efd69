"""Premiums collected, renewals, and how many policies stay: persistency, lapses and surrenders."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from crmcore import Chart, Report, ReportContext, Table

from .exposure import covered
from .money import DAY, months_later
from .policies import Policy
from .premiums import Premium, PremiumPayment
from .report_kit import month, ratio, table

COLLECTION: Final = {"en": "Premium collection", "zh": "保费收缴"}
RENEWALS: Final = {"en": "Renewals", "zh": "续保情况"}
PERSISTENCY: Final = {"en": "Lapse and persistency", "zh": "退保与继续率"}
MARKS: Final = (13, 25)
"""Months after which it is usual to count who is still there."""


def collection(company: ReportContext) -> Iterator[Table]:
    """Yield, by month: what fell due, what came in and went back, and what of the month's instalments is open."""
    due: defaultdict[str, Decimal] = defaultdict(Decimal)
    left: defaultdict[str, Decimal] = defaultdict(Decimal)
    came: defaultdict[str, Decimal] = defaultdict(Decimal)
    back: defaultdict[str, Decimal] = defaultdict(Decimal)
    paid: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for payment in company.rows(PremiumPayment):
        paid[payment.premium] += payment.amount
        (came if payment.amount >= 0 else back)[month(payment.on)] += abs(payment.amount)
    ended = {policy.id: policy.ended_on for policy in company.rows(Policy) if policy.ended_on}
    for instalment in company.rows(Premium):
        if (end := ended.get(instalment.policy)) is not None and end <= instalment.due and not paid[instalment.id]:
            continue  # the policy had ended by then, so nothing was due any more
        due[month(instalment.due)] += instalment.amount
        left[month(instalment.due)] += max(instalment.amount - paid[instalment.id], Decimal(0))
    rows = ((each, due[each], came[each], back[each], left[each]) for each in sorted({*due, *came, *back}))
    columns = ("month", "due", "collected", "refunds", "open")
    yield table(COLLECTION, columns, rows, Chart("bar", "month", ("due", "collected")))


def renewals(company: ReportContext) -> Iterator[Table]:
    """Yield, by month of expiry: policies whose term ended or ends, and those of them that are renewed."""
    policies = list(company.rows(Policy))
    renewed = {policy.previous for policy in policies if policy.previous}
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for policy in policies:
        cover = covered(policy)
        if cover is None or policy.ends is None or cover[1] < policy.ends:
            continue  # it ended before its time, so there was nothing to renew
        if policy.ends <= months_later(company.as_of, 3):
            counts[month(policy.ends)][0] += 1
            counts[month(policy.ends)][1] += policy.id in renewed
    rows = ((each, number, kept, ratio(kept, number)) for each, (number, kept) in sorted(counts.items()))
    yield table(
        RENEWALS, ("month", "policies", "renewed", "rate"), rows, Chart("bar", "month", ("policies", "renewed"))
    )


def persistency(company: ReportContext) -> Iterator[Table]:
    """Yield, for 13 and 25 months, how many first terms that began in the 12 months before then still have cover.

    Renewals count as the same business. Counted are policies and their first premium.
    """
    policies = list(company.rows(Policy))
    after = {policy.previous: policy for policy in policies if policy.previous}
    rows = []
    for months in MARKS:
        last = months_later(company.as_of, -months)
        first = months_later(last, -12) + DAY
        begun = [
            one for one in policies if not one.previous and covered(one) and one.starts and first <= one.starts <= last
        ]
        kept = [one for one in begun if one.starts and _is_kept(one, after, months_later(one.starts, months))]
        whole, part = (sum((one.premium or Decimal(0) for one in those), Decimal(0)) for those in (begun, kept))
        counts = (len(begun), len(kept), ratio(len(kept), len(begun)))
        rows.append((months, *counts, whole, part, ratio(part, whole)))
    columns = ("months", "policies", "kept", "kept_share", "premium", "premium_kept", "premium_share")
    yield table(PERSISTENCY, columns, rows)
    yield _ends(policies, company.as_of)


def _is_kept(policy: Policy, after: Mapping[str, Policy], day: date) -> bool:
    """Whether a policy, or one that renews it, covers a day."""
    current: Policy | None = policy
    while current is not None:
        cover = covered(current)
        if cover and cover[0] <= day <= cover[1]:
            return True
        current = after.get(current.id)
    return False


def _ends(policies: list[Policy], as_of: date) -> Table:
    """Return, by year, the policies in force in it, and those that lapsed or were surrendered."""
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for policy in policies:
        cover = covered(policy)
        if cover is None or cover[0] > as_of:
            continue
        for year in range(cover[0].year, min(cover[1], as_of).year + 1):
            counts[year][0] += 1
        if policy.ended_on and policy.ended_on <= as_of and policy.state in {"lapsed", "surrendered"}:
            counts[policy.ended_on.year][1 if policy.state == "lapsed" else 2] += 1
    rows = (
        (str(year), number, lapsed, surrendered, ratio(lapsed + surrendered, number))
        for year, (number, lapsed, surrendered) in sorted(counts.items())
    )
    columns = ("year", "policies", "lapsed", "surrendered", "ended_share")
    return table({"en": "Lapses and surrenders", "zh": "失效与退保"}, columns, rows)


REPORTS: Final = (
    Report(
        "insurance.premium_collection",
        collection,
        label=COLLECTION,
        doc={
            "en": "Premiums due, collected, paid back and open, by month.",
            "zh": "按月列出应收、实收、退还与未收保费。",
        },
    ),
    Report(
        "insurance.renewals",
        renewals,
        label=RENEWALS,
        doc={
            "en": "Policies that expire, and the share that is renewed, by month.",
            "zh": "按月列出满期保单与续保率。",
        },
    ),
    Report(
        "insurance.persistency",
        persistency,
        label=PERSISTENCY,
        doc={
            "en": "13- and 25-month persistency, and lapses and surrenders by year.",
            "zh": "13、25个月继续率，以及各年度失效与退保。",
        },
    ),
)
