"""Which customers a change touches: through links, and through the references that schemes follow."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from crmcore.book import Lookup, resolve
from crmcore.declare import Scheme
from crmcore.entities import Record, RecordType, type_of
from crmcore.records import Customer
from crmcore.store import Document, Reader
from crmcore.walk import needs, rules_of

_CUSTOMER = type_of(Customer).name


@frozen
class Reference:
    """A column of ``source`` that a scheme follows to ``target``."""

    source: RecordType
    column: str
    target: str


def followed(schemes: Sequence[Scheme]) -> tuple[Reference, ...]:
    """Return the references that the rules of schemes follow."""
    found: dict[Reference, None] = {}
    for column in needs(*(rule for scheme in schemes for rule in rules_of(scheme))).columns:
        source: type[Record] | None = column.source_rows.record_class
        for step in column.steps[:-1]:
            if source is not None:
                found[Reference(type_of(source), step.name, step.refers_to)] = None
            source = step.target
    return tuple(found)


def touched_customers(
    reader: Reader,
    classes: Mapping[str, type[Record]],
    before: Mapping[tuple[str, str], Document | None],
    references: Sequence[Reference],
) -> tuple[str, ...]:
    """Return the ids of the customers whose placements may differ after a change, each once.

    ``before`` holds the changed documents as they were; ``reader`` has them as they are.
    """
    states: tuple[Lookup, ...] = (reader, _Earlier(reader, before))
    found: dict[str, None] = {}
    pending = [(table, key) for table, key in before if table in classes]
    seen = set(pending)
    while pending:
        table, key = pending.pop()
        if table == _CUSTOMER:
            found[key] = None
        for state in states:
            document = state.get(table, key)
            if document is not None:
                found.update(dict.fromkeys(_owners(state, type_of(classes[table]), document)))
        for place in _referring(reader, references, table, key):
            if place not in seen:
                seen.add(place)
                pending.append(place)
    return tuple(key for key in found if reader.get(_CUSTOMER, key) is not None)


def _owners(reader: Lookup, facts: RecordType, document: Document) -> Iterator[str]:
    for _, path in facts.links:
        owner = resolve(reader, facts, document, path)
        if owner is not None:
            yield owner


def _referring(reader: Reader, references: Iterable[Reference], table: str, key: str) -> Iterator[tuple[str, str]]:
    for reference in references:
        if reference.target == table:
            for held, document in reader.items(reference.source.name):
                if document.get(reference.column) == key:
                    yield reference.source.name, held


@frozen
class _Earlier:
    """The state before the change, as far as single documents go."""

    reader: Reader
    before: Mapping[tuple[str, str], Document | None]

    def get(self, table: str, key: str) -> Document | None:
        if (table, key) in self.before:
            return self.before[table, key]
        return self.reader.get(table, key)
