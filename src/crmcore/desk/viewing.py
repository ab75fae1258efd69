"""Declared views and reports as tables, as of the state's day: what is dated after it does not exist."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any, Final, TypeVar

from attrs import frozen

from crmcore.desk.column_terms import plain
from crmcore.desk.entries import Entries, Entry
from crmcore.desk.finding import Wish, found_in, grouped_in
from crmcore.desk.listed_columns import ListedColumn, column_of
from crmcore.desk.listing import in_order, position, present, sorted_by
from crmcore.desk.report_tables import problems_of_table
from crmcore.desk.upcoming import upcoming
from crmcore.entities import Record
from crmcore.errors import CrmError, RuleError, UnknownName
from crmcore.evaluation.placements import Timeline
from crmcore.grammar.declare import Scheme, Setting
from crmcore.grammar.playbooks import Playbook
from crmcore.kinds import INTEGER, fold
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.isolation import Failure, Refused, apart
from crmcore.records import Customer
from crmcore.view import Chart, Listed, Report, Table, View, is_number
from crmcore.work.fitting import moves_with_the_date
from crmcore.work.masking import SENSITIVE
from crmcore.work.state import State

_MOST_PROBLEMS: Final = 10
"""Rows of a report that are named where many cannot be shown."""

COUNT: Final = "count"
"""The column of a grouped view that counts rows."""

Found = TypeVar("Found", bound=Record)


def view_table(state: State, catalogue: Catalogue, view: View) -> Table:
    """Return a declared view's rows; raises `UnknownName` for a name that nobody declares."""
    if view.group is not None:
        columns, rows = _grouped(state, catalogue, view, view.group)
    else:
        columns, rows = _listed(state, catalogue, view)
    names = tuple(column.name for column in columns)
    chart = _chart(view, names)
    table = Table(names, tuple(rows), view.name, label=view.label, chart=chart)
    for name in chart.columns if chart else ():
        if name not in names:
            raise UnknownName(f"column of the chart of the view {view.name}", name, names)
    if problem := chart_problem(table):
        raise RuleError(f"the chart of the view {view.name!r} {problem}")
    return table


def _chart(view: View, names: tuple[str, ...]) -> Chart | None:
    """Return the view's chart; bars of one column stand beside the names of the rows."""
    if not view.bar:
        return view.chart
    return Chart("bar", "name" if "name" in names else names[0], view.bar)


def chart_problem(table: Table) -> str:
    """Return why a table's chart cannot be drawn; empty if it can."""
    if (chart := table.chart) is None:
        return ""
    for name in chart.columns:
        if name not in table.columns:
            return f"draws {name!r}, and its columns are {', '.join(map(str, table.columns))}"
    for name in chart.y:
        place = table.columns.index(name)
        for row in table.rows:
            if (value := row[place]) is not None and not is_number(value):
                return f"draws {name!r}, which holds {value!r:.60} and not only numbers"
    return ""


def _listed(state: State, catalogue: Catalogue, view: View) -> tuple[list[ListedColumn], list[tuple[Any, ...]]]:
    columns = [column_of(listed, view.on, catalogue) for listed in view.columns]
    entries = _entries(state, view)
    name = view.sort.removeprefix("-")
    if name:
        shown = (column for column in columns if column.name == name)
        by = next(shown, None) or column_of(name, view.on, catalogue)
        entries = iter(in_order(entries, [(by, view.sort.startswith("-"))], state))
    return columns, [tuple(column.value(entry) for column in columns) for entry in islice(entries, view.limit)]


def _entries(state: State, view: View) -> Iterator[Entry]:
    """Yield the rows that exist on the state's day and for which the view's rule holds."""
    for entry in _candidates(state, view):
        if (day := entry.day) is not None and day > state.day:
            continue
        row = None if view.on is Customer else entry.record
        if view.where is None or state.evaluator.holds(view.where, entry.case, row):
            yield entry


def _candidates(state: State, view: View) -> Iterator[Entry]:
    """Yield the rows among which those of a view are: those for which its rule holds, where the database can tell."""
    found = None
    if view.where is not None:
        found = found_in(state, view.on, Wish((view.where, *present(view.on)), ()))
    return Entries(state).all(view.on, archived=view.on is not Customer) if found is None else found


def _grouped(
    state: State, catalogue: Catalogue, view: View, group: Listed
) -> tuple[list[ListedColumn], list[tuple[Any, ...]]]:
    """Count rows per value of the group, in the group's order unless the view sorts by another of its columns."""
    by, *sums = (column_of(listed, view.on, catalogue) for listed in (group, *view.sums))
    for column in sums:
        if not column.kind.is_number:
            raise RuleError(f"{column.name!r} holds {column.kind.name} values, which have no total")
    columns = [by, ListedColumn(COUNT, INTEGER, lambda _: None), *sums]
    rows = [
        (by.value(oldest), number, *map(_total, sums, totals))
        for oldest, number, totals in _groups(state, view, by, sums)
    ]
    name = view.sort.removeprefix("-") or by.name
    at = next((place for place, column in enumerate(columns) if column.name == name), None)
    if at is None:
        raise UnknownName(f"column of the grouped view {view.name}", name, (column.name for column in columns))
    where = partial(position, columns[at], state)
    ordered = sorted_by(rows, lambda row: row[at], where, descending=view.sort.startswith("-"))
    return columns, ordered[: view.limit]


