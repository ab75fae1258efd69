"""Names for people, in English and Chinese, with the code name as the fallback; and those of the texts that a value can be."""

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Self

from attrs import frozen

from crmcore.errors import RuleError


@frozen
class Label:
    """A display text per language code; ``label("zh")`` falls back to English, then to nothing."""

    texts: tuple[tuple[str, str], ...] = ()

    def __call__(self, language: str, fallback: str = "") -> str:
        """Return the text in ``language``, else in English, else ``fallback``."""
        known = dict(self.texts)
        return known.get(language) or known.get("en") or fallback

    @property
    def languages(self) -> tuple[str, ...]:
        """The language codes that have a text."""
        return tuple(code for code, _ in self.texts)


def as_label(texts: Mapping[str, str] | Label | str | None) -> Label:
    """Accept what plugins write: ``{"en": ..., "zh": ...}``, one English text, or nothing.

    Anything else stays what it is; declarations refuse it by name.
    """
    if texts is None or isinstance(texts, str):
        return Label((("en", texts),)) if texts else Label()
    if isinstance(texts, Mapping) and all(isinstance(code, str) for code in texts):
        return Label(tuple(sorted(texts.items())))
    return texts  # type: ignore[return-value]  # a label, or what no label is made of


class Choices(tuple[str, ...]):  # noqa: SLOT001 - a kind of tuple can have no slots
    """The texts that a value can be, and what people read for them, in the same order.

    ``Choices(("open", "done"), zh=("未结", "已完成"))``; where a language has no labels people read the texts themselves.
    """

    labels: Mapping[str, Mapping[str, str]]

    def __new__(cls, texts: Iterable[Any] = (), /, **labels: Iterable[str]) -> Self:
        """Make choices; raises `RuleError` where a language has not one label for each text."""
        made = super().__new__(cls, (text.value if isinstance(text, enum.Enum) else text for text in texts))
        listed = {language: tuple(given) for language, given in labels.items()}
        for language, given in listed.items():
            if len(given) != len(made):
                said = f"{len(given)} labels in {language!r} for {len(made)} texts"
                raise RuleError(f"choices {', '.join(map(str, made))}: {said}; there is one for each, in their order")
        made.labels = MappingProxyType(
            {language: MappingProxyType(dict(zip(made, given, strict=True))) for language, given in listed.items()}
        )
        return made

    def words(self, language: str) -> Mapping[str, str]:
        """Return what people read, by what is stored; nothing where a language has no labels."""
        return self.labels.get(language, {})

    def said(self, choice: str, language: str) -> str:
        """Return what people read for a text; itself where it has no label."""
        return self.words(language).get(choice, choice)

    def read(self, choice: str) -> tuple[str, ...]:
        """Return what people read for a text, in each language."""
        return tuple(known[choice] for known in self.labels.values())


NO_CHOICES: Final = Choices()
"""Those of a value that can be anything."""
