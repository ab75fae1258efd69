"""How the columns of a record type look: their kinds, their labels, and which of them hold answers."""

from collections.abc import Iterable
from typing import Any

from crmcore.cli.cells import Look
from crmcore.desk.listed_columns import Cost, column_of
from crmcore.entities import Record, type_of
from crmcore.errors import UnknownName
from crmcore.kinds import Kind
from crmcore.labels import Label
from crmcore.plugging.catalogue import Catalogue
from crmcore.speech.measures import measure
from crmcore.view import Listed, listed_name
from crmcore.work.company import Company

CHINESE = "zh"


def look_of(
    names: Iterable[Listed], record: type[Record], catalogue: Catalogue, company: Company, language: str
) -> Look:
    """Return the look of columns of a record type; what is no column of it has neither kind nor label."""
    kinds: dict[str, Kind] = {}
    labels: dict[str, str] = {}
    answers: set[str] = set()
    for given in names:
        name = listed_name(given)
        try:
            column = column_of(given, record, catalogue)
        except UnknownName:
            continue
        kinds[name], labels[name] = column.kind, _label(name, record, catalogue)(language, name)
        if name in catalogue.names("metric"):
            kinds[name] = measure(catalogue.metric(name)).kind
        if column.scheme is not None or column.cost is Cost.COMPUTE:
            answers.add(name)
    return Look(kinds, labels, frozenset(answers), company.currency_digits, company.zone)


def headed(look: Look, english: dict[str, str], chinese: dict[str, str], language: str) -> Look:
    """Return a look with headings of ours for columns of ours."""
    from attrs import evolve  # noqa: PLC0415 - one word

    return evolve(look, labels={**look.labels, **(chinese if language == CHINESE else english)})


def _label(name: str, record: type[Record], catalogue: Catalogue) -> Label:
    column = type_of(record).column(name)
    found: Any = column
    if column is None:
        kind = next((kind for kind in ("field", "metric", "scheme") if name in catalogue.names(kind)), "")
        found = catalogue.owner(kind, name).value if kind else None
    return Label() if found is None else found.label
