"""Markup that is always well-formed: every text in it is escaped, and what is no character of a text is shown as such."""

from html import escape
from typing import Final

Attribute = str | int | float

VOID: Final = frozenset({"meta"})
"""Elements of HTML that have no end."""


class Markup(str):
    """A text that is markup already; only `element` and `joined` make it."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: Attribute | None) -> Markup:
    """Return an element; children that are no `Markup` are escaped, attributes of None left out.

    A trailing underscore of an attribute's name falls away, others become hyphens: ``class_``, ``data_value``.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = joined(*children)
    return Markup(f"<{name}{given}/>" if name in VOID else f"<{name}{given}>{inner}</{name}>")


def joined(*children: str) -> Markup:
    """Return children one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else text(child) for child in children))


def text(plain: str) -> str:
    """Return a text as it stands in markup; controls, also those that turn the direction of writing, are spelt out."""
    if not plain.isprintable():
        plain = "".join(map(_legible, plain))
    return escape(plain, quote=True)


def _legible(character: str) -> str:
    if character.isprintable() or character in "\n\u3000\u200d\u200c":
        return character
    return " " if character in "\t\r\xa0" else repr(character)[1:-1]
