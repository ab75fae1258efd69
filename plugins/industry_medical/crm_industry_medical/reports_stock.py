"""Beds and drugs: occupancy, turnover, average stay; stock, expiry and turnover."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from crmcore import Report, ReportContext, Table

from .drug_store import Batch, Movement, stock
from .grouping import by
from .inpatient import Admission, Bed, Stay
from .moments import day_of
from .prescriptions import Drug
from .reporting import Period, period_of, ratio
from .words import words

EXPIRES_SOON = 90
NOTHING = Decimal(0)


BED_LABELS = {
    "ward": words("Ward", "病区"),
    "beds": words("Beds", "床位数"),
    "occupied": words("Occupied bed-days", "占用床日"),
    "occupancy": words("Occupancy", "床位使用率"),
    "discharges": words("Discharges", "出院人次"),
    "turnover": words("Turnover per bed", "床位周转次数"),
    "stay": words("Average stay, days", "平均住院日"),
}


def beds(company: ReportContext) -> Iterator[Table]:
    """Yield by ward: beds, days occupied at midnight, occupancy, discharges, turnover and average stay."""
    period = period_of(company)
    wards = {bed.id: bed.ward for bed in company.rows(Bed)}
    occupied, left, length = _occupied(period, wards), _left(period, wards), len(period.days())
    rows = tuple(
        (
            ward,
            count,
            occupied[ward],
            ratio(occupied[ward], count * length),
            len(left[ward]),
            ratio(len(left[ward]), count),
            ratio(sum(left[ward]), len(left[ward])),
        )
        for ward, count in sorted(Counter(wards.values()).items())
    )
    title = words("Beds by ward", "床位使用")
    yield Table((*BED_LABELS,), rows, "beds", label=title, labels=BED_LABELS, shares=("occupancy",))


def _occupied(period: Period, wards: dict[str, str]) -> Counter[str]:
    """Return how many nights of the period beds of each ward were occupied."""
    found: Counter[str] = Counter()
    zone = period.company.zone
    for stay in period.company.rows(Stay):
        since, until = day_of(stay.since, zone), day_of(stay.until, zone) if stay.until else date.max
        found[wards[stay.bed]] += sum(since <= day < until for day in period.days())
    return found


def _left(period: Period, wards: dict[str, str]) -> defaultdict[str, list[int]]:
    """Return the days of the stays that ended in the period, by the ward in which they ended."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    zone = period.company.zone
    last: dict[str, tuple[date, str]] = {}
    for stay in period.company.rows(Stay):
        last[stay.admission] = max(
            last.get(stay.admission, (date.min, "")), (day_of(stay.since, zone), wards[stay.bed])
        )
    for one in period.company.rows(Admission):
        if one.state == "discharged" and one.discharged_at in period and one.discharged_at and one.id in last:
            length = (day_of(one.discharged_at, zone) - day_of(one.at, zone)).days
            found[last[one.id][1]].append(max(length, 1))
    return found


def drugs(company: ReportContext) -> Iterator[Table]:
    """Yield by drug: stock, what of it expires soon or has, what was issued in the period, and days it lasts."""
    period = period_of(company)
    moves = by(company.rows(Movement), "batch")
    batches = by(company.rows(Batch), "drug")
    soon = company.as_of + timedelta(days=EXPIRES_SOON)
    rows = []
    for drug in sorted(company.rows(Drug), key=lambda one: (one.name, one.id)):
        held, expiring, expired, issued = NOTHING, NOTHING, NOTHING, NOTHING
        for batch in batches.get(drug.id, ()):
            left = stock(moves.get(batch.id, ()))
            held += left
            expired += left if batch.expires < company.as_of else NOTHING
            expiring += left if company.as_of <= batch.expires <= soon else NOTHING
            out = (one for one in moves.get(batch.id, ()) if one.at in period and one.kind in {"issue", "return"})
            issued -= stock(out)
        lasts = ratio(float(held) * len(period.days()), float(issued))
        is_low = drug.least_stock is not None and held < drug.least_stock
        rows.append((drug.name, held, expiring, expired, issued, lasts, is_low))
    labels = {
        "name": words("Drug", "药品"),
        "stock": words("Stock", "库存"),
        "expiring": words("Expires within 90 days", "90天内到期"),
        "expired": words("Expired", "已过期"),
        "issued": words("Issued", "发出数量"),
        "lasts": words("Days that the stock lasts", "可用天数"),
        "is_low": words("Below its least stock", "低于最低库存"),
    }
    yield Table((*labels,), tuple(rows), "drugs", label=words("Drugs in stock", "药品库存与效期"), labels=labels)


REPORTS = (
    Report(
        "medical.beds",
        beds,
        label=words("Beds", "床位使用"),
        doc=words("Occupancy, turnover and average stay by ward.", "各病区床位使用率、周转与平均住院日。"),
    ),
    Report(
        "medical.drugs",
        drugs,
        label=words("Drug store", "药库"),
        doc=words("Stock, expiry and turnover by drug.", "各药品库存、效期与周转。"),
    ),
)
