"""What must hold of several records together, or of how one may change: what no rule on one record can say."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.attributes import DOC, FULL_NAME, FUNCTION, LABEL, Shape, a, as_tuple, several
from crmcore.entities import RECORD_TYPE, Record
from crmcore.grammar.declare import PLACE, Place, here
from crmcore.labels import Label, as_label

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
