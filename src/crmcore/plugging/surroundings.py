"""What a plugin may not change for everybody else while it is loaded: found out, put back, and said."""

import decimal
import io
import locale
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

from attrs import frozen

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE", "SIGALRM") if hasattr(signal, name)
)
_OURS: Final = ("CRM_", "XDG_", "LC_", "LANG")
"""Variables by which people configure the CRM itself: not even new ones may come from a plugin."""


class Diverted(io.TextIOBase):
    """Stands in for standard output, which belongs to data: passes everything on to standard error."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self.was_used = False

    def write(self, text: str) -> int:
        """Pass a text on."""
        self.was_used = True
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Do as standard error does."""
        sys.stderr.flush()

    def fileno(self) -> int:
        """Return the number of standard error, for programs that are started."""
        return sys.stderr.fileno()

    @property
    def buffer(self) -> Any:
        """Take bytes as well."""
        self.was_used = True
        return sys.stderr.buffer


@frozen
class _Watched:
    """One thing of the process: what it is called, how to read it, and how to put it back."""

    name: str
    read: Callable[[], Any]
    put_back: Callable[[Any], object]


def surroundings() -> Callable[[], tuple[str, ...]]:
    """Note how things are; the function that is returned puts them back and says what had been changed."""
    path, seen = sys.path, tuple(sys.path)
    environ = dict(os.environ)
    before = [(one, one.read()) for one in _WATCHED]

    def restored() -> tuple[str, ...]:
        changed = [one.name for one, value in before if _put_back(one, value)]
        said = [f"it changed {' and '.join(changed)} while it was loaded; that was put back"] if changed else []
        return (*said, *_path_said(path, seen), *_environ_said(environ))

    return restored


def _put_back(one: _Watched, value: Any) -> bool:
    if one.read() == value:
        return False
    with suppress(OSError, ValueError, TypeError, locale.Error):
        one.put_back(value)
    return True


def _path_said(path: list[str], seen: tuple[str, ...]) -> Iterator[str]:
    """Keep what was added to the path, but behind everything that was there, so that it hides nothing."""
    now = tuple(sys.path)
    sys.path = path
    if now != seen:
        added = [entry for entry in now if entry not in seen]
        path[:] = [*seen, *added]
        listed = f" (adding {', '.join(map(str, added))} stands, at the end)" if added else ""
        yield f"it changed sys.path while it was loaded; that was put back{listed}"


def _environ_said(before: dict[str, str]) -> Iterator[str]:
    """Put variables back; new ones stay, since the libraries that a plugin uses may read them later."""
    now = dict(os.environ)
    changed = {name for name, value in before.items() if now.get(name) != value}
    changed |= {name for name in now if name not in before and name.startswith(_OURS)}
    for name in changed:
        if name in before:
            os.environ[name] = before[name]
        else:
            del os.environ[name]
    if changed:
        yield f"it changed {', '.join(sorted(changed))} in os.environ while it was loaded; that was put back"


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - compared as text
    except OSError:  # the folder was removed under us
        return ""


def _handlers() -> tuple[Any, ...]:
    return tuple(signal.getsignal(number) for number in _SIGNALS)


def _handle(handlers: tuple[Any, ...]) -> None:
    for number, handler in zip(_SIGNALS, handlers, strict=True):
        if handler is not None:  # not one that was set outside of Python
            signal.signal(number, handler)


def _arithmetic() -> tuple[Any, ...]:
    context = decimal.getcontext()  # without its flags, which every calculation sets
    traps = tuple(name for name, is_set in context.traps.items() if is_set)
    return context.prec, context.rounding, context.Emin, context.Emax, context.capitals, context.clamp, traps


def _calculate(facts: tuple[Any, ...]) -> None:
    prec, rounding, least, greatest, capitals, clamp, traps = facts
    decimal.setcontext(decimal.Context(prec, rounding, least, greatest, capitals, clamp, [], list(traps)))


def _set_error_stream(stream: Any) -> None:
    sys.stderr = stream


_WATCHED: Final = (
    _Watched("the locale", lambda: locale.setlocale(locale.LC_ALL), lambda text: locale.setlocale(locale.LC_ALL, text)),
    _Watched("signal handlers", _handlers, _handle),
    _Watched("the working directory", _folder, os.chdir),
    _Watched("decimal arithmetic", _arithmetic, _calculate),
    _Watched("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    _Watched("sys.stderr", lambda: sys.stderr, _set_error_stream),
)
