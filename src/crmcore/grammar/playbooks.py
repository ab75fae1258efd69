"""Playbooks: what is to be done for the customers of a segment, declared once."""

import re
from collections.abc import Mapping
from typing import Final, Literal

import attrs
from attrs import frozen

from crmcore.errors import RuleError
from crmcore.grammar.days import days_problem
from crmcore.grammar.declare import Place, Scheme, Segment, Setting, full_name, here
from crmcore.labels import Label, as_label

Texts = Mapping[str, str] | Label | str | None
Days = int | Setting
"""A number of days, or the setting that holds it."""

CUSTOMERS_OWNER: Final = "owner"
"""The owner of tasks that go to whoever looks after the customer; any other text is a role or a team."""

VISIT: Final = "visit"
"""The name of the tasks that a cadence makes; no template can have it."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@frozen
class TaskTemplate:
    """A task that is raised when a customer enters the segment, or leaves it; ``due`` so many days after that."""

    name: str
    title: Label = attrs.field(converter=as_label)
    due: Days = attrs.field(default=0, kw_only=True)
    on: Literal["enter", "leave"] = attrs.field(default="enter", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name) or self.name == VISIT:
            raise RuleError(
                f"task template {self.name!r}: use small letters, digits and _ ({VISIT!r} is what a cadence makes)"
            )
        problem = days_problem(self.due, 0) if self.on in {"enter", "leave"} else 'on= is "enter" or "leave"'
        if not isinstance(self.title, Label) or not all(isinstance(text, str) and text for _, text in self.title.texts):
            problem = f'a title is a text, or {{"en": "...", "zh": "..."}}, not {self.title!r:.60}'
        elif not self.title.texts:
            problem = "it needs a title for people"
        if problem:
            raise RuleError(f"task template {self.name!r}: {problem}")


@frozen(init=False, repr=False)
class Playbook:
    """What to do for the customers of one segment of a scheme; everything after the segment is optional.

    ``tasks`` are raised on entering or leaving, ``cadence`` makes a return visit every so many days, and ``owner`` says
    to whom they go: the customer's own ("owner"), or a role or team. ``service``, ``offers`` and ``treatment`` are texts
    for people; ``treatment`` is what the source of the scheme states, and empty where it states nothing.
    """

    name: str = attrs.field(validator=full_name)
    scheme: Scheme
    segment: str
    tasks: tuple[TaskTemplate, ...]
    cadence: Days | None
    owner: str
    service: Label
    offers: Label
    treatment: Label
    label: Label
    doc: Label
    place: Place = attrs.field(eq=False)

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
        texts = (as_label(given) for given in (service, offers, treatment, label, doc))
        self.__attrs_init__(name, scheme, segment, tasks, cadence, owner, *texts, here())  # type: ignore[call-arg]  # five texts
        if problem := _problem_of(self):
            raise RuleError(f"playbook {name!r}: {problem}")
        scheme.segment(segment)

    def __repr__(self) -> str:
        return f"Playbook({self.name!r})"

    @property
    def answer(self) -> Segment:
        """The segment whose customers it is for."""
        return self.scheme.segment(self.segment)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The settings that hold its numbers of days."""
        days = (self.cadence, *(task.due for task in self.tasks))
        return tuple(dict.fromkeys(each for each in days if isinstance(each, Setting)))


def _problem_of(playbook: Playbook) -> str:
    if not isinstance(playbook.scheme, Scheme):
        return f"it belongs to a scheme, not to {playbook.scheme!r:.60}"
    if stranger := next((each for each in playbook.tasks if not isinstance(each, TaskTemplate)), None):
        return f"after the segment come task templates, not {stranger!r:.60}"
    names = [task.name for task in playbook.tasks]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        return f"it has two tasks called {repeated[0]!r}"
    if not isinstance(playbook.owner, str) or not playbook.owner.strip():
        return 'owner= takes "owner", or the name of a role or team'
    problem = "" if playbook.cadence is None else days_problem(playbook.cadence, 1)
    return f"cadence: {problem}" if problem else ""
