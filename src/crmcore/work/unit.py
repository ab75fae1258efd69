"""The unit of work: the only way to change records. Everything in it is committed together, or nothing is."""

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any, TypeVar

import attrs
from attrs import define, field, frozen

from crmcore.entities import Record, Stamp, type_of
from crmcore.errors import Invalid, NotFound, Problem, StaleEdit, StillReferenced, Taken, UnknownName
from crmcore.records import Customer, PurchaseLine
from crmcore.storage.codec import Codec
from crmcore.store import Change, Document, Transaction
from crmcore.work.absent import Guard
from crmcore.work.amounts import complete_line, complete_purchases
from crmcore.work.checks import RuleBook, absent_holders, dangling, holders
from crmcore.work.circles import Circles
from crmcore.work.identifiers import Identifiers

Kept = TypeVar("Kept", bound=Record)
Place = tuple[str, str]
"""A table and a key."""


@frozen
class Author:
    """Who changes something, when (UTC), the local date of that moment, why, and the company's time zone."""

    actor: str
    now: datetime
    today: date
    why: str = ""
    zone: tzinfo = UTC


@define(eq=False)
class Unit:
    """Changes to records, pending until the caller commits.

    Problems with values, references and rules are collected and raised together by ``check``.
    """

    transaction: Transaction
    codec: Codec
    classes: Mapping[str, type[Record]]
    author: Author
    rules: RuleBook | None = None
    identifiers: Identifiers = field(factory=Identifiers)
    guard: Guard | None = None
    constraints: "Callable[[Unit], Iterable[tuple[Place, Problem]]]" = lambda _: ()
    before: dict[Place, Document | None] = field(factory=dict, init=False)
    sources: dict[Place, Problem] = field(factory=dict, init=False)
    _restored: set[Place] = field(factory=set, init=False)
    _is_sound: bool = field(default=False, init=False)

    def get(self, record_class: type[Kept], key: str) -> Kept:
        """Return a record as it is in this unit; raises `NotFound`."""
        name = type_of(record_class).name
        document = self.transaction.get(name, key)
        if document is None:
            raise NotFound(name, key)
        return self.codec.decode(record_class, document)

    def all(self, record_class: type[Kept], **columns: str | Collection[str]) -> Iterator[Kept]:
        """Yield the records of a type as they are in this unit, those whose text columns hold these values.

        Of several values, such as a set of ids, a column holds one.
        """
        wanted = {name: {value} if isinstance(value, str) else {*value} for name, value in columns.items()}
        for _, document in self.transaction.items(type_of(record_class).name):
            if all(document.get(name) in values for name, values in wanted.items()):
                yield self.codec.decode(record_class, document)

    def add(self, record: Kept, source: Problem | None = None) -> Kept:
        """Insert a record; without an id it gets one. ``source`` says where it came from, for error messages."""
        stamp = Stamp(self.author.now, self.author.actor)
        key = record.id or self.identifiers.make(self.author.now)
        name = type_of(type(record)).name
        if self.transaction.get(name, key) is not None:
            place = source or Problem("")
            raise Invalid([Taken(f"there is a {name} with this id already", place.file, place.line, "id", key)])
        made = attrs.evolve(record, id=key, version=1, created=stamp, changed=stamp)
        self._put(made, source)
        return made

    def edit(self, record: Kept, **columns: Any) -> Kept:
        """Change columns of a record, or plugin fields in ``fields``; raises `StaleEdit` if it changed meanwhile."""
        known = {column.name for column in type_of(type(record)).columns} | {"fields"}
        for name in columns:
            if name not in known or name == "id":
                raise UnknownName(f"editable column of {type_of(type(record)).name}", name, known - {"id"})
        return self.replace(attrs.evolve(record, **columns))

    def replace(self, record: Kept, source: Problem | None = None) -> Kept:
        """Store a changed record over the version it was read at; raises `StaleEdit` if that is no longer current."""
        stored = self.get(type(record), record.id)
        if stored.version != record.version:
            raise StaleEdit(type_of(type(record)).name, record.id, _differences(record, stored))
        stamp = Stamp(self.author.now, self.author.actor)
        made = attrs.evolve(record, version=record.version + 1, changed=stamp)
        self._put(made, source)
        return made

    def remove(self, record_class: type[Record], key: str, *, cascade: bool = False) -> None:
        """Archive a customer, or delete another record; raises `StillReferenced` while others hang on it.

        ``cascade`` removes those as well. `Customer` rows that refer to an archived one stay.
        """
        record = self.get(record_class, key)
        place = type_of(record_class).name, key
        hanging = self._hanging({place: None})
        if hanging and not cascade:
            raise StillReferenced(*place, Counter(table for table, _ in hanging).items())
        while hanging:
            hanging = {held: None for held in hanging if held[0] in self.classes}  # absent plugins' records are kept
            deeper = self._hanging(hanging)
            for held in hanging:
                self.delete(*held)
            hanging = {held: None for held in deeper if self.transaction.get(*held) is not None}
        if isinstance(record, Customer) and record.archived_at is not None:
            return
        if isinstance(record, Customer):
            self.replace(attrs.evolve(record, archived_at=self.author.today))
        else:
            self.delete(*place)

    def delete(self, table: str, key: str) -> None:
        """Delete a document outright."""
        self._remember((table, key))
        self.transaction.delete(table, key)

    def restore(self, table: str, key: str, document: Document) -> None:
        """Put an earlier document back, a record as a new version."""
        if table not in self.classes:
            self.keep(table, key, document)
            return
        current = self.transaction.get(table, key)
        self._remember((table, key))
        version = max(document.get("version", 0), (current or {}).get("version", 0)) + 1
        self.transaction.put(table, key, {**document, "version": version})
        self._restored.add((table, key))

    def keep(self, table: str, key: str, document: Document) -> None:
        """Store a document that is no record; it is logged, and undone, with the rest."""
        self._remember((table, key))
        self.transaction.put(table, key, document)

    def discard(self, place: Place) -> None:
        """Undo this unit's change of one document."""
        self._is_sound = False
        before = self.before.pop(place)
        self.sources.pop(place, None)
        if before is None:
            self.transaction.delete(*place)
        else:
            self.transaction.put(*place, before)

    # -- before the commit -------------------------------------------------------------------------------------------

    def problems(self) -> dict[Place, tuple[Problem, ...]]:
        """Return what is wrong with each changed record: missing references, circles, rules of plugins; then constraints.

        Raises `StillReferenced` if something was deleted that others refer to.
        """
        found: dict[Place, tuple[Problem, ...]] = {}
        circles = Circles(self.transaction)
        self._check_unreferenced()
        for place in self.before:
            document = self.transaction.get(*place)
            record_class = self.classes.get(place[0])
            if record_class is None or document is None:
                continue
            record = self.codec.decode(record_class, document)
            broken = () if self.rules is None else tuple(self.rules.broken_by(record))
            if self.before[place] is not None:  # an id cannot be changed, so what is wrong with an old one is no reason
                broken = tuple(problem for problem in broken if problem.column != "id")
            around = circles.problems(place[1], self.before[place]) if isinstance(record, Customer) else ()
            listed = (*dangling(self.transaction, record), *around, *broken, *self._foreign(place, record))
            source = self.sources.get(place, Problem(""))
            if listed:
                found[place] = tuple(_placed(problem, source) for problem in listed)
        found = found or self._breaches()
        self._is_sound = not found
        return found

    def _breaches(self) -> dict[Place, tuple[Problem, ...]]:
        """Return what the plugins' constraints refuse."""
        found: dict[Place, tuple[Problem, ...]] = {}
        for place, problem in self.constraints(self):
            found[place] = (*found.get(place, ()), _placed(problem, self.sources.get(place, Problem(""))))
        return found

    def _foreign(self, place: Place, record: Record) -> Iterable[Problem]:
        """Return what belongs to absent plugins and was changed; what comes back as it once was is theirs already."""
        if self.guard is None or place in self._restored:
            return ()
        return self.guard.problems(record, self.before[place])

    def check(self) -> None:
        """Raise `Invalid` with every problem of every changed record, unless none was found since the last change."""
        if self._is_sound:
            return
        listed = [problem for problems in self.problems().values() for problem in problems]
        if listed:
            raise Invalid(listed, todo="Nothing was written.")

    def complete(self) -> None:
        """Derive the amounts of purchases whose lines changed."""
        for purchase, amount in complete_purchases(self.transaction, self.before):
            document = self.transaction.get("purchase", purchase)
            if document is not None:
                self._remember(("purchase", purchase))
                version = document.get("version", 0) + 1
                kept = {name: value for name, value in document.items() if name != "amount"}
                self.transaction.put("purchase", purchase, {**kept, **amount, "version": version})

    def changes(self) -> Iterator[Change]:
        """Yield what differs from before, in the order in which it was first changed."""
        for (table, key), before in self.before.items():
            after = self.transaction.get(table, key)
            if before != after:
                yield Change(table, key, before, after)

    def _check_unreferenced(self) -> None:
        gone = {place for place, before in self.before.items() if before and self.transaction.get(*place) is None}
        if not gone:
            return
        counts: dict[Place, Counter[str]] = {}
        for (table, _), place in self._holders(gone):
            counts.setdefault(place, Counter())[table] += 1
        for place, held in counts.items():
            kept = [table for table in held if table not in self.classes]
            todo = f"{', '.join(kept)}: kept for a plugin that takes no part; it has to be back first." if kept else ""
            raise StillReferenced(*place, held.items(), todo=todo)

    def _holders(self, places: Container[Place]) -> Iterator[tuple[Place, Place]]:
        """Yield what refers to any of ``places``, with that place; records of absent plugins too."""
        yield from holders(self.transaction, self.classes.values(), places)
        if self.guard is not None:
            yield from absent_holders(self.transaction, self.guard.absent.references(self.classes), places)

    def _hanging(self, places: Container[Place]) -> dict[Place, None]:
        """Return what refers to any of ``places``, in the order of the store, except customers, which stay."""
        found = self._holders(places)
        return {held: None for held, _ in found if held[0] != type_of(Customer).name}

    # -- inside ------------------------------------------------------------------------------------------------------

    def _put(self, record: Record, source: Problem | None) -> None:
        place = type_of(type(record)).name, record.id
        if isinstance(record, PurchaseLine):
            known = self.transaction.get(*place)
            record = complete_line(record, None if known is None else self.codec.decode(PurchaseLine, known))
        self._remember(place)
        self._restored.discard(place)
        if source is not None:
            self.sources[place] = source
        self.transaction.put(*place, self.codec.encode(record))

    def _remember(self, place: Place) -> None:
        self._is_sound &= place[0] not in self.classes
        if place not in self.before:
            self.before[place] = self.transaction.get(*place)


def _differences(mine: Record, theirs: Record) -> Iterator[tuple[str, Any, Any]]:
    for column in type_of(type(mine)).columns:
        one, two = getattr(mine, column.name), getattr(theirs, column.name)
        if one != two:
            yield column.name, one, two
    for name in sorted({*mine.fields, *theirs.fields}):
        if mine.fields.get(name) != theirs.fields.get(name):
            yield name, mine.fields.get(name), theirs.fields.get(name)


def _placed(problem: Problem, source: Problem) -> Problem:
    return attrs.evolve(problem, file=source.file, line=source.line)