def _groups(
    state: State, view: View, by: ListedColumn, sums: Sequence[ListedColumn]
) -> Iterator[tuple[Entry, int, Sequence[Any]]]:
    """Yield the oldest row of each group, how many there are, and their sums: from the database, where it can tell."""
    rules = (*(() if view.where is None else (view.where,)), *present(view.on))
    made = grouped_in(state, view.on, rules, by.term, [column.term for column in sums])
    if made is not None:
        yield from made
        return
    found: dict[Any, list[Entry]] = {}
    for entry in _entries(state, view):
        value = by.value(entry)
        found.setdefault(fold(value) if isinstance(value, str) else value, []).append(entry)
    for each in found.values():
        yield each[0], len(each), [_sum(column, each) for column in sums]


def _total(column: ListedColumn, found: Any) -> Any:
    """Return a sum as tables hold it, whoever added it up."""
    if found is None or isinstance(found, float):
        return found
    return int(found) if column.kind == INTEGER else plain(Fraction(found))


def _sum(column: ListedColumn, members: Iterable[Entry]) -> Any:
    """Add up what is known; unknown if nothing is."""
    known = [value for entry in members if (value := column.value(entry)) is not None]
    return sum(known[1:], known[0]) if known else None


# -- reports -----------------------------------------------------------------------------------------------------------


@frozen(eq=False)
class ReportContext:
    """What a report's ``build`` gets: the company's data as of one day, for reading only."""

    as_of: date
    _state: State
    _catalogue: Catalogue

    @property
    def zone(self) -> tzinfo:
        """The company's time zone: local dates of moments are those there."""
        return self._state.company.zone

    def setting(self, setting: Setting) -> Any:
        """Return the value of a setting that is in force."""
        return self._state.setting(setting)

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """Every scheme of the active plugins, by name."""
        return self._catalogue.values("scheme")

    @property
    def playbooks(self) -> tuple[Playbook, ...]:
        """Every playbook of the active plugins, by name."""
        return self._catalogue.values("playbook")

    def timelines(self, scheme: Scheme) -> Mapping[str, Timeline]:
        """Return the placements on record of every customer that was ever placed in a scheme, by its id."""
        return self._state.timelines(scheme)

    def shows(self, scheme: Scheme) -> bool:
        """Whether single customers may be named with their answers: they are not sensitive, or somebody asked for such."""
        return self._state.sensitive or scheme.privacy != SENSITIVE

    def upcoming(self, scheme: Scheme, until: date) -> Table:
        """Return who will change segment by time alone up to a day.

        Nobody where the scheme's cuts move with the date, or where its answers are sensitive and nobody asked for such.
        """
        held = () if moves_with_the_date(scheme) or not self.shows(scheme) else (scheme,)
        return upcoming(self._state, held, until)

    def table(self, view: View) -> Table:
        """Return the rows of a view, be it declared or made on the spot."""
        return view_table(self._state, self._catalogue, view)

    def rows(self, record_class: type[Found]) -> Iterator[Found]:
        """Yield the records of a type that exist on the day; archived customers are left out."""
        for entry in Entries(self._state).all(record_class, archived=record_class is not Customer):
            day = entry.day
            if (day is None or day <= self.as_of) and isinstance(entry.record, record_class):
                yield entry.record


def report_tables(state: State, catalogue: Catalogue, report: Report) -> tuple[Table, ...]:
    """Return the tables of a report; raises `CrmError` naming the plugin if its function fails."""
    context = ReportContext(state.day, state, catalogue)
    made = apart(lambda: _checked(report.build(context)))
    if not isinstance(made, Failure):
        return made
    plugin = report.name.partition(".")[0]
    error = CrmError(
        f"the report {report.name!r} of the plugin {plugin!r} failed: {made.reason}",
        todo=f"It is declared at {report.place}; --debug shows the details.",
    )
    error.add_note(made.traceback)
    raise error


def _checked(tables: Iterable[Any]) -> tuple[Table, ...]:
    found = tuple(tables)
    for table in found:
        if not isinstance(table, Table):
            raise TypeError(f"a report returns tables, not {table!r:.60}")
        if problems := tuple(islice(problems_of_table(table), _MOST_PROBLEMS)):
            raise Refused("\n".join(problems))
        if problem := chart_problem(table):
            raise Refused(f"the chart of its table {table.title!r} {problem}")
    return found
