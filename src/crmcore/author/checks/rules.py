"""Whether rules compare with what there is, and whether everything declared is of use."""

import ast
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Any, Final

from crmcore.author.findings import Flaw, Validator
from crmcore.author.subject import Subject
from crmcore.author.targets import shown
from crmcore.entities import type_of
from crmcore.grammar.declare import Field, InSegment, Metric, Rule, Scheme, Setting
from crmcore.grammar.expr import (
    Aggregate,
    Choose,
    Column,
    Equals,
    Literal,
    Node,
    OneOf,
    PopulationValue,
    Term,
)
from crmcore.grammar.walk import children, reached
from crmcore.kinds import fold
from crmcore.plugging.contributions import Contribution
from crmcore.plugging.reach import nodes_of
from crmcore.view import Report, View

# -- comparisons ---------------------------------------------------------------------------------------------------------


def choices(subject: Subject) -> Iterator[Flaw]:
    """Yield each comparison of a field or column with a choice that it does not have."""
    for item in subject.own:
        for part in reached(*nodes_of(item.value)):
            for term, value in _compared(part):
                known = _choices_of(term)
                if known and fold(value) not in {fold(one) for one in known}:
                    near = get_close_matches(value, known, n=1)
                    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}."
                    yield Flaw(
                        subject.place(item.value),
                        f"the {item.kind} {item.name!r} compares {_said(term)} with {value!r}, which is none of its "
                        "choices, so that never holds",
                        hint[0].upper() + hint[1:],
                        item.name,
                    )


def _compared(part: Node) -> Iterator[tuple[Term, str]]:
    match part:
        case Equals(left=left, right=Literal(value=str() as value)):
            yield left, value
        case Equals(left=Literal(value=str() as value), right=right):
            yield right, value
        case OneOf(term=term, choices=found):
            for one in found:
                if isinstance(one.value, str):
                    yield term, one.value


def _choices_of(term: Term) -> tuple[str, ...]:
    """Return every text that a term can have; nothing if it can have any."""
    match term:
        case Field(choices=found) | Setting(choices=found):
            return found
        case Column(steps=steps):
            return steps[-1].choices
        case Metric(term=inner) | Aggregate(op="last", term=Term() as inner):
            return _choices_of(inner)
        case Choose(cases=cases, otherwise=otherwise):
            values = [value for _, value in cases] + ([] if otherwise is None else [otherwise])
            each = [(str(one.value),) if isinstance(one, Literal) else _choices_of(one) for one in values]
            return tuple(text for texts in each for text in texts) if all(each) else ()
        case _:
            return ()


def _said(term: Term) -> str:
    match term:
        case Field(name=name) | Setting(name=name) | Metric(name=name):
            return repr(name)
        case Column(source_rows=source, steps=steps):
            return f"{type_of(source.record_class).name}.{'.'.join(step.name for step in steps)}"
        case Aggregate(op=op, term=Term() as inner):
            return f"{op}({_said(inner)})"
        case _:
            return "a chosen text"


# -- rules on records ------------------------------------------------------------------------------------------------------


def row_rules(subject: Subject) -> Iterator[Flaw]:
    """Yield each rule on records that asks what one record cannot tell."""
    for item in subject.declared("rule"):
        for said in dict.fromkeys(_beyond(item.value)):
            yield Flaw(
                subject.place(item.value),
                f"the rule {item.name!r} asks for {said}, but it is checked on one {type_of(item.value.on).name} alone, "
                "so it would not be enforced",
                "Use the record's own columns and fields, or make it a segment of a scheme instead.",
                item.name,
            )


def _beyond(rule: Rule) -> Iterator[str]:
    """Yield what of a rule belongs to more than a row of its record type."""
    for part in reached(rule.must, into_rows=False):
        match part:
            case Aggregate():
                yield f"{part.op}() over {type_of(part.source.record_class).name}"
            case PopulationValue():
                yield "a population value"
            case InSegment(scheme=scheme):
                yield f"the answer of {scheme.name}"


# -- what is of no use -----------------------------------------------------------------------------------------------------


def unused_settings(subject: Subject) -> Iterator[Flaw]:
    """Yield each setting that no rule reaches and no code of the plugin reads."""
    used = {part for item in subject.own for part in _inner(item) if isinstance(part, Setting)}
    for item in subject.declared("setting"):
        if item.value not in used and not _mentioned(subject, item.name):
            yield Flaw(
                subject.place(item.value),
                f"nobody uses the setting {item.name!r}: no rule reaches it, and no function reads it",
                "Use it in a rule or read it in a function, or remove it.",
                item.name,
            )


def _inner(item: Contribution) -> Iterator[Node]:
    """Yield what the rules of a declared thing are made of, itself left out."""
    for root in nodes_of(item.value):
        yield from reached(*(children(root) if isinstance(item.value, Setting | Metric | Field) else (root,)))


def _mentioned(subject: Subject, name: str) -> bool:
    """Whether a function, other than a hook for settings, names a setting or the variable that holds it."""
    trees = [source.tree for source in subject.sources if source.tree]
    words = {word for tree in trees for word in _variables(tree, name)}
    return any(_is_mention(part, name, words) for tree in trees for one in _functions(tree) for part in ast.walk(one))


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and _name(one) != "crm_settings":
            yield one


def _name(function: ast.AST) -> str:
    return getattr(function, "name", "")


def _variables(tree: ast.Module, name: str) -> Iterator[str]:
    for one in ast.walk(tree):
        if isinstance(one, ast.Assign | ast.AnnAssign) and isinstance(one.value, ast.Call):
            first = one.value.args[0] if one.value.args else None
            if isinstance(first, ast.Constant) and first.value == name:
                targets = one.targets if isinstance(one, ast.Assign) else [one.target]
                yield from (target.id for target in targets if isinstance(target, ast.Name))


def _is_mention(part: ast.AST, name: str, variables: Collection[str]) -> bool:
    match part:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word in variables
        case ast.Constant(value=str() as text):
            return text == name
    return False


def unreturned(subject: Subject) -> Iterator[Flaw]:
    """Yield each thing that a module declares under the plugin's name and no hook returns or reaches."""
    known = {(item.kind, item.name) for item in subject.catalogue.contributions}
    for kind, value in _module_level(subject):
        if value.name.partition(".")[0] == subject.name and (kind, value.name) not in known:
            yield Flaw(
                shown(value.place.file, value.place.line),
                f"the {kind} {value.name!r} is declared, but no hook returns it and no rule uses it",
                f"Return it from crm_{kind}s(), or remove it.",
                value.name,
            )


_CLASSES: Final = (Field, Metric, Setting, Scheme, Rule, View, Report)


def _module_level(subject: Subject) -> Iterator[tuple[str, Any]]:
    import sys  # noqa: PLC0415 - to see what the plugin's modules hold

    seen: set[int] = set()
    home = subject.record.module
    for name, module in tuple(sys.modules.items()):
        if name == home or name.startswith(f"{home}."):
            for value in tuple(vars(module).values()):
                if isinstance(value, _CLASSES) and id(value) not in seen:
                    seen.add(id(value))
                    yield type(value).__name__.lower(), value


VALIDATORS: Final = (
    Validator("choice-unknown", "bronze", "error", "Rules compare with choices that there are.", choices),
    Validator("rule-level", "bronze", "error", "Rules on records ask what one record can tell.", row_rules),
    Validator("unreturned", "silver", "warning", "What is declared is returned by a hook, or used.", unreturned),
    Validator("setting-unused", "silver", "warning", "Every setting is used.", unused_settings),
)
