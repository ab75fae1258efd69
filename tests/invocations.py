"""Which commands and options the tests call: found in the text of the tests, of the pages and of the demos.

An invocation is one call, one tuple or list, or one string that holds the words of a command next to each other, and the
option somewhere after them. What is only mentioned in passing does not count.
"""

import ast
import shlex
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pages import ROOT, blocks_of, page_names

Words = tuple[str, ...]
DEEPEST = 3
"""How many words lead to a command at most."""


@lru_cache(1)
def invocations() -> tuple[Words, ...]:
    """Return the words of everything that could be a command line."""
    tests = sorted([*ROOT.glob("tests/*.py"), *ROOT.glob("plugins/*/tests/*.py")])
    found = {words for path in tests for words in _in_code(path)}
    found |= {words for script in ROOT.glob("examples/**/*.sh") for words in _in_script(script)}
    for page in page_names():
        for block in blocks_of(page):
            found |= {_split(command) for command, _ in block.commands}
    return tuple(found)


def called(found: tuple[Words, ...], records: frozenset[str]) -> dict[Words, set[str]]:
    """Return the options with which each sequence of words is called; a record type stands for all of them."""
    options: dict[Words, set[str]] = {(): set()}
    for words in found:
        plain = tuple("RECORD" if word in records else word for word in words)
        for start in range(len(plain)):
            for end in range(start, min(start + DEEPEST, len(plain)) + 1):
                given = (word.partition("=")[0] for word in plain[end:] if word.startswith("-"))
                options.setdefault(plain[start:end], set()).update(given)
    return options


def _in_code(path: Path) -> Iterator[Words]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        target.id: _words(part.value.elts, {})
        for part in tree.body
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Tuple | ast.List)
        for target in part.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as text):
                yield _split(text)
            case ast.Call(args=args):
                yield _words(args, named)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                yield _words(parts, named)


def _words(parts: list[ast.expr], named: dict[str, Words]) -> Words:
    """Return the words of texts that stand beside each other; a list among them, and a name for one, is part of it."""
    found: list[str] = []
    for part in parts:
        match part:
            case ast.Constant(value=str() as text):
                found.extend(_split(text) if " " in text else (text,))
            case ast.JoinedStr(values=values):
                found.extend(_split("".join(v.value if isinstance(v, ast.Constant) else "X" for v in values)))
            case ast.List(elts=inner) | ast.Tuple(elts=inner):
                found.extend(
                    part.value for part in inner if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
            case ast.Starred(value=ast.Name(id=name)):
                found.extend(named.get(name, ("X",)))
            case ast.Starred(value=ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="split"))):
                found.extend(_split(text))
            case _:
                found.append("X")
    return tuple(found)


def _in_script(path: Path) -> Iterator[Words]:
    for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if line.strip().startswith("crm "):
            yield _split(line)


def _split(text: str) -> Words:
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())
