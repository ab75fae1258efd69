"""Versions and requirements as packages state them: just enough of PEP 440 and 508 to ask "does it fit this core?"."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs
from attrs import frozen

_VERSION: Final = re.compile(
    r"\s*v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_number>\d*))?"
    r"(?P<post>-(?P<post_plain>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>\d*))?"
    r"(?P<dev>[-_.]?dev[-_.]?(?P<dev_number>\d*))?"
    r"(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?\s*",
    re.IGNORECASE,
)
_SPECIFIER: Final = re.compile(r"\s*(~=|===|==|!=|<=|>=|<|>)\s*([^\s,]+)\s*")
_REQUIREMENT: Final = re.compile(
    r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;@)]*)\)?\s*(@[^;]*)?(;.*)?"
)
_RANK: Final = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_NEVER: Final = -1
_FINAL: Final = 3
_LAST: Final = float("inf")
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        "<=": operator.le,
        ">=": operator.ge,
        "<": operator.lt,
        ">": operator.gt,
    }
)


@frozen(order=True)
class Version:
    """A version in the order in which PEP 440 puts them; a local part (``+cpu``) is left out."""

    epoch: int
    release: tuple[int, ...]
    pre: tuple[int, int]
    post: int
    dev: float

    def starts_with(self, release: tuple[int, ...]) -> bool:
        """Whether this is some version of the series ``release``, e.g. (1, 4) for ``1.4.*``."""
        padded = self.release + (0,) * len(release)
        return padded[: len(release)] == release


@frozen
class Requirement:
    """What one line of Requires-Dist asks for; ``marker`` is the condition after the semicolon."""

    name: str
    specifiers: str
    marker: str = ""


def normal_name(name: str) -> str:
    """Return a distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_version(text: str) -> Version:
    """Return a version; raises `ValueError` where it is none."""
    found = _VERSION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no version")
    release = tuple(int(part) for part in found["release"].split("."))
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    post = int(found["post_plain"] or found["post_number"] or 0) if found["post"] else _NEVER
    dev = int(found["dev_number"] or 0) if found["dev"] else _LAST
    if found["pre"]:
        pre = (_RANK[found["pre"].lower()], int(found["pre_number"] or 0))
    else:
        only_dev = bool(found["dev"]) and not found["post"]
        pre = (_NEVER if only_dev else _FINAL, 0)
    return Version(int(found["epoch"] or 0), release, pre, post, dev)


def read_requirement(text: str) -> Requirement:
    """Return what a line of Requires-Dist asks for; raises `ValueError` where it cannot be read."""
    found = _REQUIREMENT.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no requirement")
    name, specifiers, _, marker = found.groups()
    return Requirement(normal_name(name), specifiers.strip(), (marker or "").lstrip("; "))


def satisfies(version: str, specifiers: str) -> bool:
    """Whether ``version`` meets all of ``specifiers`` (``>=1.2,<2``); pre-releases are allowed.

    Raises `ValueError` where one of them cannot be read.
    """
    return all(_meets(version, part) for part in specifiers.split(",") if part.strip())


def _meets(text: str, specifier: str) -> bool:
    found = _SPECIFIER.fullmatch(specifier)
    if not found:
        raise ValueError(f"{specifier.strip()!r} is no version specifier")
    sign, bound = found.groups()
    if sign == "===":
        return text.strip().lower() == bound.lower()
    version = read_version(text)
    if bound.endswith(".*") and sign in {"==", "!="}:
        return _in_series(version, bound.removesuffix(".*")) == (sign == "==")
    other = read_version(bound)
    if sign == "~=":
        return version >= other and _in_series(version, bound, drop_last=True)
    return _COMPARE[sign](version, other) and not _only_seems(sign, version, other)


def _only_seems(sign: str, version: Version, other: Version) -> bool:
    """Whether ``<`` or ``>`` holds by a pre- or post-release of ``other``, which PEP 440 does not count: 2.0rc1 < 2.0."""
    if sign == ">":
        of_other = attrs.evolve(version, post=_NEVER, dev=_LAST) == other
        return of_other and version.post != _NEVER
    if sign == "<" and other.dev == _LAST and other.pre[0] == _FINAL:
        pre = (_NEVER, 0) if other.post == _NEVER else other.pre
        return version >= attrs.evolve(other, pre=pre, dev=0)
    return False


def _in_series(version: Version, series: str, *, drop_last: bool = False) -> bool:
    named = _VERSION.fullmatch(series)
    if not named:
        raise ValueError(f"{series!r} is no version")
    release = tuple(int(part) for part in named["release"].split("."))
    if drop_last:
        if len(release) == 1:
            raise ValueError(f"'~={series}' needs at least two numbers")
        release = release[:-1]
    return version.epoch == int(named["epoch"] or 0) and version.starts_with(release)


def unmet(requires: Iterable[str], name: str, version: str) -> str:
    """Return why ``name`` at ``version`` does not meet the requirements on it; empty if it does.

    A requirement with a condition (an extra, another Python) is passed over: the installer has judged it.
    """
    for text in requires:
        if normal_name(re.split(r"[^A-Za-z0-9._-]", text.strip(), maxsplit=1)[0]) != normal_name(name):
            continue
        try:
            wanted = read_requirement(text)
            if wanted.marker or satisfies(version, wanted.specifiers):
                continue
        except ValueError as error:
            return f"its requirement {text!r} cannot be read: {error}"
        return f"it needs {name} {wanted.specifiers}; this is {version}"
    return ""
