"""What the reports share: the days that they cover."""

from datetime import date, timedelta

from attrs import frozen

from crmcore import ReportContext, Setting

from .moments import Moment, day_of
from .words import words

report_days = Setting(
    "medical.report_days",
    30,
    least=1,
    unit="days",
    label=words("Days of a report", "报表天数"),
    doc=words(
        "The hospital's reports cover so many days up to their day. Our default.",
        "医院各报表统计截至当日的天数。默认值由本插件给出。",
    ),
)
DAYS = words("Days", "天数")


@frozen
class Period:
    """The days of a report, and what happened in them."""

    company: ReportContext
    first: date
    last: date

    def __contains__(self, moment: Moment | None) -> bool:
        """Whether a moment lies in these days, by the company's zone."""
        return moment is not None and self.first <= day_of(moment, self.company.zone) <= self.last

    def days(self) -> list[date]:
        """Return the days, the earliest first."""
        return [self.first + timedelta(days=each) for each in range((self.last - self.first).days + 1)]


def period_of(company: ReportContext) -> Period:
    """Return the days that a report covers."""
    length = company.setting(report_days)
    return Period(company, company.as_of - timedelta(days=length - 1), company.as_of)


def ratio(part: float, whole: float) -> float | None:
    """Return a share; None of nothing."""
    return part / whole if whole else None


SETTINGS = (report_days,)
