"""Texts for people in both languages, written on one line."""


def words(en: str, zh: str) -> dict[str, str]:
    """Return a text in English and Chinese."""
    return {"en": en, "zh": zh}
