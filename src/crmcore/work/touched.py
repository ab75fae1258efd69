"""Which customers a change touches: through links, and through the references that schemes follow."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from attrs import field, frozen

from crmcore.entities import Record, RecordType, type_of
from crmcore.grammar.declare import Scheme
from crmcore.grammar.walk import needs, rules_of
from crmcore.records import Customer
from crmcore.store import Document, Reader, Transaction
from crmcore.work.book import Lookup, resolve
from crmcore.work.linking import referring

_CUSTOMER = type_of(Customer).name


@frozen
class Reference:
    """A column of ``source`` that a scheme follows to ``target``."""

    source: RecordType
    column: str
    target: str


def followed(schemes: Sequence[Scheme]) -> tuple[Reference, ...]:
    """Return the references that the rules of schemes follow: in columns, and on the way to a row's owner and date."""
    needed = needs(*(rule for scheme in schemes for rule in rules_of(scheme)))
    found: dict[Reference, None] = {}
    for column in needed.columns:
        found.update(_steps(column.source_rows.record_class, [step.name for step in column.steps]))
    for source in needed.rows:
        facts = type_of(source.record_class)
        for path in (*(path for _, path in facts.links), facts.dated_by):
            found.update(_steps(source.record_class, path))
    return tuple(found)


@lru_cache(1024)
def tables_of(scheme: Scheme) -> frozenset[str]:
    """Return the record types that a scheme reads, and those on the way to them."""
    needed = needs(*rules_of(scheme))
    read = {field.on for field in needed.fields} | {source.record_class for source in needed.rows}
    passed = followed((scheme,))
    on_the_way = {name for reference in passed for name in (reference.source.name, reference.target)}
    return frozenset({type_of(one).name for one in read} | on_the_way)


def _steps(record_class: type[Record], path: Sequence[str]) -> Iterator[tuple[Reference, None]]:
    source: type[Record] | None = record_class
    for name in path[:-1]:
        facts = None if source is None else type_of(source)
        step = None if facts is None else facts.column(name)
        if facts is None or step is None:
            return
        yield Reference(facts, step.name, step.refers_to), None
        source = step.target


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
    referrers = _Referrers(reader, references)
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
        for place in referrers.of(table, key, pending):
            if place not in seen:
                seen.add(place)
                pending.append(place)
    return tuple(key for key in found if (_CUSTOMER, key) in before or reader.get(_CUSTOMER, key) is not None)


def _owners(reader: Lookup, facts: RecordType, document: Document) -> Iterator[str]:
    for _, path in facts.links:
        owner = resolve(reader, facts, document, path)
        if owner is not None:
            yield owner


@frozen
class _Referrers:
    """Who refers to whom through the followed references; looked up at once for all who are in question by then."""

    reader: Reader
    references: Sequence[Reference]
    _known: dict[tuple[str, str], dict[str, list[str]]] = field(factory=dict)

    def of(self, table: str, key: str, among: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Yield the records that refer to one of those ``among`` which others will be asked for as well."""
        for reference in self.references:
            if reference.target == table:
                known = self._known.setdefault((reference.source.name, reference.column), {})
                if key not in known:
                    keys = {key, *(one for name, one in among if name == table)} - known.keys()
                    known.update((one, []) for one in keys)
                    for held, target in referring(self.reader, reference.source.name, reference.column, keys):
                        known[target].append(held)
                for held in known[key]:
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


def advance(transaction: Transaction, customers: Iterable[str]) -> None:
    """Give customers whose records changed a new version, so that two such changes cannot miss each other."""
    for key in customers:
        document = transaction.get(_CUSTOMER, key)
        if document is not None:
            transaction.put(_CUSTOMER, key, {**document, "version": document.get("version", 0) + 1})
