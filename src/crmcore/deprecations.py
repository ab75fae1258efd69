"""What is going away: how it is marked, how its users are warned, and how the warnings are kept for people.

One line marks each thing:

- a public name: an entry of `NAMES`;
- a parameter of a function or class: ``@renamed(since="1.3", top="limit")`` above it;
- a hook, or a parameter of one: ``@hookspec(warn_on_impl=removal("the hook crm_old", "crm_new", since="1.3"))``, or
  ``warn_on_impl_args={"changes": removal(...)}``;
- a command or option: ``deprecated=advice("crm new", since="1.3")`` in its click decorator.

``docs/deprecation.md`` is the policy.
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any, Final, NamedTuple, TypeVar

from crmcore import __version__

Marked = TypeVar("Marked", bound=Callable[..., Any])

_INSIDE: Final = (os.path.dirname(__file__) + os.sep, "<frozen importlib", "<attrs generated")  # noqa: PTH120 - no pathlib at start-up


class CrmRemovedIn2Warning(DeprecationWarning):
    """A plugin uses something that is an error in crmcore 2.0 and gone in 2.1."""


class Gone(NamedTuple):
    """A public name that goes away: where it stands as ``module:attribute``, what to use instead, and since when."""

    place: str
    instead: str
    since: str


class Use(NamedTuple):
    """A line that uses something that is going away."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


NAMES: Final[dict[str, Gone]] = {}
"""Names that crmcore still answers to: ``"total_of": Gone("grammar.terms:total", "crmcore.total", since="1.3")``."""

_USES: Final[dict[Use, None]] = {}


def advice(instead: str = "", *, since: str) -> str:
    """Return since when something is deprecated, what becomes of it, and what to use instead."""
    return f"since {since}, an error in 2.0 and gone in 2.1{f'; use {instead}' if instead else ''}"


def removal(what: str, instead: str = "", *, since: str) -> CrmRemovedIn2Warning:
    """Return the warning that ``what`` is going away."""
    return CrmRemovedIn2Warning(f"{what} is deprecated {advice(instead, since=since)}")


def is_due() -> bool:
    """Whether this is the version in which what was deprecated is an error."""
    return int(__version__.partition(".")[0]) >= 2  # noqa: PLR2004 - as the warning says


def warn(warning: CrmRemovedIn2Warning) -> None:
    """Warn the nearest caller outside of crmcore, and remember it; from 2.0 on, raise the warning instead."""
    frame = sys._getframe(1)  # noqa: SLF001 - warnings.warn cannot skip by file before Python 3.12
    while frame.f_back and frame.f_code.co_filename.startswith(_INSIDE):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    _USES[Use(file, line, str(warning))] = None
    if is_due():
        raise warning
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    warnings.warn_explicit(warning, CrmRemovedIn2Warning, file, line, frame.f_globals.get("__name__"), registry)


def old_name(name: str) -> Any:
    """Return what a name that is going away stands for, with a warning; raises `AttributeError` for any other."""
    gone = NAMES.get(name)
    if gone is None:
        raise AttributeError(f"module 'crmcore' has no attribute {name!r}")
    warn(removal(f"crmcore.{name}", gone.instead, since=gone.since))
    module, _, attribute = gone.place.partition(":")
    return getattr(import_module(f"crmcore.{module}"), attribute)


def renamed(*, since: str, **parameters: str) -> Callable[[Marked], Marked]:
    """Let a function or class still take parameters by their old names: ``old="new"``, or ``old=""`` to pass it over."""

    def mark(function: Marked) -> Marked:
        called = f"{function.__qualname__}(%s=)"

        def current(given: dict[str, Any]) -> dict[str, Any]:
            for old, new in parameters.items():
                if old in given:
                    warn(removal(called % old, called % new if new else "", since=since))
                    value = given.pop(old)
                    if new in given:
                        raise TypeError(
                            f"{function.__qualname__}() got both {old!r} and {new!r}; they are one parameter"
                        )
                    given |= {new: value} if new else {}
            return given

        inner = vars(function)["__init__"] if isinstance(function, type) else function

        @wraps(inner)
        def taking(*args: Any, **given: Any) -> Any:
            return inner(*args, **current(given))

        if isinstance(function, type):
            function.__init__ = taking  # type: ignore[misc]  # the class itself stays what it was
            return function
        return taking  # type: ignore[return-value]  # it is called like the function

    return mark


@contextmanager
def watched() -> Iterator[list[Use]]:
    """Collect the uses of what is going away instead of warning of them; other warnings go their way.

    From 2.0 on they are raised.
    """
    found: list[Use] = []
    with warnings.catch_warnings():
        show = warnings.showwarning

        def keep(message: Any, category: type[Warning], filename: str, lineno: int, *rest: Any) -> None:
            if issubclass(category, CrmRemovedIn2Warning):
                found.append(Use(filename, lineno, str(message)))
            else:
                show(message, category, filename, lineno, *rest)

        warnings.simplefilter("error" if is_due() else "always", CrmRemovedIn2Warning)
        warnings.showwarning = keep  # type: ignore[assignment]  # its last two stand in *rest
        yield found


def uses_in(file: str) -> tuple[Use, ...]:
    """Return the uses in a module, or in the package of which ``file`` is the ``__init__.py``, that were noticed so far.

    A module that somebody imported before does not warn again.
    """
    folder, name = os.path.split(file)
    home = folder + os.sep if name == "__init__.py" else file
    return tuple(use for use in _USES if use.file == file or (home != file and use.file.startswith(home)))
