"""Reports of what there is: segments, moves, upcoming changes, tasks of playbooks, concentration of revenue."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from crmcore import Customer, Report, ReportContext, Table, Task, View

from .analysis import Known, concentration, distribution
from .matrix import matrices, moves_between, placed_on
from .settings import ahead_days, flapping_days, period_days
from .stability import flapping_table
from .tables import revenue, table


def known_to(company: ReportContext) -> Known:
    """Return what the tables are made from."""
    rows = company.table(View("insight.amounts", ("id", revenue))).rows
    amounts: Mapping[str, Decimal] = {key: amount or Decimal(0) for key, amount in rows}
    timelines = {scheme.name: company.timelines(scheme) for scheme in company.schemes}
    return Known(company.as_of, timelines, amounts, company.setting(period_days), company.setting(flapping_days))


def segments(company: ReportContext) -> Iterator[Table]:
    """Yield customers and revenue of each segment, scheme by scheme."""
    known = known_to(company)
    yield from (distribution(scheme, known) for scheme in company.schemes if known.answers(scheme))


def migration(company: ReportContext) -> Iterator[Table]:
    """Yield who went where in the period, for each scheme in which somebody moved."""
    known = known_to(company)
    start = company.as_of - timedelta(days=known.period)
    for scheme in company.schemes:
        found = known.timelines[scheme.name]
        moves = moves_between(scheme, scheme, placed_on(found, start), placed_on(found, known.day))
        if moves.movers:
            yield from matrices(moves, known.amounts)


def upcoming(company: ReportContext) -> Iterator[Table]:
    """Yield whom time alone will move, for each scheme in which it moves somebody."""
    until = company.as_of + timedelta(days=company.setting(ahead_days))
    for scheme in company.schemes:
        found = company.upcoming(scheme, until)
        places = [found.columns.index(name) for name in ("date", "customer", "name", "from", "to")]
        rows = [tuple(row[place] for place in places) for row in found.rows]
        if rows:
            yield table("upcoming", ("date", "id", "name", "from", "to"), rows, scheme=scheme)


def work_list(company: ReportContext) -> Iterator[Table]:
    """Yield the open tasks that playbooks raised, the most overdue first."""
    names = {customer.id: customer.name for customer in company.rows(Customer)}
    playbooks = {playbook.name for playbook in company.playbooks}
    found = []
    for task in company.rows(Task):
        playbook = (task.origin or "").partition(":")[0]
        if task.state == "open" and playbook in playbooks:
            late = max((company.as_of - task.due).days, 0) if task.due else 0
            row = (task.due, late, playbook, task.title, task.owner, task.customer, names.get(task.customer))
            found.append(row)
    found.sort(key=lambda row: (row[0] is None, row[0] or company.as_of, row[2], row[5]))
    columns = ("due", "overdue", "playbook", "title", "owner", "id", "name")
    yield table("work_list", columns, found, of={"title": "task.title"})


def concentrated(company: ReportContext) -> Iterator[Table]:
    """Yield how unequally customers bring revenue."""
    yield from concentration(known_to(company).amounts.values())


def flapping(company: ReportContext) -> Iterator[Table]:
    """Yield who came back into a segment soon after leaving it, for each scheme in which somebody did."""
    known = known_to(company)
    names = {customer.id: customer.name for customer in company.rows(Customer)}
    for scheme in filter(company.shows, company.schemes):
        found = flapping_table(scheme, known.timelines[scheme.name], names, (known.day, known.period, known.soon))
        if found.rows:
            yield found


REPORTS = (
    Report(
        "insight.segments",
        segments,
        label={"en": "Customers and revenue per segment", "zh": "各客户群的客户与收入"},
        doc={
            "en": "For every scheme: customers, revenue and their shares per segment, and how long a stay lasts.",
            "zh": "按方案列出各客户群的客户数、收入及其占比，以及平均停留天数。",
        },
    ),
    Report(
        "insight.migration",
        migration,
        label={"en": "Migration between segments", "zh": "客户群迁移"},
        doc={
            "en": "Who went from which segment to which in the last insight.period_days days: customers, shares, revenue.",
            "zh": "最近 insight.period_days 天内各客户群之间的迁移：客户数、占比与收入。",
        },
    ),
    Report(
        "insight.upcoming",
        upcoming,
        label={"en": "Upcoming changes", "zh": "即将发生的变动"},
        doc={
            "en": "Whom time alone will move within insight.ahead_days days.",
            "zh": "insight.ahead_days 天内仅随时间推移将变动的客户。",
        },
    ),
    Report(
        "insight.work_list",
        work_list,
        label={"en": "Work list of playbooks", "zh": "维护方案工作清单"},
        doc={
            "en": "The open tasks that playbooks raised, by the day on which they are due.",
            "zh": "维护方案产生的未完成任务，按到期日排列。",
        },
    ),
    Report(
        "insight.concentration",
        concentrated,
        label={"en": "Customer concentration", "zh": "客户集中度"},
        doc={
            "en": "Which share of revenue the largest customers bring, and the Gini coefficient.",
            "zh": "最大客户贡献的收入占比与基尼系数。",
        },
    ),
    Report(
        "insight.flapping",
        flapping,
        label={"en": "Flapping customers", "zh": "往返客户"},
        doc={
            "en": "Who came back into a segment within insight.flapping_days days of leaving it.",
            "zh": "离开客户群后在 insight.flapping_days 天内又返回的客户。",
        },
    ),
)
