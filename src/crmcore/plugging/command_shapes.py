"""What is wrong with a command that a plugin contributes: it is click's object, which checks none of this."""

import re
from collections.abc import Iterator
from typing import Any, Final

from crmcore.attributes import is_doc, is_line, shown

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_DEEPEST: Final = 10
"""Groups within groups."""


def problems_of_command(command: Any, depth: int = 0) -> Iterator[str]:
    """Yield a sentence for each attribute of a command, and of those in a group, that click could not work with."""
    name = command.name
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield "has a name that cannot be used: it takes small letters, digits, - and _, and begins with a letter"
    for attribute in ("help", "short_help", "epilog"):
        text = getattr(command, attribute, None)
        if text is not None and not is_doc(text):
            yield f"{attribute}= takes a text without control characters, not {shown(text)}"
    if command.callback is not None and not callable(command.callback):
        yield f"callback= takes a function, not {shown(command.callback)}"
    yield from _of_parameters(command.params)
    yield from _of_members(getattr(command, "commands", {}), depth)


def _of_parameters(parameters: Any) -> Iterator[str]:
    from click import Parameter  # noqa: PLC0415 - whoever made a command has imported it

    if not isinstance(parameters, list | tuple):
        yield f"params= takes a list of options and arguments, not {shown(parameters)}"
        return
    for parameter in parameters:
        if not isinstance(parameter, Parameter):
            yield f"params= takes options and arguments, not {shown(parameter)}"
            continue
        for attribute in ("help", "metavar"):
            text = getattr(parameter, attribute, None)
            if text is not None and not is_doc(text):
                yield f"{attribute}= of {shown(parameter.name)} takes a text without control characters, not {shown(text)}"
        if not all(map(is_line, (*parameter.opts, *parameter.secondary_opts))):
            yield f"the names of {shown(parameter.name)} must be texts without control characters"


def _of_members(members: Any, depth: int) -> Iterator[str]:
    from click import Command  # noqa: PLC0415 - the same

    if not isinstance(members, dict):
        yield f"commands= takes commands by name, not {shown(members)}"
        return
    if members and depth >= _DEEPEST:
        yield f"has groups within groups deeper than {_DEEPEST}"
        return
    for name, member in members.items():
        if not isinstance(member, Command):
            yield f"the command {shown(name)} in it must be a command, not {shown(member)}"
        else:
            yield from (f"its command {shown(name)}: {problem}" for problem in problems_of_command(member, depth + 1))
