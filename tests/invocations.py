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


@lru_cache(1)
def invocations() -> tuple[Words, ...]:
    """Return the words of everything that looks like a command line."""
    tests = sorted([*ROOT.glob("tests/*.py"), *ROOT.glob("plugins/*/tests/*.py")])
    found = {words for path in tests for words in _in_code(path)}
    found |= {words for script in ROOT.glob("examples/**/*.sh") for words in _in_script(script)}
    for page in page_names():
        for block in blocks_of(page):
            found |= {_split(command) for command, _ in block.commands}
    return tuple(found)


def is_called(
    path: Words, option: str = "", *, among: tuple[Words, ...] | None = None, records: frozenset[str]
) -> bool:
    """Whether a command is called, with an option if one is given; a command of one record type stands for all."""
    asked = path[1:] if path and path[0] in records else path
    for words in invocations() if among is None else among:
        for start in _starts(words, path, asked, records):
            rest = words[start + len(path) :]
            if not option or any(word == option or word.startswith(f"{option}=") for word in rest):
                return True
    return False


def _starts(words: Words, path: Words, asked: Words, records: frozenset[str]) -> Iterator[int]:
    """Yield where a command begins; `crm` itself begins anywhere."""
    for start in range(len(words) - len(path) + 1):
        here = words[start : start + len(path)]
        same = here == path
        if same or (asked != path and here and here[0] in records and here[1:] == asked):
            yield start


def _in_code(path: Path) -> Iterator[Words]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str() as text):
                yield _split(text)
            case ast.Call(args=args):
                yield _words(args)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                yield _words(parts)


def _words(parts: list[ast.expr]) -> Words:
    """Return the words of texts that stand beside each other; a list among them is part of it, as in invoke(cli, [...])."""
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
