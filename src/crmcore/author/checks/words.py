"""Whether people can read what a plugin declares: labels in English and Chinese, docs, units, help of commands."""

from collections.abc import Iterator
from typing import Any, Final

from crmcore.author.findings import Flaw, Validator
from crmcore.author.subject import Subject
from crmcore.entities import type_of
from crmcore.grammar.declare import Field, Metric, Rule, Scheme, Setting
from crmcore.grammar.expr import Band, Compare, Equals, Term
from crmcore.grammar.walk import children, reached
from crmcore.labels import Label
from crmcore.plugging.contributions import Contribution
from crmcore.plugging.reach import nodes_of

LANGUAGES: Final = ("en", "zh")
_NAMES: Final = {"en": "English", "zh": "Chinese"}
_LABELLED: Final = frozenset({"field", "metric", "setting", "scheme", "view", "report", "record", "rule"})
_DOCUMENTED: Final = ("setting", "scheme", "report")
_COUNTED: Final = frozenset({"integer", "decimal"})


# -- labels --------------------------------------------------------------------------------------------------------------


def labels(subject: Subject) -> Iterator[Flaw]:
    """Yield everything that has no label in one of the languages."""
    for item in subject.own:
        if item.kind in _LABELLED:
            for what, about, label in _labels_of(item):
                if lacking := _lacking(label):
                    yield Flaw(
                        _where(subject, item),
                        f"{what} has no {'message' if item.kind == 'rule' else 'label'} in {lacking}",
                        'Write label={"en": "...", "zh": "..."}.'.replace("label", _keyword(item)),
                        about,
                    )


def _keyword(item: Contribution) -> str:
    return "message" if item.kind == "rule" else "label"


def _labels_of(item: Contribution) -> Iterator[tuple[str, str, Label]]:
    named = f"the {item.kind} {item.name!r}"
    match item.value:
        case Rule(message=message):
            yield named, item.name, message
        case Scheme(segments=segments, label=label):
            yield named, item.name, label
            for one in segments:
                yield f"the segment {one.name!r} of {item.name}", f"{item.name}.{one.name}", one.label
        case type() as cls:
            facts = type_of(cls)
            yield named.replace("record", "record type"), item.name, facts.label
            for column in facts.columns:
                yield f"the column {column.name!r} of {item.name}", f"{item.name}.{column.name}", column.label
        case value:
            yield named, item.name, value.label


def _lacking(label: Label) -> str:
    known = {code for code, text in label.texts if text.strip()}
    return " and ".join(_NAMES[code] for code in LANGUAGES if code not in known)


def _where(subject: Subject, item: Contribution) -> str:
    from crmcore.author.targets import shown  # noqa: PLC0415 - one name

    return shown(item.file, item.line) if item.file else subject.place()


# -- docs ----------------------------------------------------------------------------------------------------------------


def docs(subject: Subject) -> Iterator[Flaw]:
    """Yield each setting, scheme and report that does not say what it means."""
    for kind in _DOCUMENTED:
        for item in subject.declared(kind):
            if lacking := _lacking(item.value.doc):
                yield Flaw(
                    _where(subject, item),
                    f"the {kind} {item.name!r} has no doc in {lacking}",
                    'Say in a sentence what it means, and of a default whose it is: doc={"en": "...", "zh": "..."}.',
                    item.name,
                )


# -- units ---------------------------------------------------------------------------------------------------------------


def units(subject: Subject) -> Iterator[Flaw]:
    """Yield each number that does not say of what."""
    counted = _settings_beside_counts(subject)
    for item in (*subject.declared("field"), *subject.declared("metric"), *subject.declared("setting")):
        if not item.value.unit and _needs_unit(item.value, counted):
            yield Flaw(
                _where(subject, item),
                f"the {item.kind} {item.name!r} is a number without a unit",
                'Say of what: unit="days", unit="purchases", unit="chairs".',
                item.name,
            )


def _needs_unit(value: Any, counted: frozenset[Setting]) -> bool:
    match value:
        case Setting():
            return value in counted
        case Metric(term=term):
            return not _is_score(term) and value.result_kind().name in _COUNTED
        case Field(choices=choices):
            return not choices and value.result_kind().name in _COUNTED
    return False


def _is_score(term: Term) -> bool:
    """Whether a whole number only orders: bands, and what is computed from them alone."""
    if isinstance(term, Band):
        return True
    inner = [part for part in children(term) if isinstance(part, Term) and part.result_kind().name != "number"]
    return bool(inner) and all(_is_score(part) for part in inner)


def _settings_beside_counts(subject: Subject) -> frozenset[Setting]:
    """Return the settings that are compared with a count, or are a number of days: those whose number needs a unit."""
    found: set[Setting] = set()
    for part in reached(*(node for item in subject.catalogue.contributions for node in nodes_of(item.value))):
        sides = _sides(part)
        for one, other in (sides, sides[::-1]) if sides else ():
            if isinstance(one, Setting) and other.result_kind().name in _COUNTED and not _is_score(other):
                found.add(one)
        for length in (getattr(part, "days", None), getattr(part, "ending", None)):
            if isinstance(length, Setting):
                found.add(length)
    return frozenset(found)


def _sides(part: Any) -> tuple[Any, Any] | None:
    return (part.left, part.right) if isinstance(part, Compare | Equals) else None


# -- commands ------------------------------------------------------------------------------------------------------------


def command_help(subject: Subject) -> Iterator[Flaw]:
    """Yield each command and option that does not say what it does."""
    for item in subject.declared("command"):
        yield from _help_of(item.value, item.name, _where(subject, item))


def _help_of(command: Any, name: str, where: str) -> Iterator[Flaw]:
    if not (command.help or "").strip():
        yield Flaw(where, f"the command `crm {name}` has no help", "Give its function a docstring.", name)
    if "example" not in (command.epilog or "").lower():
        todo = f'Show one: epilog="Example: crm {name} ...".'
        yield Flaw(where, f"the command `crm {name}` shows no example", todo, name)
    for option in command.params:
        if option.param_type_name == "option" and not (option.help or "").strip():
            text = f"the option {option.opts[0]} of `crm {name}` has no help"
            yield Flaw(where, text, 'Write help="...".', f"{name} {option.opts[0]}")
    for inner, sub in (getattr(command, "commands", None) or {}).items():
        yield from _help_of(sub, f"{name} {inner}", where)


VALIDATORS: Final = (
    Validator("labels", "silver", "warning", "Everything declared has a label in English and Chinese.", labels),
    Validator("docs", "silver", "warning", "Settings, schemes and reports say what they mean.", docs),
    Validator("units", "silver", "warning", "Counts and plain numbers say of what.", units),
    Validator(
        "command-help", "silver", "warning", "Commands and options have help, commands an example.", command_help
    ),
)
