"""Whether what migrations made of documents is what the newer code can read."""

from collections.abc import Iterable, Iterator

from crmcore.entities import Record
from crmcore.errors import Invalid, Problem
from crmcore.grammar.declare import Field
from crmcore.plugging.catalogue import Catalogue
from crmcore.store import Document, Reader
from crmcore.upkeep.holdings import Place, fields_of, holders_of, references_in
from crmcore.upkeep.migration_steps import Draft, refused
from crmcore.work.plugin_marks import marks_in
from crmcore.work.record_values import misfits
from crmcore.work.unit import Unit


def check_made(draft: Draft, unit: Unit, catalogue: Catalogue, money_digits: int) -> None:
    """Raise `Invalid` if a document that a step made cannot be read, or holds a value that was not there and cannot be."""
    fields = catalogue.values("field")
    for place, made in draft.changed():
        record_class = unit.classes.get(place[0])
        if made is None or record_class is None:
            continue
        plugin, step = draft.authors[place]
        found = [*_problems(unit, record_class, made, fields, money_digits)]
        before = draft.reader.get(*place)
        if catalogue.owner("record", place[0]).plugin != plugin:
            same = fields_of(before or {})
            found = [
                one
                for one in found
                if one.column in fields_of(made) and same.get(one.column) != fields_of(made)[one.column]
            ]
        if found:
            where = f"{place[0]} {place[1]}"
            listed = [Problem(f"{one.column}: {one.reason}", step.place.file, step.place.line, where) for one in found]
            raise refused(plugin, step, listed)


def _problems(
    unit: Unit, record_class: type[Record], made: Document, fields: tuple[Field, ...], money_digits: int
) -> Iterator[Problem]:
    try:
        record = unit.codec.decode(record_class, made)
    except Invalid as error:
        yield from error.problems
        return
    yield from misfits(record, fields, money_digits)


def check_references(
    draft: Draft, made: Iterable[tuple[Place, Document | None]], reader: Reader, catalogue: Catalogue
) -> None:
    """Raise `Invalid` if a step removed a record to which others refer."""
    gone = {place for place, document in made if document is None and draft.authors[place][1].into is None}
    references = references_in(catalogue, marks_in(reader)) if gone else ()
    for (table, key), column, place in holders_of(reader, references, gone):
        if draft.documents.get((table, key), {}) is None:
            continue
        plugin, step = draft.authors[place]
        reason = f"was removed, but {table} {key!r} refers to it in {column}"
        raise refused(plugin, step, [Problem(reason, step.place.file, step.place.line, " ".join(place))])
