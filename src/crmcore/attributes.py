"""What the attributes of a declaration may be: attrs validators that name everything wrong with it at once.

A declaration is refused where it is made, so that the error stands in the author's own line. `problems_of` asks the same
of a finished one, for whatever came about in another way.
"""

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, Literal, get_args

import attrs
from attrs import frozen

from crmcore.errors import RuleError
from crmcore.kinds import Kind, is_stored
from crmcore.labels import Choices, Label
from crmcore.legible import is_legible, visible

LONGEST_LINE: Final = 1_000
LONGEST_DOC: Final = 10_000
MOST_DIGITS: Final = 12
"""Digits after the point that stored decimals may have."""

_SHOWN: Final = 60
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@frozen
class Shape:
    """An attrs validator: ``takes`` says what the attribute may be, ``fits`` whether a value is that."""

    takes: str
    fits: Callable[[Any], bool]

    def __call__(self, declared: Any, _: Any, value: Any) -> None:
        """Refuse a declaration with everything that is wrong with it; attrs calls this when all of it is set."""
        if not self.holds(value):
            raise RuleError(f"{_titled(declared)}: {'; '.join(problems_of(declared))}")

    def holds(self, value: Any) -> bool:
        """Whether a value fits; one that raises when it is looked at does not."""
        try:
            return bool(self.fits(value))
        except Exception:  # noqa: BLE001 - whatever a plugin's class raises
            return False


def problems_of(declared: Any) -> tuple[str, ...]:
    """Return a sentence for each attribute of a declaration, and of its parts, that is not what it must be."""
    return tuple(_problems(declared))


def _problems(declared: Any) -> Iterator[str]:
    for attribute in attrs.fields(type(declared)):
        value = getattr(declared, attribute.name, None)
        if isinstance(attribute.validator, Shape) and not attribute.validator.holds(value):
            yield f"{attribute.name}= takes {attribute.validator.takes}, not {shown(value)}"
        elif type(value) is tuple:
            for part in value:
                if attrs.has(type(part)):
                    yield from (f"its {_titled(part)}: {problem}" for problem in _problems(part))


def shown(value: Any) -> str:
    """Return a value as an error message can have it: short, on one line, and harmless whatever it is."""
    try:
        text = _titled(value) if _is_declared(value) else repr(dict(value.texts) if isinstance(value, Label) else value)
    except Exception:  # noqa: BLE001 - a plugin's class, or a number of too many digits
        text = f"an object of {type(value)!r}"
    return visible(" ".join(text[:_SHOWN].split()))


def _is_declared(value: Any) -> bool:
    attributes: tuple[Any, ...] = attrs.fields(type(value)) if attrs.has(type(value)) else ()
    return bool(attributes) and isinstance(attributes[0].validator, Shape)


def _titled(declared: Any) -> str:
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(declared).__name__).lower()
    name = getattr(declared, attrs.fields(type(declared))[0].name)
    return kind if isinstance(name, str) and not name else f"{kind} {shown(name)}"


# -- what most declarations have --------------------------------------------------------------------------------------


def is_line(value: Any) -> bool:
    """Whether it is a text that fits on a line."""
    return isinstance(value, str) and len(value) <= LONGEST_LINE and is_legible(value)


def is_doc(value: Any) -> bool:
    """Whether it is a text of any number of lines."""
    return isinstance(value, str) and len(value) <= LONGEST_DOC and is_legible(value, lines=True)


def _is_label_of(is_text: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        pairs = value.texts if isinstance(value, Label) else None
        return isinstance(pairs, tuple) and all(_LANGUAGE.fullmatch(code) and is_text(text) for code, text in pairs)

    return fits


def _labels_of(choices: Choices) -> Iterator[Any]:
    for language, said in choices.labels.items():
        yield from (language, *said.values())


LINE: Final = Shape("a text on one line without control characters", is_line)
LABEL: Final = Shape('texts on one line without control characters: {"en": "...", "zh": "..."}', _is_label_of(is_line))
DOC: Final = Shape('texts without control characters: {"en": "...", "zh": "..."}', _is_label_of(is_doc))
FLAG: Final = Shape("True or False", lambda value: type(value) is bool)
FUNCTION: Final = Shape("a function", callable)
CHOICES: Final = Shape(
    "several texts such as ('high', 'low'), or Choices(...) with labels, without control characters",
    lambda value: isinstance(value, Choices) and all(map(is_line, (*value, *_labels_of(value)))),
)
KIND: Final = Shape(
    f"a kind such as TEXT, INTEGER, MONEY or decimal(2), with up to {MOST_DIGITS} digits",
    lambda value: isinstance(value, Kind) and is_stored(value) and value.scale <= MOST_DIGITS,
)


def named(pattern: str, takes: str) -> Shape:
    """Return the shape of a name."""
    compiled = re.compile(pattern)
    return Shape(takes, lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None)


NAME: Final = named(r"[a-z][a-z0-9_]{0,59}", "a name of small letters, digits and _ that begins with a letter")
FULL_NAME: Final = named(
    r"[a-z][a-z0-9_]{0,59}\.[a-z][a-z0-9_]{0,98}", "a full name, plugin.name in small letters, digits and _"
)


def one_of(*texts: str) -> Shape:
    """Return the shape of a choice among a few texts."""
    return Shape(f"one of {', '.join(texts)}", lambda value: isinstance(value, str) and value in texts)


Privacy = Literal["public", "internal", "personal", "sensitive"]
PRIVACY: Final = one_of(*get_args(Privacy))

PERSONAL: Final = frozenset({"personal", "sensitive"})
"""What goes when a person's data is erased."""


def a(cls: type | tuple[type, ...], takes: str) -> Shape:
    """Return the shape of an object of a class."""
    return Shape(takes, lambda value: isinstance(value, cls))


def several(each: Shape) -> Shape:
    """Return the shape of a tuple of what ``each`` describes."""
    return Shape(f"a list, each {each.takes}", lambda value: isinstance(value, tuple) and all(map(each.holds, value)))


def perhaps(shape: Shape) -> Shape:
    """Return a shape that takes None too."""
    return Shape(f"{shape.takes}, or None", lambda value: value is None or shape.fits(value))


# -- what authors may write for them ----------------------------------------------------------------------------------


def text_of(given: Any) -> Any:
    """Return the text of a member of an enum, anything else as it is."""
    return given.value if isinstance(given, enum.Enum) else given


def as_choices(given: Any) -> Any:
    """Return the choices of a list of texts, which may have their labels already."""
    found = given if isinstance(given, Choices) else as_tuple(given)
    return Choices(found) if type(found) is tuple else found


def as_tuple(given: Any) -> Any:
    """Return a tuple of what stands in a list; what has no order, or is a text, is left for its shape to refuse."""
    if isinstance(given, str | bytes | Mapping | AbstractSet) or not isinstance(given, Iterable):
        return given
    return tuple(map(text_of, given))
