"""The hook reference, from `crmcore.hookspecs`."""

import inspect
import re
from collections.abc import Callable
from typing import Any, Final

from crmcore import hookspecs

PART: Final = re.compile(r"^(\w[\w ]*): (.*)$")


def names() -> tuple[str, ...]:
    """Return the names of all hooks, in the order in which they are asked."""
    return tuple(name for name in vars(hookspecs) if name.startswith("crm_"))


def hooks() -> str:
    """Return a section for each hook: what it is for, its signature, when it is called, and an example."""
    return "\n".join(_section(name, getattr(hookspecs, name)) for name in names())


def signature(hook: Callable[..., Any]) -> str:
    """Return a hook as its author writes it."""
    text = f"{hook.__name__}{inspect.signature(hook)}"
    return re.sub(r"[\"']|\b(?:\w+\.)+(?=[A-Z])", "", text)


def _section(name: str, hook: Callable[..., Any]) -> str:
    summary, *rest = inspect.cleandoc(hook.__doc__ or "").splitlines()
    facts = [PART.sub(r"- **\1:** \2", line) for line in rest if line and not line.startswith((">>>", "..."))]
    example = [line[4:] for line in rest if line.startswith((">>>", "..."))]
    return "\n".join(
        [
            f"## {name}\n",
            f"{_code(summary)}\n",
            f"```python\ndef {signature(hook)}: ...\n```\n",
            *map(_code, facts),
            "\n```python",
            *example,
            "```\n",
        ]
    )


def _code(text: str) -> str:
    """Return a docstring's line as Markdown."""
    return text.replace("``", "`")
