"""What must hold of a record before it is committed, and what hangs on it."""

from collections.abc import Container, Iterable, Iterator
from datetime import date

from attrs import frozen

from crmcore.entities import Record, type_of
from crmcore.errors import Problem
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.facts import Case, Facts, Follow
from crmcore.grammar.declare import Field, Rule
from crmcore.store import Reader
from crmcore.work.plugin_marks import Reference
from crmcore.work.record_values import misfits


@frozen(eq=False)
class RuleBook:
    """The plugins' rules on records, ready to be asked; ``language`` is that of their messages."""

    rules: tuple[Rule, ...]
    evaluator: Evaluator
    follow: Follow
    day: date
    language: str = "en"
    fields: tuple[Field, ...] = ()

    def broken_by(self, record: Record) -> Iterator[Problem]:
        """Yield a problem for each value that does not fit, else for each rule that is false; unknown is not false."""
        unfit = tuple(misfits(record, self.fields, self.evaluator.world.money_digits))
        yield from unfit
        for rule in self.rules:
            if rule.on is type(record) and not unfit:
                case = Case(Facts(record, {}, self.follow), self.day)
                if self.evaluator.holds(rule.must, case, record) is False:
                    yield Problem(rule.message(self.language, f"breaks the rule {rule.name}"), column=rule.name)


def dangling(reader: Reader, record: Record) -> Iterator[Problem]:
    """Yield a problem for each reference of a record that leads nowhere."""
    for column in type_of(type(record)).columns:
        value = getattr(record, column.name)
        if column.refers_to and value is not None and reader.get(column.refers_to, value) is None:
            yield Problem(f"there is no {column.refers_to} with this id", column=column.name, value=str(value))


def absent_holders(
    reader: Reader, references: Iterable[Reference], places: Container[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield the same for records whose class is not there, by what the store remembers of their references."""
    for table, column, target in references:
        for key, document in reader.items(table):
            value = document.get(column)
            if isinstance(value, str) and (target, value) in places:
                yield (table, key), (target, value)


def holders(
    reader: Reader, classes: Iterable[type[Record]], places: Container[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield each record that refers to one of ``places``, with that place; both as table and id, in one pass."""
    for cls in classes:
        facts = type_of(cls)
        columns = [(column.name, column.refers_to) for column in facts.columns if column.refers_to]
        for key, document in reader.items(facts.name) if columns else ():
            for name, table in columns:
                value = document.get(name)
                if value is not None and (table, value) in places:
                    yield (facts.name, key), (table, value)
