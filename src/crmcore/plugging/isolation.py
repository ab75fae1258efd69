"""Running other people's code so that whatever it raises or prints stays there."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import TextIOBase
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

import attrs
from attrs import frozen

from crmcore.errors import CrmError
from crmcore.legible import visible

Result = TypeVar("Result")

_HERE: Final = str(Path(__file__).parent.parent) + os.sep


class Refused(Exception):
    """Something of a plugin cannot be used; the text is all that has to be said."""


@frozen
class Failure:
    """What a plugin raised: in one line with the place, and in full."""

    reason: str
    traceback: str = attrs.field(default="", repr=False)

    def stands_in(self, file: str) -> str:
        """Return the reason with a place: that of the plugin's file if nothing more exact is known."""
        return f"{self.reason} ({file})" if file and ".py" not in self.reason else self.reason


def apart(function: Callable[[], Result], output: TextIOBase | None = None) -> Result | Failure:
    """Return what ``function`` returns, or what it raised; what it prints goes to ``output``, else to stderr.

    Leaving the program (SystemExit) counts as raising; only Ctrl-C gets through.
    """
    try:
        stream: Any = output or sys.stderr
        with redirect_stdout(stream):
            return function()
    except KeyboardInterrupt:
        raise
    except Refused as refused:
        return Failure(visible(str(refused)))
    except BaseException as error:  # noqa: BLE001 - SystemExit and whatever test tools or plugins derive from it
        return _failure(error)


def _failure(error: BaseException) -> Failure:
    import traceback  # noqa: PLC0415 - needed only where something is wrong

    if isinstance(error, CrmError):
        said = _in_one_line(error)
    elif isinstance(error, SystemExit):
        said = f"it ended the program (SystemExit: {error.code})"
    else:
        lines = traceback.format_exception_only(error)
        said = next((line for line in lines if not line.startswith(" ")), type(error).__name__).strip().splitlines()[0]
    place = _place(error)
    said = visible(f"{said} ({place})" if place else said)
    return Failure(said, visible("".join(traceback.format_exception(error))))


def _in_one_line(error: CrmError) -> str:
    """Return what is wrong and what to do, in one line: lists of plugins show no more."""
    said = "; ".join(line.strip() for line in error.message.splitlines())
    todo = " ".join(error.todo.split()).removesuffix(".")
    return f"{said}. {todo}" if todo else said


def _place(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno or 1}"
    places = [place for place in _frames(error.__traceback__) if not place.startswith(("<", _HERE))]
    return places[-1] if places else ""


def _frames(step: TracebackType | None) -> Iterator[str]:
    while step:
        yield f"{step.tb_frame.f_code.co_filename}:{step.tb_lineno}"
        step = step.tb_next
