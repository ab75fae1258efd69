"""How old open claims are, and how long closed ones took."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from crmcore import Chart, Report, ReportContext, Table

from .claims import Claim
from .report_kit import month, table

AGEING: Final = {"en": "Open claims by age", "zh": "未决赔案账龄"}
TURNAROUND: Final = {"en": "Turnaround of closed claims", "zh": "结案周期"}
BANDS: Final = (30, 60, 90, 180)


def ageing(company: ReportContext) -> Iterator[Table]:
    """Yield open claims and their reserves by days since the report, then closed ones by month of closing."""
    counts: defaultdict[int, int] = defaultdict(int)
    reserves: defaultdict[int, Decimal] = defaultdict(Decimal)
    closed: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in company.rows(Claim):
        if claim.closed_on is not None and claim.closed_on <= company.as_of:
            closed[month(claim.closed_on)].append(claim)
        else:
            band = sum((company.as_of - claim.reported_on).days > days for days in BANDS)
            counts[band] += 1
            reserves[band] += claim.reserve
    rows = ((_band(band), counts[band], reserves[band]) for band in range(len(BANDS) + 1))
    yield table(AGEING, ("age", "claims", "reserve"), rows, Chart("bar", "age", "claims"))
    columns = ("month", "closed", "rejected", "days_mean", "days_longest")
    yield table(TURNAROUND, columns, (_closed(each, closed[each]) for each in sorted(closed)))


def _band(band: int) -> str:
    if band == len(BANDS):
        return f"> {BANDS[-1]}"
    return f"{BANDS[band - 1] + 1 if band else 0}-{BANDS[band]}"


def _closed(name: str, claims: list[Claim]) -> tuple[str, int, int, float, int]:
    days = [_days(claim.reported_on, claim.closed_on) for claim in claims]
    rejected = sum(claim.state == "rejected" for claim in claims)
    return name, len(claims), rejected, round(float(Fraction(sum(days), len(days))), 1), max(days)


def _days(reported: date, closed: date | None) -> int:
    return 0 if closed is None else (closed - reported).days


REPORTS: Final = (
    Report(
        "insurance.claims_ageing",
        ageing,
        label={"en": "Claims ageing and turnaround", "zh": "赔案账龄与结案周期"},
        doc={
            "en": "Open claims by age with their reserves, and how long closed ones took.",
            "zh": "未决赔案的账龄与准备金，以及结案周期。",
        },
    ),
)
