"""Where a customer belongs by the facts alone: the same evaluation as in a company, without a store or a clock."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
from attrs import define, field, frozen

from crmcore.entities import Record, type_of
from crmcore.errors import UsageError
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case
from crmcore.evaluation.missing import missing as missing_parts
from crmcore.evaluation.missing import missing_of, names_of
from crmcore.evaluation.population import CORE_SETTINGS
from crmcore.grammar.declare import Scheme, Setting
from crmcore.grammar.expr import Predicate, Term
from crmcore.grammar.walk import Needs, needs, rules_of
from crmcore.plugging.configfile import Given
from crmcore.plugging.setting_values import checked_settings
from crmcore.records import CORE_RECORDS, Customer
from crmcore.storage.codec import Codec
from crmcore.storage.json_values import decode_value
from crmcore.storage.state_file import Facts, State
from crmcore.storage.tinydb_views import TinyDBTransaction
from crmcore.testing.declared import declared
from crmcore.testing.givens import AS_OF, GivenCustomer
from crmcore.work.book import Book
from crmcore.work.checks import RuleBook
from crmcore.work.fitting import fit, values_of
from crmcore.work.unit import Author, Unit

Question = Scheme | Term | Predicate
Settings = Mapping["Setting | str", Any]

_ZONE: Final = ZoneInfo("UTC")
_NOBODY: Final = Author("example", datetime.combine(AS_OF, time(12), UTC), AS_OF)
_KEPT: Final = 64


def placed(
    scheme: Scheme,
    facts: GivenCustomer,
    *others: GivenCustomer,
    settings: Settings | None = None,
    as_of: date = AS_OF,
) -> str | None:
    """Return the segment in which ``crm classify`` would place a customer of whom ``facts`` are known.

    None is "cannot tell"; `missing` then names what is missing. ``others`` are the other customers of the company: they
    count where the scheme compares with a total, mean, quantile or cut of all. ``settings`` are the company's own, by
    name or object; the others have their defaults. Raises what `given` raises, also for fields and settings that
    nobody declares.
    """
    asked = _asked(scheme, settings, as_of, (facts, *others))
    return asked.evaluator.answer(scheme, asked.case).segment


def missing(
    scheme: Question,
    facts: GivenCustomer,
    *others: GivenCustomer,
    settings: Settings | None = None,
    as_of: date = AS_OF,
) -> tuple[str, ...]:
    """Return the names of the unknown values that keep a customer from being placed; empty if nothing does."""
    asked = _asked(scheme, settings, as_of, (facts, *others))
    if isinstance(scheme, Scheme):
        return names_of(missing_of(scheme, asked.case, asked.evaluator))
    return names_of(missing_parts(scheme, asked.case, asked.evaluator))


def valued(
    part: Term | Predicate,
    facts: GivenCustomer,
    *others: GivenCustomer,
    settings: Settings | None = None,
    as_of: date = AS_OF,
) -> Any:
    """Return what a metric or another term is worth for a customer, or whether a rule holds; None is unknown."""
    asked = _asked(part, settings, as_of, (facts, *others))
    if isinstance(part, Predicate):
        return asked.evaluator.holds(part, asked.case)
    return asked.evaluator.value(part, asked.case)


@frozen(eq=False)
class _Asked:
    """A question about the first of some customers, ready to be answered."""

    evaluator: Evaluator
    case: Case


def _asked(question: Question, settings: Settings | None, as_of: date, customers: Sequence[GivenCustomer]) -> _Asked:
    prepared = _prepared(question)
    evaluator = prepared.evaluator(_checked(settings or {}, prepared.needs))
    cases = _cases(customers, as_of, prepared.needs, evaluator)
    wanted = prepared.needs.population
    if wanted:
        fits = fit(evaluator.world, wanted, cases, as_of, 1)
        evaluator = Evaluator(attrs.evolve(evaluator.world, population=values_of(fits)))
    return _Asked(evaluator, cases[0])


@define(eq=False)
class _Prepared:
    """What is the same each time a question is asked."""

    question: Question
    needs: Needs
    _evaluators: dict[tuple[Any, ...], Evaluator] = field(factory=dict, init=False)

    def evaluator(self, settings: Mapping[str, Any]) -> Evaluator:
        """Return the evaluator for the company's own settings, with what it compiled before."""
        key = tuple(sorted((name, str(type(value)), str(value)) for name, value in settings.items()))
        if key not in self._evaluators:
            self._evaluators[key] = Evaluator(World(settings, {}, _ZONE, decode=decode_value))
        return self._evaluators[key]


_questions: dict[int, _Prepared] = {}


def _prepared(question: Question) -> _Prepared:
    """Return what was prepared for this very question: a table of examples asks it again and again."""
    found = _questions.get(id(question))
    if found is None:
        if len(_questions) >= _KEPT:
            _questions.clear()
        roots = rules_of(question) if isinstance(question, Scheme) else (question,)
        found = _questions[id(question)] = _Prepared(question, needs(*roots))
    return found


def _checked(settings: Settings, needed: Needs) -> dict[str, Any]:
    """Return settings as rules take them; raises `UnknownName` and `Invalid`."""
    reached = (*needed.settings, *CORE_SETTINGS)
    known: dict[str, Setting] = {}
    values: dict[str, Given] = {}
    for name, value in settings.items():
        setting = declared("setting", name, reached) if isinstance(name, str) else name
        known[setting.name], values[setting.name] = setting, Given(value, "")
    return {name: one.value for name, one in checked_settings(values, known).items()}


def _cases(customers: Sequence[GivenCustomer], as_of: date, needed: Needs, evaluator: Evaluator) -> list[Case]:
    """Return the facts of the customers that are not archived, read as those of a store are."""
    find = partial(declared, "field", reached=needed.fields)
    keys = [str(one.columns.get("id", f"c{number}")) for number, one in enumerate(customers, 1)]
    records = [record for key, one in zip(keys, customers, strict=True) for record in one.all_records(key, as_of, find)]
    classes = tuple(
        dict.fromkeys((*CORE_RECORDS, *(source.record_class for source in needed.rows), *map(type, records)))
    )
    codec = _codec(classes)
    unit = Unit(
        TinyDBTransaction(State(Facts(), {}), _never),
        codec,
        {type_of(cls).name: cls for cls in classes},
        _NOBODY,
        RuleBook((), evaluator, lambda _class, _key: None, as_of, fields=needed.fields),
    )
    for record in records:
        unit.add(record)
    unit.complete()
    unit.check()
    book = Book(unit.transaction, codec, _ZONE)
    found = tuple(book.customers())
    if found[:1] != (book.get(Customer, keys[0]),):
        raise UsageError("an archived customer is placed nowhere; leave out archived_at")
    return [Case(book.facts(customer), as_of) for customer in found]


@lru_cache(32)
def _codec(classes: tuple[type[Record], ...]) -> Codec:
    return Codec(classes)


def _never(_tables: Any, _entry: Any, _replaced: Any) -> int:
    raise AssertionError("examples are not stored")  # pragma: no cover - nobody commits
