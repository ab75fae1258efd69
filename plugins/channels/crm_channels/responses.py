"""A report of how fast and how well each channel, and each kind of call centre, answers."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from statistics import median
from typing import Any

from attrs import frozen

from crmcore import Chart, Interaction, Report, ReportContext, Setting, Table

from .contact import centre, contact
from .facts import call_centre, settled, way_of
from .service import request_days

target_hours = Setting(
    "channels.target_hours",
    24,
    least=0,
    unit="hours",
    label={"en": "Answer in time, hours", "zh": "及时响应的小时数"},
    doc={
        "en": "Hours within which an answer is in time. Our default.",
        "zh": "多少小时内答复为及时。默认值由本插件给出。",
    },
)

LABELS = {
    "requests": {"en": "Requests", "zh": "请求数"},
    "answered": {"en": "Answered", "zh": "已响应"},
    "median_hours": {"en": "Median hours", "zh": "响应小时中位数"},
    "longest_hours": {"en": "Longest hours", "zh": "最长响应小时"},
    "answered_share": {"en": "Answered of all", "zh": "响应率"},
    "in_time_share": {"en": "In time of measured", "zh": "及时率"},
    "settled_share": {"en": "Settled at once", "zh": "一次解决率"},
}
SHARES = ("answered_share", "in_time_share", "settled_share")
TITLES = {
    contact.name: {"en": "Response per channel", "zh": "各渠道响应情况"},
    centre.name: {"en": "Response per kind of call centre", "zh": "各类呼叫中心响应情况"},
}
Key = Callable[[Interaction], str | None]


@frozen
class Answers:
    """What became of the requests by one channel."""

    hours: tuple[float, ...]
    requests: int
    answered: int
    settled: tuple[bool, ...]

    def row(self, target: float) -> tuple[Any, ...]:
        """Return the line of the report; a share of nothing is empty."""
        in_time = sum(hours <= target for hours in self.hours)
        return (
            self.requests,
            self.answered,
            _shown(median(self.hours)) if self.hours else None,
            _shown(max(self.hours)) if self.hours else None,
            self.answered / self.requests,
            in_time / len(self.hours) if self.hours else None,
            sum(self.settled) / len(self.settled) if self.settled else None,
        )


def _shown(hours: float) -> Decimal:
    return Decimal(f"{hours:.1f}")


def hours_between(asked: date, answered: date | None) -> float | None:
    """Return the hours from a request to its answer; unknown unless both have a time of day."""
    if isinstance(asked, datetime) and isinstance(answered, datetime):
        return (answered - asked) / timedelta(hours=1)
    return None


def _day(moment: date, zone: tzinfo) -> date:
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def answers(requests: Iterable[Interaction], as_of: date, zone: tzinfo = UTC) -> Answers:
    """Return what became of requests up to a date in a zone; what was answered later was not answered yet."""
    requests = tuple(requests)
    replied = [each for each in requests if each.responded_at is not None and _day(each.responded_at, zone) <= as_of]
    hours = (hours_between(each.at, each.responded_at) for each in replied)
    known = (each.fields.get(settled.name) for each in requests)
    return Answers(
        tuple(each for each in hours if each is not None),
        len(requests),
        len(replied),
        tuple(bool(each) for each in known if each is not None),
    )


def _per(key: Key, requests: Iterable[Interaction]) -> dict[str, list[Interaction]]:
    found: dict[str, list[Interaction]] = {}
    for each in requests:
        if name := key(each):
            found.setdefault(name, []).append(each)
    return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))


def _way(each: Interaction) -> str | None:
    return way_of(each.channel)


def _centre(each: Interaction) -> str | None:
    return each.fields.get(call_centre.name)


def _tables(company: ReportContext) -> Iterator[Table]:
    since = company.as_of - timedelta(days=company.setting(request_days))
    asked = (each for each in company.rows(Interaction) if each.direction == "in")
    requests = [each for each in asked if _day(each.at, company.zone) > since]
    target = float(company.setting(target_hours))
    for scheme, key in ((contact, _way), (centre, _centre)):
        found = _per(key, requests)
        rows = tuple((each, *answers(some, company.as_of, company.zone).row(target)) for each, some in found.items())
        yield Table(
            (scheme.name, *LABELS),
            rows,
            scheme.name,
            label=TITLES[scheme.name],
            labels=LABELS,
            shares=SHARES,
            chart=Chart("bar", scheme, ("median_hours",)),
        )


report = Report(
    "channels.responses",
    _tables,
    label={"en": "Response per channel", "zh": "各渠道响应情况"},
    doc={
        "en": "Requests of late per channel and per kind of call centre: answered, hours to the answer, in time, settled "
        "at once. Hours count where request and answer both have a time of day.",
        "zh": "按渠道和呼叫中心类型列出近期请求数、响应率、响应小时、及时率与一次解决率；请求与响应均有时刻者计入小时。",
    },
)

SETTINGS = (target_hours,)
