"""The records of one state as lists and tables look at them: each is read only as far as somebody asks."""

from collections.abc import Iterator
from datetime import date

from attrs import define, field

from crmcore.entities import Record, type_of
from crmcore.errors import NotFound
from crmcore.evaluation.boundaries import Horizon
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.facts import Case, Facts, local_day
from crmcore.evaluation.missing import missing_of, name_of
from crmcore.evaluation.placements import Placement
from crmcore.grammar.declare import Scheme
from crmcore.kinds import INSTANT
from crmcore.records import Customer
from crmcore.storage.json_values import decode_value
from crmcore.store import Document
from crmcore.work.book import resolve
from crmcore.work.placing import timeline_of
from crmcore.work.state import State


@define(eq=False)
class Entries:
    """The records of a state, with one evaluator for all of them."""

    state: State
    _known: dict[tuple[str, str], "Entry | None"] = field(factory=dict, init=False)

    @property
    def evaluator(self) -> Evaluator:
        """The evaluator of the state's world."""
        return self.state.evaluator

    def all(self, record_class: type[Record], *, archived: bool = True) -> Iterator["Entry"]:
        """Yield the records of a type in the order in which they were first stored; perhaps not the archived ones."""
        for key, document in self.state.reader.items(type_of(record_class).name):
            if archived or document.get("archived_at") is None:
                yield Entry(self, record_class, key, document)

    def customers(self) -> Iterator["Entry"]:
        """Yield every customer that is not archived."""
        return self.all(Customer, archived=False)

    def get(self, record_class: type[Record], key: str) -> "Entry | None":
        """Return one record, or None; asked again it is the same entry."""
        place = type_of(record_class).name, key
        if place not in self._known:
            document = self.state.reader.get(*place)
            self._known[place] = None if document is None else Entry(self, record_class, key, document)
        return self._known[place]


@define(eq=False)
class Entry:
    """One record: its document at once; the record, its facts and its answers when they are needed."""

    among: Entries
    record_class: type[Record]
    key: str
    document: Document
    _case: Case | None = field(default=None, init=False)
    _placements: dict[str, Placement | None] = field(factory=dict, init=False)

    @property
    def record(self) -> Record:
        """The record itself."""
        found = self.among.state.book.get(self.record_class, self.key)
        if found is None:  # pragma: no cover - it was read from the same state
            raise NotFound(type_of(self.record_class).name, self.key)
        return found

    @property
    def day(self) -> date | None:
        """The local date on which a dated record happened."""
        facts, state = type_of(self.record_class), self.among.state
        raw = resolve(state.reader, facts, self.document, facts.dated_by) if facts.dated_by else None
        return None if raw is None else local_day(decode_value(INSTANT, raw), state.company.zone)

    @property
    def case(self) -> Case:
        """What is known of the record on the state's day."""
        if self._case is None:
            state = self.among.state
            is_customer = self.record_class is Customer
            facts = state.book.facts(self.record) if is_customer else Facts(self.record, {}, state.book.get)
            self._case = Case(facts, state.day)
        return self._case

    def placement(self, scheme: Scheme) -> Placement | None:
        """Return a customer's placement: the stored one on the book date, else what the rule says on the day."""
        if scheme.name not in self._placements:
            self._placements[scheme.name] = self._place(scheme)
        return self._placements[scheme.name]

    def _place(self, scheme: Scheme) -> Placement | None:
        state, evaluator = self.among.state, self.among.evaluator
        if state.is_book_date:
            return timeline_of(state.reader, scheme.name, self.key).current
        if self.document.get("archived_at") is not None:
            return None
        answer = evaluator.answer(scheme, self.case)
        missing = tuple(name_of(part) for part in missing_of(scheme, self.case, evaluator))
        return Placement(answer.segment, state.day, run=0, cause="data", missing=missing)

    def review_on(self, scheme: Scheme) -> date | None:
        """Return the date before which time alone does not move a customer; None is never, or not placed."""
        found = self.placement(scheme)
        if found is None or self.among.state.is_book_date:
            return None if found is None else found.review_on
        return Horizon(self.among.evaluator, self.case).of_scheme(scheme)
