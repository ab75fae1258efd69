"""Which columns of a file fill which columns and fields of a record type."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from crmcore.entities import ColumnType
from crmcore.errors import Problem, UsageError
from crmcore.files.parsing import nearest

IGNORED: Final = "-"
"""The target of file columns that are left out on purpose."""

OTHERS: Final = "*"
"""Stands for every column that nothing else says anything about: ``*=-`` leaves them out."""

JOINT: Final = "+"
"""Joins file columns: ``first_name+last_name=name``; their texts stand with a blank between them."""

HOW: Final = (
    "Fill columns and fields with --map COLUMN=NAME or --set NAME=VALUE, and leave a column out with --map COLUMN=-, "
    "or all others with --map '*=-'."
)
"""What to do about a file whose columns do not fit."""


@frozen
class Binding:
    """One target and the file columns whose texts, joined by blanks, it is read from."""

    target: ColumnType
    sources: tuple[str, ...]


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """Return the ``NAME=VALUE`` texts of a command-line option as a mapping; raises `UsageError`.

    With ``--map`` the last ``=`` divides, since file columns may hold one; elsewhere the first, for the values.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, mark, value = text.rpartition("=") if option == "--map" else text.partition("=")
        if not mark or not name.strip() or not value.strip():
            raise UsageError(f"{option} {text!r} is not of the form NAME=VALUE")
        if name.strip() in found:
            raise UsageError(f"{option} names {name.strip()!r} twice")
        found[name.strip()] = value.strip()
    return found


def bind(
    columns: Sequence[str], targets: Mapping[str, ColumnType], mapping: Mapping[str, str]
) -> tuple[tuple[Binding, ...], tuple[Problem, ...]]:
    """Return what fills each target, and all that is wrong; columns named like a target need no mapping."""
    bindings: dict[str, Binding] = {}
    problems: list[Problem] = []
    used: set[str] = set()
    others_left_out = mapping.get(OTHERS) == IGNORED and OTHERS not in columns
    for given, name in mapping.items():
        if given == OTHERS and others_left_out:
            continue
        sources = _sources(given, columns)
        used.update(sources)
        problems += _unknown_sources(sources, columns)
        if name != IGNORED:
            problems += _add(bindings, targets, name, sources)
    for column in columns:
        if column in targets and column not in used:
            problems += _add(bindings, targets, column, (column,))
        elif column not in used and not others_left_out:
            problems.append(Problem(f"no column or field has this name{suggestion(column, targets)}", column=column))
    return tuple(bindings.values()), tuple(problems)


def _sources(given: str, columns: Sequence[str]) -> tuple[str, ...]:
    return (given,) if given in columns else tuple(part.strip() for part in given.split(JOINT))


def _unknown_sources(sources: Iterable[str], columns: Sequence[str]) -> Iterable[Problem]:
    for source in sources:
        if source not in columns:
            near = nearest(source, {column: column for column in columns})
            hint = f"did you mean {_either(near)}?" if near else f"it has {', '.join(columns[:12])}"
            yield Problem(f"--map names this column, which the file does not have; {hint}", column=source)


def _add(
    bindings: dict[str, Binding], targets: Mapping[str, ColumnType], name: str, sources: tuple[str, ...]
) -> Iterable[Problem]:
    if name not in targets:
        reason = f"--map says {name!r}, and no column or field has this name{suggestion(name, targets)}"
        return [Problem(reason, column=JOINT.join(sources))]
    if name in bindings:
        first = JOINT.join(bindings[name].sources)
        reason = f"{first!r} fills {name!r} already; map one of them to -, or join them as {first}+{JOINT.join(sources)}={name}"
        return [Problem(reason, column=JOINT.join(sources))]
    bindings[name] = Binding(targets[name], sources)
    return []


def suggestion(name: str, targets: Mapping[str, ColumnType]) -> str:
    """Return "; did you mean ...?" from the targets' names and labels, or nothing where none resembles ``name``."""
    known = {text: target.name for target in targets.values() for _, text in target.label.texts}
    near = nearest(name, known | {target: target for target in targets})
    return f"; did you mean {_either(near)}?" if near else ""


def _either(names: Iterable[str]) -> str:
    return " or ".join(map(repr, names))
