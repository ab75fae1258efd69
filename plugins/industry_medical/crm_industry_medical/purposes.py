"""What a scheme of patients is for. No class decides on care: it is never a reason to treat somebody or not."""

from .words import words


def administrative(en: str, zh: str) -> dict[str, str]:
    """Return the description of a scheme for the hospital's own work."""
    return words(f"Administrative; it decides nothing about care. {en}", f"管理类，不作为诊疗依据。{zh}")


def clinical(en: str, zh: str) -> dict[str, str]:
    """Return the description of a scheme that clinicians look at, and judge for themselves."""
    return words(
        f"Clinical; a hint for clinicians, it decides nothing about care. {en}",
        f"临床类，仅供医务人员参考，不作为诊疗依据。{zh}",
    )
