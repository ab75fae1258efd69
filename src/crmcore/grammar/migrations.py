"""Steps that bring what a plugin has stored into the form that its newer code expects."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.attributes import DOC, FUNCTION, NAME, Shape, perhaps
from crmcore.entities import RECORD_TYPE, Record, is_record_type, type_of
from crmcore.grammar.declare import PLACE, Place, here
from crmcore.labels import Label, as_label

FIRST_SCHEMA = 1
"""The schema number of a plugin without migrations."""

MOST_STEPS: Final = 10_000

Change = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""From a document, or a plugin's field values in one, to what it becomes."""

_NUMBER: Final = Shape(
    f"a number from 2, since new data has schema 1, to {MOST_STEPS:,}",
    lambda value: type(value) is int and FIRST_SCHEMA < value <= MOST_STEPS,
)
_TABLE: Final = Shape("a record type or its name", lambda value: NAME.fits(value) or is_record_type(value))


@frozen
class Migration:
    """One step from schema ``number - 1`` to ``number`` for the stored documents of one record type.

    ``on`` is a record type of the plugin itself, or its name where the class is gone: ``change`` gets the whole document
    as it is stored. On any other record type it gets this plugin's field values only, by full name. It is a pure
    function of a copy: what it returns is stored instead, without what is None in it; returning None leaves things as
    they are, and ``{}`` removes them. ``into`` moves the documents to another record type of the plugin.
    """

    number: int = attrs.field(validator=_NUMBER)
    on: type[Record] | str = attrs.field(validator=_TABLE)
    change: Change = attrs.field(validator=FUNCTION, eq=False)
    into: type[Record] | None = attrs.field(default=None, validator=perhaps(RECORD_TYPE), kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, validator=DOC, kw_only=True)
    place: Place = attrs.field(factory=here, validator=PLACE, eq=False, repr=False, kw_only=True)

    @property
    def table(self) -> str:
        """The name of the record type whose documents it changes."""
        return self.on if isinstance(self.on, str) else type_of(self.on).name

    @property
    def target(self) -> str:
        """The name of the record type to which those documents belong afterwards."""
        return self.table if self.into is None else type_of(self.into).name

    @property
    def name(self) -> str:
        """What tells it from the plugin's other migrations, e.g. ``2:customer``."""
        return f"{self.number}:{self.table}"


def schema_of(migrations: Iterable[Migration]) -> int:
    """Return the schema number to which migrations lead."""
    return max((step.number for step in migrations), default=FIRST_SCHEMA)


def gap_in(migrations: Iterable[Migration]) -> str:
    """Return what is wrong if the numbers of a plugin's migrations are not 2, 3, 4 ... without gaps; else nothing."""
    steps = tuple(migrations)
    numbers = {step.number for step in steps}
    missing = [number for number in range(2, schema_of(steps)) if number not in numbers]
    if not missing:
        return ""
    last = max(steps, key=lambda step: step.number)
    return (
        f"the migrations lead to schema {last.number} ({last.place}), but none leads to {missing[0]}; "
        "number them 2, 3, 4 ... and keep the old ones, since stores of every age need them"
    )
