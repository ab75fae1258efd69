"""What must hold of several records together, or of how one may change: what no rule on one record can say."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.attributes import DOC, FULL_NAME, FUNCTION, LABEL, Shape, a, as_tuple, several
from crmcore.entities import RECORD_TYPE, Record, type_of
from crmcore.errors import RuleError
from crmcore.grammar.declare import PLACE, Place, here
from crmcore.labels import Choices, Label, as_label

_RECORD: Final = a(Record, "the record that is refused")
_MESSAGE: Final = Shape(
    'a text for people, or {"en": "...", "zh": "..."}', lambda value: LABEL.fits(value) and bool(value.texts)
)


def _types(given: Any) -> Any:
    return (given,) if isinstance(given, type) else as_tuple(given)


@frozen
class Breach:
    """Why a changed record is refused; ``column`` is where it stands, if it stands in one."""

    record: Record = attrs.field(validator=_RECORD)
    message: Label = attrs.field(converter=as_label, validator=_MESSAGE)
    column: str = ""


@frozen
class Constraint:
    """What must hold of several records together, or of how one changes.

    Before each commit that adds, changes or removes a record of a type in ``on``, ``find`` gets the `Pending` changes
    and yields a `Breach` for each record that cannot stay so. It is not asked while references lead nowhere or rules
    on single records are broken.
    """

    name: str = attrs.field(validator=FULL_NAME)
    on: tuple[type[Record], ...] = attrs.field(converter=_types, validator=several(RECORD_TYPE))
    find: Callable[[Any], Iterable[Breach]] = attrs.field(validator=FUNCTION)
    doc: Label = attrs.field(default=None, converter=as_label, validator=DOC)
    place: Place = attrs.field(factory=here, validator=PLACE, eq=False, repr=False, kw_only=True)


def state_machine(
    name: str, on: type[Record], steps: Mapping[str, Iterable[str]], *, column: str = "state", doc: Any = None
) -> Constraint:
    """Return the constraint that a record's state changes only by these steps: from each state, those that may follow.

    A new record may have any state, since history is imported too. Raises `RuleError` for states that the column does
    not have, or that the table leaves out.
    """
    table = {state: tuple(following) for state, following in steps.items()}
    facts = type_of(on).column(column)
    known = {*table, *(state for following in table.values() for state in following)}
    if facts is None or known != set(facts.choices) or known != set(table):
        choices = ", ".join(facts.choices) if facts else "(there is no such column)"
        raise RuleError(f"state machine {name!r}: its steps must name each state of {column!r} once: {choices}")

    def find(pending: Any) -> Iterator[Breach]:
        for before, after in pending.changed(on):
            if before and after:
                was, now = getattr(before, column), getattr(after, column)
                if was != now and now not in table.get(was, ()):
                    yield Breach(after, _no_step(was, table.get(was, ()), facts.choices), column)

    return Constraint(name, on, find, doc)


def _no_step(state: Any, following: tuple[str, ...], choices: Choices) -> Mapping[str, str]:
    (said, *others), (own, *zh) = ([choices.said(one, code) for one in (state, *following)] for code in ("en", "zh"))
    if not following:
        return {"en": f"{said} is final: nothing follows it", "zh": f"{own} 为最终状态，不能再变更"}
    return {"en": f"from {said} it goes only to {', '.join(others)}", "zh": f"{own} 之后只能为 {'、'.join(zh)}"}
