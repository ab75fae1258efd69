"""Playbooks: what is to be done for the customers of a segment, declared once."""

from collections.abc import Mapping
from typing import Final, Literal

import attrs
from attrs import frozen

from crmcore.attributes import (
    DOC,
    FULL_NAME,
    LABEL,
    LINE,
    NAME,
    Shape,
    a,
    is_line,
    one_of,
    perhaps,
    several,
)
from crmcore.errors import RuleError
from crmcore.grammar.days import is_days
from crmcore.grammar.declare import PLACE, Place, Scheme, Segment, Setting, here
from crmcore.labels import Label, as_label

Texts = Mapping[str, str] | Label | str | None
Days = int | Setting
"""A number of days, or the setting that holds it."""

CUSTOMERS_OWNER: Final = "owner"
"""The owner of tasks that go to whoever looks after the customer; any other text is a role or a team."""

VISIT: Final = "visit"
"""The name of the tasks that a cadence makes; no template can have it."""

VISIT_TITLES: Final = {"en": "Get in touch: {}", "zh": "回访客户：{}"}

_TEMPLATE: Final = Shape(
    f"a name of small letters, digits and _ other than {VISIT!r}, which is what a cadence makes",
    lambda value: NAME.fits(value) and value != VISIT,
)
_TITLE: Final = Shape(
    'a text for people, or {"en": "...", "zh": "..."}',
    lambda value: LABEL.fits(value) and bool(value.texts) and all(text for _, text in value.texts),
)
_DUE: Final = Shape("a number of days, or a setting with least=0", lambda value: is_days(value, 0))
_CADENCE: Final = Shape("a number of days from 1, or a setting with least=1", lambda value: is_days(value, 1))
_OWNER: Final = Shape('"owner", or the name of a role or team', lambda value: is_line(value) and bool(value.strip()))


@frozen
class TaskTemplate:
    """A task that is raised when a customer enters the segment, or leaves it; ``due`` so many days after that."""

    name: str = attrs.field(validator=_TEMPLATE)
    title: Label = attrs.field(converter=as_label, validator=_TITLE)
    due: Days = attrs.field(default=0, validator=_DUE, kw_only=True)
    on: Literal["enter", "leave"] = attrs.field(default="enter", validator=one_of("enter", "leave"), kw_only=True)


@frozen(init=False, repr=False)
class Playbook:
    """What to do for the customers of one segment of a scheme; everything after the segment is optional.

    ``tasks`` are raised on entering or leaving, ``cadence`` makes a return visit every so many days, and ``owner`` says
    to whom they go: the customer's own ("owner"), or a role or team. ``service``, ``offers`` and ``treatment`` are texts
    for people; ``treatment`` is what the source of the scheme states, if the segment does not say it already, and empty
    where it states nothing.
    """

    name: str = attrs.field(validator=FULL_NAME)
    scheme: Scheme = attrs.field(validator=a(Scheme, "a scheme"))
    segment: str = attrs.field(validator=LINE)
    tasks: tuple[TaskTemplate, ...] = attrs.field(validator=several(a(TaskTemplate, "a task template")))
    cadence: Days | None = attrs.field(validator=perhaps(_CADENCE))
    owner: str = attrs.field(validator=_OWNER)
    service: Label = attrs.field(converter=as_label, validator=DOC)
    offers: Label = attrs.field(converter=as_label, validator=DOC)
    treatment: Label = attrs.field(converter=as_label, validator=DOC)
    label: Label = attrs.field(converter=as_label, validator=LABEL)
    doc: Label = attrs.field(converter=as_label, validator=DOC)
    place: Place = attrs.field(validator=PLACE, eq=False)

    def __init__(  # noqa: PLR0913 - keyword-only facts of one declaration
        self,
        name: str,
        scheme: Scheme,
        segment: str,
        *tasks: TaskTemplate,
        cadence: Days | None = None,
        owner: str = CUSTOMERS_OWNER,
        service: Texts = None,
        offers: Texts = None,
        treatment: Texts = None,
        label: Texts = None,
        doc: Texts = None,
    ) -> None:
        words = (service, offers, treatment, label, doc)
        self.__attrs_init__(name, scheme, segment, tasks, cadence, owner, *words, here())
        names = [task.name for task in tasks]
        for repeated in sorted({one for one in names if names.count(one) > 1}):
            raise RuleError(f"playbook {name!r}: it has two tasks called {repeated!r}")
        scheme.segment(segment)

    def __repr__(self) -> str:
        return f"Playbook({self.name!r})"

    @property
    def answer(self) -> Segment:
        """The segment whose customers it is for."""
        return self.scheme.segment(self.segment)

    @property
    def visit_title(self) -> Label:
        """The title of its visits, which says what the customer is that it is visited."""
        answer = self.answer
        spoken = dict.fromkeys((*VISIT_TITLES, *answer.label.languages))
        return as_label(
            {
                code: VISIT_TITLES.get(code, VISIT_TITLES["en"]).format(answer.label(code, answer.name))
                for code in spoken
            }
        )

    @property
    def titles(self) -> tuple[Label, ...]:
        """The titles of all tasks that it raises."""
        return (*(task.title for task in self.tasks), *(() if self.cadence is None else (self.visit_title,)))

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The settings that hold its numbers of days."""
        days = (self.cadence, *(task.due for task in self.tasks))
        return tuple(dict.fromkeys(each for each in days if isinstance(each, Setting)))
