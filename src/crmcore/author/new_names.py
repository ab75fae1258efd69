"""How a new plugin may be called, and the words that are made of its name."""

import keyword
import re
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

import crmcore
from crmcore.entities import type_of
from crmcore.opening import COMMAND_WORDS
from crmcore.records import CORE_RECORDS

LONGEST: Final = 30
"""Letters of a name; longer ones leave no room for others in a table."""

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_OURS: Final = frozenset({"core", "crm", "crmcore", "tinydb"})
_FOLDER: Final = "plugins"  # crm_plugins is the folder of local plugins


@frozen
class Taken:
    """Names in use, each with who uses it: of plugins by a distribution or file, words on the command line by a plugin."""

    plugins: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()


def class_name(name: str) -> str:
    """Return a name as classes are called: ``north_wind`` is NorthWind."""
    return "".join(part.capitalize() for part in name.split("_"))


def title(name: str) -> str:
    """Return a name as people write it: ``north_wind`` is North Wind."""
    return " ".join(part.capitalize() for part in name.split("_"))


def distribution(name: str) -> str:
    """Return the name of a plugin's distribution, which is that of its folder as well."""
    return f"crm-{name.replace('_', '-')}"


def problems_with(name: str, taken: Taken) -> tuple[str, ...]:
    """Return why a new plugin cannot be called so, one sentence each; nothing if it can."""
    if not _NAME.fullmatch(name):
        return (
            f"{name!r:.80} cannot name a plugin: use small letters and digits, with a _ between words{_meant(name)}",
        )
    return (*_too_long(name), *_spoken_for(name), *_used(name, taken))


def _meant(name: str) -> str:
    """Return a name that would do in place of one that does not, as an advice."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    near = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_").removeprefix("crm_")[:LONGEST].strip("_")
    return f"; {near!r} would do" if _NAME.fullmatch(near) and not list(_spoken_for(near)) else ""


def _too_long(name: str) -> Iterator[str]:
    if len(name) > LONGEST:
        yield f"{name!r:.80} has {len(name)} letters; {LONGEST} are the most"


def _spoken_for(name: str) -> Iterator[str]:
    """Yield what a name means already, to Python or to us."""
    if keyword.iskeyword(name) or keyword.iskeyword(class_name(name)):
        yield f"{name!r} is a word of Python"
    elif name in COMMAND_WORDS:
        yield f"{name!r} is a command of crm"
    elif name in {type_of(record).name for record in CORE_RECORDS}:
        yield f"{name!r} is a record type of crm"
    elif name in _OURS or class_name(name) in crmcore.__all__:
        yield f"{name!r} is a word of crmcore"
    elif name.startswith("crm_"):
        yield f"{name!r} needs no crm_ in front; {name.removeprefix('crm_')!r} would do"
    elif name == _FOLDER or name.startswith(f"{_FOLDER}_"):
        yield f"{name!r} would be taken for the folder crm_{_FOLDER}"


def _used(name: str, taken: Taken) -> Iterable[str]:
    """Yield who uses a name already; one of several that do is enough."""
    owner, user = dict(taken.plugins).get(name), dict(taken.words).get(name)
    if owner is not None:
        return (f"there is a plugin {name!r} already ({owner})",)
    return () if user in {None, name} else (f"{name!r} is a command, record type or store of the plugin {user!r}",)
