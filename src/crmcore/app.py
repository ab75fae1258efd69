"""The one place where store, plugins and rules are put together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

from attrs import Factory, define, evolve, field

from crmcore.entities import Record
from crmcore.errors import CrmError, NotFound
from crmcore.evaluation.evaluate import World
from crmcore.evaluation.placements import Move, Timeline
from crmcore.grammar.declare import Scheme, Setting
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.core_settings import BULK_FROM, ENGINE
from crmcore.plugging.plain_settings import PlainSettings
from crmcore.plugging.setting_sources import Sources
from crmcore.storage.codec import Codec
from crmcore.storage.json_values import decode_value
from crmcore.store import Change, LogEntry, Reader, Store, Transaction
from crmcore.work import company as companies
from crmcore.work.absent import Guard, absent_in
from crmcore.work.actors import usable_actor
from crmcore.work.book import Book
from crmcore.work.checks import RuleBook
from crmcore.work.choosing import Engines
from crmcore.work.classifying import Job, Run, classify
from crmcore.work.closing import leave_stale, moved_since
from crmcore.work.committing import follow_up
from crmcore.work.company import Company
from crmcore.work.evaluating import Evaluation, evaluate
from crmcore.work.fitting import fits_in, values_of
from crmcore.work.masking import Masking
from crmcore.work.outbox import empty, note
from crmcore.work.past_reader import PastReader, undated_in
from crmcore.work.pending import Constraints
from crmcore.work.placing import stale_in, timeline_of
from crmcore.work.plugin_marks import remember
from crmcore.work.plugin_schemas import check_schemas
from crmcore.work.raised import is_by_playbook
from crmcore.work.requests import check_undone, commit_named, note_done
from crmcore.work.rewinding import is_unplaced, rewound
from crmcore.work.settings import checked_for_rules, record_settings, settings_in
from crmcore.work.state import Explained, State
from crmcore.work.tasks import Round, tasks_of_run
from crmcore.work.undoing import reverse, undone_before
from crmcore.work.unit import Author, Unit

NO_OPTIONS: Final[Mapping[str, str]] = MappingProxyType({})


@define(eq=False)
class Crm:
    """A company's customers, with the plugins that classify them. Made by `crmcore.open`."""

    store: Store
    catalogue: Catalogue
    actor: str = field(validator=usable_actor)
    language: str = "en"
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sources: Sources = field(factory=Sources, kw_only=True)
    sensitive: bool = field(default=False, init=False)
    moves: tuple[Move, ...] = field(default=(), init=False)
    committed: int = field(default=0, init=False)
    warnings: list[str] = field(factory=list, init=False)
    codec: Codec = field(
        init=False, default=Factory(lambda self: Codec(self.catalogue.values("record")), takes_self=True)
    )
    plain: PlainSettings = field(
        init=False, default=Factory(lambda self: PlainSettings(self.catalogue, self.sources), takes_self=True)
    )

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """Every scheme of the active plugins, by name."""
        return self.catalogue.values("scheme")

    @property
    def classes(self) -> dict[str, type[Record]]:
        """Every record type, by name."""
        return {name: self.catalogue.record(name) for name in self.catalogue.names("record")}

    # -- reading -----------------------------------------------------------------------------------------------------

    def state(self, as_of: date | None = None) -> State:
        """Return the last committed state, as of the book date (else today) unless ``as_of`` is given."""
        return self._state_of(self.store.read(), as_of)

    def _state_of(self, reader: Reader, as_of: date | None = None) -> State:
        company = companies.company_in(reader, self.store.url)
        settings = settings_in(reader, self.catalogue.values("setting"))
        world = World(settings, values_of(fits_in(reader)), company.zone, company.money_digits, decode_value)
        booked = company.book_date or self.today(company)
        day = as_of or booked
        seen = self._seen(reader, company, day)
        book, is_booked = Book(seen, self.codec, company.zone), day == booked
        return State(seen, book, company, world, self.plain, day, is_booked, self.sensitive)

    def _seen(self, reader: Reader, company: Company, day: date, pending: Sequence[Change] = ()) -> Reader:
        """Return the store as of a day: of past ones, undated records with what they held then."""
        if day >= self.today(company):
            return reader
        return PastReader(reader, self.store.log, company, day, undated_in(self.classes.values()), pending)

    def carried_over(self, reader: Reader, state: State) -> tuple[str, ...]:
        """Return the customers of whom the closed books, if they are, left out what counts on the state's day."""
        closed = self._seen(reader, state.company, state.company.book_date or state.day)
        return moved_since(closed, state.book.reader, self.classes, self.schemes)

    def today(self, company: Company) -> date:
        """Return the local date of the call in the company's zone."""
        return self.clock().astimezone(company.zone).date()

    def setting(self, setting: Setting) -> Any:
        """Return the value of a setting: one that rules use from the store, another from where it was given last.

        Raises `UnknownName` for a setting that no active plugin declares, `Invalid` where its value cannot be had.
        """
        declared = self.plain.declared(setting)
        if declared.name in self.catalogue.rule_settings:
            return settings_in(self.store.read(), (declared,)).get(declared.name, declared.default)
        if declared.secret:
            self.warnings += self.plain.secret_warnings(declared)
        return self.plain.value(declared)

    def timeline(self, customer: str, scheme: str) -> Timeline:
        """Return a customer's placements in a scheme, oldest first."""
        return timeline_of(self.store.read(), self.catalogue.scheme(scheme).name, customer)

    def explain(self, customer: str, scheme: str, as_of: date | None = None) -> Explained:
        """Return why a customer is in its segment of a scheme, as data; `crmcore.speech.telling.tell` says it in words."""
        state = self.state(as_of)
        return state.explained(self.catalogue.scheme(scheme), state.customer(customer))

    def evaluate(
        self, schemes: Sequence[Scheme | str], as_of: date | None = None, *, settings: Mapping[str, Any] | None = None
    ) -> Evaluation:
        """Return everybody's answers in schemes on a day, the book date unless given; writes nothing.

        ``settings`` stand in for the company's own; all population values are fitted anew. Raises `Invalid` with all
        settings that cannot be used, and `UnknownName` for a scheme.
        """
        checked, state = checked_for_rules(settings or {}, self.catalogue), self.state(as_of)
        return evaluate(state, self.catalogue, schemes, checked, self.engines(state.book).choose)

    # -- writing -----------------------------------------------------------------------------------------------------

    @contextmanager
    def unit(
        self, why: str = "", *, dry_run: bool = False, as_is: bool = False, key: str = "", serializable: bool = False
    ) -> Iterator[Unit]:
        """Open a unit of work; leaving it without an exception checks, places and commits everything in it.

        ``as_is`` checks and derives nothing: documents of plugins come, go and change whole. ``key`` names a request that
        is carried out once: `AlreadyDone` afterwards. ``serializable`` is as for `Store.write`. Raises `Invalid` with
        all problems at once, and whatever the store raises; nothing was written then, unless it is `CommitUnknown`.
        """
        masking = Masking.of(self.classes, self.catalogue, is_off=self.sensitive)
        with masking.of_conflicts(), self.store.write(serializable=serializable) as transaction:
            check_undone(transaction, key)
            if not as_is:
                check_schemas(transaction, self.catalogue)
            state = self._state_of(transaction)
            unit = self._unit(transaction, state, why)
            unit.rules = self._rules(transaction, state)
            unit.constraints = Constraints(self.catalogue.values("constraint"), state, self.language).broken_by
            unit.guard = Guard(absent_in(transaction, self.catalogue.plugins), self.catalogue.values("field"))
            yield unit
            if not as_is:
                unit.complete()
                unit.check()
            self.moves = ()
            if tuple(unit.changes()) and not dry_run:
                note_done(transaction, key)
                self._commit(transaction, unit)
        self._tell_plugins()

    def _unit(self, transaction: Transaction, state: State, why: str = "") -> Unit:
        now = self.clock()
        author = Author(self.actor, now, now.astimezone(state.company.zone).date(), why, state.company.zone)
        return Unit(transaction, state.book.codec, self.classes, author)

    def _rules(self, transaction: Transaction, state: State) -> RuleBook:
        def follow(record_class: type[Record], key: str) -> Record | None:
            return Book(transaction, state.book.codec, state.company.zone).get(record_class, key)

        rules, fields = self.catalogue.values("rule"), self.catalogue.values("field")
        return RuleBook(rules, state.evaluator, follow, state.day, self.language, fields)

    def _commit(self, transaction: Transaction, unit: Unit) -> int:
        state = self._state_of(transaction)
        seen = self._seen(transaction, state.company, state.day, tuple(unit.changes()))
        state = evolve(state, book=Book(seen, unit.codec, state.company.zone))
        self.moves = follow_up(self._round(unit, state), self.schemes)
        if stale := stale_in(transaction, self.schemes):
            self.warnings.append(f"not placed anew in {', '.join(stale)}: run `crm classify`")
        return self._log(transaction, tuple(unit.changes()), unit.author.why)

    def _log(self, transaction: Transaction, changes: Sequence[Change], why: str) -> int:
        remember(transaction, self.catalogue)
        note(transaction, self.catalogue.plugins, companies.beside(changes), self.moves)
        self.committed = commit_named(transaction, LogEntry(0, self._now(), self.actor, why, tuple(changes)))
        return self.committed

    def classify(  # noqa: PLR0913 - keyword-only choices of one call
        self,
        as_of: date | None = None,
        *,
        schemes: Sequence[str] = (),
        full: bool = False,
        rewind: bool = False,
        dry_run: bool = False,
        engine: str = "",
        options: Mapping[str, str] = NO_OPTIONS,
        tell: Callable[[str], None] = lambda _: None,
    ) -> Run:
        """Place customers as of a date, which becomes the book date; without one the books are open and today counts.

        Evaluates only who is due, new or stale, unless ``full``. Raises `RunRefused` for a date before the newest
        placement unless ``rewind``, which `undo` takes back. ``dry_run`` computes everything, for any date, and writes
        nothing. ``engine`` counts whatever the settings say; ``tell`` hears what is going on.
        """
        chosen = tuple(self.catalogue.scheme(name) for name in schemes) or self.schemes
        with self.store.write() as transaction:
            check_schemas(transaction, self.catalogue)
            state = self._state_of(transaction, as_of or self.today(companies.company_in(transaction, self.store.url)))
            back = rewound(transaction, chosen, self.schemes, state.day, asked=rewind or dry_run)
            first = {scheme.name for scheme in chosen if is_unplaced(transaction, scheme.name)}
            choose, metrics = self.engines(state.book, engine, options).choose, self.catalogue.values("metric")
            run = self._placed(
                state, Job(chosen, state.day, choose, metrics, full or back.dropped, tell=tell), transaction
            )
            if not dry_run:
                booked = companies.book(transaction, evolve(state.company, book_date=as_of))
                unit = self._unit(transaction, state)
                tasks_of_run(self._round(unit, state), run.moves, first, everybody=back.dropped)
                self._log_run(transaction, run, back.changes(transaction) or booked, tuple(unit.changes()))
        self._tell_plugins()
        return run

    def _round(self, unit: Unit, state: State) -> Round:
        return Round(unit, state, self.catalogue, self.language)

    def _placed(self, state: State, job: Job, transaction: Transaction) -> Run:
        if carried := self.carried_over(transaction, state):
            leave_stale(transaction, job.schemes)
        return classify(transaction, state.book, state.world, evolve(job, touched=carried))

    def _log_run(self, transaction: Transaction, run: Run, changes: Sequence[Change], tasks: Sequence[Change]) -> None:
        self.moves = run.moves
        dropped = ", dropping later placements" if companies.beside(changes) else ""
        self._log(transaction, (*changes, *tasks), f"classify as of {run.as_of}{dropped}")

    def engines(self, book: Book | None, asked: str = "", options: Mapping[str, str] = NO_OPTIONS) -> Engines:
        """Return the engines that can classify a store, without a ``book`` files, and which is used when."""
        return Engines(self.catalogue, book, asked, options, self.setting(ENGINE), self.setting(BULK_FROM))

    def _tell_plugins(self) -> None:
        """Deliver the outbox; what a plugin does wrong there becomes a warning, never an error."""
        self.warnings += empty(self.store, self.catalogue.plugins, lambda: (self._now(), self.actor))

    def _now(self) -> str:
        return self.clock().astimezone(UTC).isoformat().replace("+00:00", "Z")

    def undo(self, commit: int, *, dry_run: bool = False) -> tuple[Change, ...]:
        """Reverse a commit as a new one; raises `StaleUndo` where a later commit changed the same record."""
        entry = next((entry for entry in self.store.log(commit - 1) if entry.commit == commit), None)
        if entry is None:
            raise NotFound("commit", str(commit), todo="`crm log` lists them.")
        if all(is_by_playbook(change) for change in companies.beside(entry.changes)):
            raise CrmError(
                f"commit {commit} changed no records ({entry.why or 'plugins were told'}), so there is nothing to undo",
                todo="Placements are taken back with `crm classify --as-of DATE --rewind`.",
            )
        with undone_before(), self.unit(f"undo {commit}", dry_run=dry_run) as unit:
            reverse(unit, entry, self.store.log(commit), self.catalogue)
        return entry.changes

    def apply_settings(
        self, values: Mapping[str, Any], *, why: str = "settings", dry_run: bool = False
    ) -> dict[str, tuple[Any, Any]]:
        """Record the company's values of settings that rules use; returns what changed, from and to.

        Schemes that use them are stale until the next classification, which attributes the moves to the rule. Raises
        `Invalid` with all values that cannot be used, and all settings that no rule uses.
        """
        checked = checked_for_rules(values, self.catalogue)
        with self.store.write() as transaction:
            before = settings_in(transaction, settings := tuple(map(self.catalogue.setting, checked)))
            changes = record_settings(transaction, checked)
            self.moves = ()
            if changes and not dry_run:
                self._log(transaction, changes, why)
        self._tell_plugins()
        moved = (one for one in settings if any(change.key == one.name for change in changes))
        return {one.name: (before.get(one.name, one.default), checked[one.name]) for one in moved}
