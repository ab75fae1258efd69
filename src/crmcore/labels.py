"""Names for people, in English and Chinese, with the code name as the fallback."""

from collections.abc import Mapping

from attrs import frozen


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
