"""What can be wrong with a plugin's hooks, said before or right after they are called."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_VARARGS, CO_VARKEYWORDS
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any, Final

from crmcore import hookspecs
from crmcore.plugging.contributions import HOOK_OF, PREFIXED, Contribution, code_of, described, kind_of
from crmcore.plugging.isolation import Refused

HOOKS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        name: function.__code__.co_varnames[: function.__code__.co_argcount]
        for name, function in vars(hookspecs).items()
        if hasattr(function, "crm_spec")
    }
)
"""Every hook with the names of its parameters."""

KIND_OF: Final = MappingProxyType({hook: kind for kind, hook in HOOK_OF.items()})
"""The kind of contribution that each contribution hook returns."""

_ALIKE: Final = 0.85
"""How close a function's name is to a hook's for us to take it for a misspelt one."""


def check_module(module: ModuleType) -> tuple[str, ...]:
    """Return what is wrong with the hooks of a plugin's module, one sentence each; empty if all is well."""
    found = (_problem(name, value) for name, value in vars(module).items() if not isinstance(value, ModuleType))
    return tuple(problem for problem in found if problem)


def _problem(name: str, value: Any) -> str:
    code = code_of(value) if isinstance(value, FunctionType) else None
    marker = (getattr(value, "__dict__", None) or {}).get("crm_impl")
    if code is None:
        return f"{name} is a {type(value).__name__}; a hook is a plain function" if marker or name in HOOKS else ""
    place = f"{code.co_filename}:{code.co_firstlineno}"
    if not isinstance(marker, dict):
        return _undecorated(name, place)
    if name not in HOOKS:
        near = get_close_matches(name, HOOKS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the hooks are {', '.join(HOOKS)}"
        return f"there is no hook {name!r} ({place}); {hint}"
    return _signature_problem(f"{name}() at {place}", HOOKS[name], value, code)


def _undecorated(name: str, place: str) -> str:
    near = get_close_matches(name, HOOKS, n=1, cutoff=_ALIKE) if name.startswith("crm") else ()
    if not near:
        return ""
    spelling = "" if name in HOOKS else f" and is no hook either (did you mean {near[0]!r}?)"
    return f"{name}() at {place} is not decorated{spelling}; write @hookimpl above it, or give it another name"


def _signature_problem(start: str, parameters: tuple[str, ...], function: Any, code: CodeType) -> str:
    options = [option for option, value in function.crm_impl.items() if value]
    named = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    unknown = [argument for argument in named if argument not in parameters]
    allowed = ", ".join(parameters) or "no parameters"
    if options:
        return f"{start} has {', '.join(options)}; @hookimpl takes no options, since the order of plugins is fixed"
    if code.co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR):
        return f"{start} is async; a hook is an ordinary function"
    if function.__defaults__ or function.__kwdefaults__:
        return f"{start} has a default argument; it takes {allowed}, and no defaults"
    if unknown or code.co_flags & (CO_VARARGS | CO_VARKEYWORDS):
        return f"{start} takes {', '.join(unknown) or '*args or **kwargs'}; it can have {allowed} only"
    return ""


def checked_values(hook: str, result: Any, place: str) -> tuple[Any, ...]:
    """Return what a contribution hook returned as a tuple; raises `Refused`."""
    kind = KIND_OF[hook]
    start = f"{hook}() at {place} returned"
    if result is None:
        raise Refused(f"{start} nothing; return a list, perhaps an empty one")
    if kind_of(result) or isinstance(result, str | bytes | Mapping) or not isinstance(result, Iterable):
        raise Refused(f"{start} {described(result)}; return a list, even of one")
    values = tuple(result)
    for value in values:
        found = kind_of(value)
        if found != kind:
            hint = f"; that belongs into {HOOK_OF[found]}()" if found else ""
            raise Refused(f"{start} {described(value)} where a {kind} belongs{hint}")
        if kind == "command" and not value.name:
            raise Refused(f"{start} a command without a name")
    return values


def wrong_prefix(contribution: Contribution, plugin: str) -> str:
    """Return what is wrong if ``plugin`` declares this under a name that is not its own; empty if all is well."""
    kind, name = contribution.kind, contribution.name
    prefix, _, short = name.partition(".")
    if kind not in PREFIXED or prefix == plugin:
        return ""
    return (
        f"the {kind} {name!r} ({contribution.place}) comes from the plugin {plugin!r}, so its name must begin with "
        f"'{plugin}.': call it '{plugin}.{short}', or use another plugin's {kind} in your rules without returning it"
    )
