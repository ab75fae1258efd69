"""The public names of `crmcore` and of `crmcore.testing`, as directives of autodoc."""

import inspect
from typing import Any, Final

import crmcore
from crmcore.homes import HOMES
from crmcore.kinds import Kind

TITLES: Final = {
    "opening": "Opening a store",
    "entities": "Record types",
    "records": "The core's record types",
    "kinds": "Kinds of values",
    "grammar.declare": "What plugins declare",
    "grammar.terms": "Words of rules",
    "grammar.expr": "Terms and predicates",
    "grammar.playbooks": "Playbooks",
    "grammar.constraints": "Constraints",
    "grammar.walk": "What schemes are made of",
    "grammar.cuts": "Where schemes cut numbers",
    "labels": "Choices and what people read for them",
    "view": "Views and reports",
    "hookspecs": "Hooks",
    "app": "The company's data",
    "work.state": "What is stored, as of a day",
    "work.evaluating": "Answers that are not stored",
    "work.unit": "Changes of one commit",
    "evaluation.placements": "Placements, and moves between segments",
    "evaluation.turning": "Changes that would move a customer",
    "evaluation.ahead": "Moves by time alone",
    "work.pending": "What constraints look at",
    "work.company": "The company of a store",
    "work.field_values": "Who said a soft value",
    "desk.forms": "Values of fields",
    "desk.listing": "Lists",
    "desk.permissions": "Permissions",
    "desk.viewing": "Views as tables, and what a report gets",
    "desk.importing": "Import of files",
    "desk.retrying": "Units that are done again when others were faster",
    "speech.telling": "Explanations as sentences",
    "speech.wording": "Rules as sentences",
    "cli.context": "In commands",
    "cli.options": "Options of commands",
    "cli.showing": "What commands print",
    "store": "The store's contract",
    "storage.building_blocks": "Building blocks of stores",
    "storage.store_backup": "What backups hold",
    "storage.column_values": "Typed columns beside documents",
    "grammar.migrations": "Migrations",
    "errors": "Errors",
    "deprecations": "Deprecations",
    "upkeep.erasing": "Erasing personal data",
}

KINDS: Final = {
    "boolean": "Yes or no.",
    "date": "A day.",
    "instant": "A moment, kept in UTC and shown in the company's zone.",
    "integer": "A whole number.",
    "money": "An exact amount in the company's currency.",
    "text": "A text.",
    "texts": "Several texts, such as tags.",
}


def names() -> str:
    """Return a section of directives for each of the core's rooms; one without a title is an error."""
    sections = {home: HOMES[home] for home in sorted(HOMES, key=[*TITLES].index)}
    return "\n".join(_section(TITLES[home], listed) for home, listed in sections.items())


def testing() -> str:
    """Return the directives for the kit."""
    from crmcore import testing as kit  # noqa: PLC0415 - it needs pytest

    return _directives("crmcore.testing", tuple(kit.__all__), kit)


def _section(title: str, listed: tuple[str, ...]) -> str:
    return f"## {title}\n\n{_directives('crmcore', listed, crmcore)}"


def _directives(module: str, listed: tuple[str, ...], place: Any) -> str:
    lines = [line for name in listed for line in _directive(f"{module}.{name}", getattr(place, name))]
    return "\n".join(["```{eval-rst}", *lines, "```", ""])


def _kind(path: str, name: str) -> tuple[str, ...]:
    return (f".. py:data:: {path}", "", f"   {KINDS[name]}", "")


def _directive(path: str, value: Any) -> tuple[str, ...]:
    if inspect.isclass(value):
        return (f".. autoclass:: {path}", "   :members:", "")
    if isinstance(value, Kind):
        return _kind(path, value.name)
    if inspect.isroutine(value):
        return (f".. autofunction:: {path}", "")
    return (f".. autodata:: {path}", "   :no-value:", "")
