"""Which plugins a plugin needs: as its distribution requires them, or as a one-file plugin imports their modules."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from crmcore.plugging.distributions import Candidate, required_names
from crmcore.plugging.requirements import normal_name

_MAY_FAIL: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception"})
_TYPING: Final = "TYPE_CHECKING"


def needs_of(found: Sequence[Candidate]) -> Mapping[Candidate, tuple[str, ...]]:
    """Return the names of the plugins that each one cannot do without, sorted.

    Of a required distribution with several plugins it cannot be told which are meant, so none of them is.
    """
    homes = Counter(normal_name(one.distribution) for one in found)
    alone = [one for one in found if homes[normal_name(one.distribution)] == 1]
    return {one: tuple(sorted({*_required(one, alone), *_imported(one, found)} - {one.name})) for one in found}


def required_first(found: Sequence[Candidate]) -> Mapping[Candidate, frozenset[str]]:
    """Return the names of the plugins that come before each one."""
    return {one: frozenset({*_required(one, found), *_imported(one, found)} - {one.name}) for one in found}


def circles(needs: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    """Return the shortest way from each plugin back to itself, where there is one: ``a`` needs ``b`` needs ``a``."""
    found = {name: _way_back(name, needs) for name in needs}
    return {name: way for name, way in found.items() if way}


def _way_back(start: str, needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for name in needs.get(way[-1], ()):
            if name == start:
                return (*way, start)
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


def _required(one: Candidate, found: Iterable[Candidate]) -> Iterator[str]:
    wanted = required_names(one.requires) - {normal_name(one.distribution)}
    return (other.name for other in found if other.distribution and normal_name(other.distribution) in wanted)


def _imported(one: Candidate, found: Iterable[Candidate]) -> Iterator[str]:
    """Yield the plugins whose modules a one-file plugin imports; the modules of others are their installer's matter."""
    if not isinstance(one.source, Path):
        return
    modules = set(_imports(one.source))
    for other in found:
        if any(f"{module}.".startswith(f"{other.module}.") for module in modules):
            yield other.name


def _imports(file: Path) -> Iterator[str]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return  # importing it says what is wrong
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
            case _ if not _is_optional(node):
                pending += ast.iter_child_nodes(node)


def _is_optional(node: ast.AST) -> bool:
    """Whether what is imported in here may be missing: it is for type checkers, tried, or for later."""
    match node:
        case ast.If(test=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name == _TYPING
        case ast.Try(handlers=handlers):
            caught = {part.id for handler in handlers for part in ast.walk(handler) if isinstance(part, ast.Name)}
            return bool(caught & _MAY_FAIL) or any(handler.type is None for handler in handlers)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return not name.startswith("crm_")  # hooks are called right after the import
        case ast.Lambda():
            return True
    return False
