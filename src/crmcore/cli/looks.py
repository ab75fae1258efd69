"""How the columns of a record type look: their kinds, their labels, and which of them hold answers."""

from collections.abc import Iterable
from typing import Any, Final

from attrs import evolve

from crmcore.cli.cells import Look
from crmcore.cli.headings import heading
from crmcore.desk.listed_columns import Cost, column_of, end_of, known_column
from crmcore.entities import Record, type_of
from crmcore.kinds import Kind
from crmcore.labels import Label
from crmcore.plugging.catalogue import Catalogue
from crmcore.records import CORE_RECORDS, Customer, Task
from crmcore.speech.measures import measure
from crmcore.view import Listed, Table, listed_name
from crmcore.work.company import Company

CHINESE: Final = "zh"

COUNT: Final = {"count": "Count"}
COUNT_ZH: Final = {"count": "数量"}
"""What people read above the number of rows in a group."""


def look_of(
    names: Iterable[Listed], record: type[Record], catalogue: Catalogue, company: Company, language: str
) -> Look:
    """Return the look of columns of a record type; what is no column of it has neither kind nor label."""
    kinds: dict[str, Kind] = {}
    labels: dict[str, str] = {}
    answers: set[str] = set()
    ids: set[str] = set()
    words: dict[str, dict[str, str]] = {}
    for given in names:
        name = listed_name(given)
        column = (
            known_column(given, record, catalogue) if isinstance(given, str) else column_of(given, record, catalogue)
        )
        if column is None:
            continue
        kinds[name], labels[name] = column.kind, heading(given, record, catalogue, language)
        _, owner, own = end_of(name, record, catalogue)
        choices = column.choices
        if own in catalogue.names("metric"):
            measured = measure(catalogue.metric(own))
            kinds[name], choices = measured.kind, measured.choices
        if owner is Task and own == "title":
            words[name] = _titles(catalogue, language)
        if _is_id(own, owner):
            ids.add(name)
        if column.scheme is not None and language == CHINESE:  # in English the short names are words already
            words[name] = {one.name: one.label(language, one.name) for one in column.scheme.segments}
        elif found := choices.words(language):
            words[name] = dict(found)
        if column.scheme is not None or column.cost is Cost.COMPUTE:
            answers.add(name)
    digits, zone = company.currency_digits, company.zone
    return Look(kinds, labels, frozenset(answers), digits, zone, words=words, ids=frozenset(ids), language=language)


def table_look(table: Table, catalogue: Catalogue, company: Company, language: str) -> Look:
    """Return the look of a report's table: what is known of its columns' names, and what it says of them itself."""
    found = known_look(table.columns, catalogue, company, language)
    for name, listed in table.like.items():
        found = _like(found, name, listed_name(listed), known_look((listed,), catalogue, company, language))
    found = headed(found, COUNT, COUNT_ZH, language)
    labels = {name: label(language, name) for name, label in table.labels.items()}
    return evolve(found, labels={**found.labels, **labels}, shares=found.shares | frozenset(table.shares))


def _like(look: Look, name: str, model: str, known: Look) -> Look:
    """Let a column look as another one does."""
    changed: dict[str, Any] = {}
    for part in ("kinds", "labels", "words"):
        found = getattr(known, part)
        changed[part] = {**getattr(look, part), **({name: found[model]} if model in found else {})}
    for part in ("answers", "ids"):
        changed[part] = getattr(look, part) | ({name} if model in getattr(known, part) else set())
    return evolve(look, **changed)


def known_look(names: Iterable[Listed], catalogue: Catalogue, company: Company, language: str) -> Look:
    """Return the look of columns of core record types, a customer's first, of `record.column`, and of declared names."""
    listed = tuple(names)
    found = look_of(listed, Customer, catalogue, company, language)
    for record in CORE_RECORDS:
        more = look_of(_unknown(listed, found), record, catalogue, company, language)
        for name in more.kinds:
            found = _like(found, name, name, more)
    for given in _unknown(listed, found):
        owner, _, column = listed_name(given).partition(".")
        if column and owner in catalogue.names("record"):
            own = look_of((column,), catalogue.record(owner), catalogue, company, language)
            found = _like(found, listed_name(given), column, own)
    return found


def _unknown(listed: tuple[Listed, ...], look: Look) -> tuple[Listed, ...]:
    return tuple(name for name in listed if listed_name(name) not in look.kinds)


def declared_label(name: str, catalogue: Catalogue, language: str) -> str:
    """Return the label of what a plugin declares under a name; a text that is no such name, as it is."""
    for kind in ("scheme", "metric", "field", "view", "report"):
        if name in catalogue.names(kind):
            label: Label = catalogue.owner(kind, name).value.label
            return label(language, name)
    return name


def with_segments_said(table: Table, scheme: str, columns: Iterable[str], catalogue: Catalogue) -> Table:
    """Write segments of the scheme that each row names with their Chinese labels."""
    at = table.columns.index(scheme)
    places = {table.columns.index(name) for name in columns}

    def said(row: tuple[Any, ...], place: int) -> Any:
        value = row[place]
        if place not in places:
            return value
        found = (one for one in catalogue.scheme(row[at]).segments if one.name == value)  # none if the rule changed
        return next((one.label(CHINESE, one.name) for one in found), value)

    rows = (tuple(said(row, place) for place in range(len(row))) for row in table.rows)
    return Table(table.columns, tuple(rows), table.title)


def headed(look: Look, english: dict[str, str], chinese: dict[str, str], language: str) -> Look:
    """Return a look with headings of ours for columns of ours."""
    ours = chinese if language == CHINESE else english
    return evolve(look, labels={**look.labels, **ours}, language=language)


def _titles(catalogue: Catalogue, language: str) -> dict[str, str]:
    """Return the titles of playbooks' tasks in one language, by those that they were raised with in any."""
    titles = (title for playbook in catalogue.values("playbook") for title in playbook.titles)
    return {text: title(language) for title in titles for _, text in title.texts}


def _is_id(name: str, record: type[Record]) -> bool:
    column = type_of(record).column(name)
    return name == "id" or (column is not None and column.target is not None)
