"""The core's own engine: every customer by itself, by the row evaluator, which also explains and places on every save."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path

from attrs import define, evolve, field, frozen

from crmcore.engines import Lake, Placed, Question, Step
from crmcore.entities import Record, type_of
from crmcore.errors import UsageError
from crmcore.evaluation.boundaries import Horizon
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case
from crmcore.evaluation.missing import missing_of, name_of, names_of
from crmcore.grammar.declare import Scheme
from crmcore.grammar.walk import Needs, needs, rules_of
from crmcore.records import Customer
from crmcore.store import Reader
from crmcore.work.book import Book
from crmcore.work.fitting import fit


@define(eq=False)
class RowAnswers:
    """Answers for one customer after the other, each computed when it is asked for."""

    book: Book
    world: World
    day: date
    fits: Mapping[str, tuple[Fraction | None, int]] = field(factory=dict)
    _cases: dict[str, Case] = field(factory=dict, init=False)
    _horizons: dict[str, Horizon] = field(factory=dict, init=False)
    _evaluator: Evaluator | None = field(default=None, init=False)

    def case(self, customer: Customer) -> Case:
        """Return the customer's facts on the date, with what was already computed of them."""
        if customer.id not in self._cases:
            self._cases[customer.id] = Case(self.book.facts(customer), self.day)
        return self._cases[customer.id]

    def of(self, scheme: Scheme, customer: Customer) -> Placed:
        """Return where one customer belongs."""
        case, horizon = self.case(customer), self._horizon(customer)
        answer = horizon.evaluator.answer(scheme, case)
        missing = names_of(missing_of(scheme, case, horizon.evaluator))
        return Placed(customer.id, answer.segment, answer.position, missing, horizon.of_scheme(scheme))

    def placed(self, scheme: Scheme, only: Collection[str] | None = None) -> Iterator[Placed]:
        """Yield where customers belong: those in ``only``, by default all."""
        for customer in self.book.customers() if only is None else map(self._customer, only):
            yield self.of(scheme, customer)

    def _customer(self, key: str) -> Customer:
        found = self.book.get(Customer, key)
        if isinstance(found, Customer):
            return found
        raise LookupError(key)  # pragma: no cover - whoever asks has just listed them

    def _horizon(self, customer: Customer) -> Horizon:
        if self._evaluator is None:
            self._evaluator = Evaluator(self.world)
        if customer.id not in self._horizons:
            self._horizons[customer.id] = Horizon(self._evaluator, self.case(customer))
        return self._horizons[customer.id]


@frozen(eq=False)
class RowEngine:
    """Reads and evaluates only whom it is asked for, and everybody where something is fitted."""

    book: Book

    def answer(self, question: Question, reader: Reader) -> RowAnswers:  # noqa: ARG002 - the book has it
        """Fit what is to be fitted, and return what answers the rest."""
        answers = RowAnswers(self.book, question.world, question.day)
        if question.fit:
            cases = [answers.case(customer) for customer in self.book.customers()]
            made = fit(question.world, question.fit, cases, question.day, 0)
            answers.fits = {key: (fitted.value, fitted.customers) for key, fitted in made.items()}
            values = {key: value for key, (value, _) in answers.fits.items()}
            answers.world = evolve(question.world, population={**question.world.population, **values})
        return answers

    def plan(self, question: Question, reader: Reader) -> tuple[Step, ...]:
        """Return what is read of each record type, and what is fitted from it."""
        rules = tuple(rule for scheme in question.schemes for rule in rules_of(scheme))
        needed = needs(*rules, *question.fit)
        found: tuple[type[Record], ...] = (Customer, *(source.record_class for source in needed.rows))
        classes = dict.fromkeys(found)
        steps = [_read(record_class, needed, reader) for record_class in classes]
        if question.fit:
            values = tuple(dict.fromkeys(name_of(node) for node in question.fit))
            steps.append(Step("fit", (), reader.count(type_of(Customer).name), values))
        return tuple(steps)

    def lake(self, folder: Path) -> Lake:
        """Refuse: files are read by columns."""
        raise UsageError(f"the engine python reads stores, not folders such as {folder}")

    def close(self) -> None:
        """Do nothing: the book belongs to the run."""


def _read(record_class: type[Record], needed: Needs, reader: Reader) -> Step:
    name = type_of(record_class).name
    columns = [column.steps[0].name for column in needed.columns if column.source_rows.record_class is record_class]
    fields = [each.name for each in needed.fields if each.on is record_class]
    return Step(f"read {name}", tuple(dict.fromkeys([*columns, *fields])), reader.count(name), ())
