"""Who may do what: the one place that decides."""

from collections.abc import Iterable

from crmcore.app import Crm
from crmcore.errors import NotAllowed
from crmcore.grammar.declare import Metric, Scheme
from crmcore.grammar.walk import needs, needs_of
from crmcore.plugging.core_settings import SENSITIVE_READERS
from crmcore.work.masking import SENSITIVE

EVERYBODY = "*"
_TODO = "Ask for sensitive values: crm --sensitive ..."


def reveal(crm: Crm) -> None:
    """Let this actor see sensitive values from now on; raises `NotAllowed` for one who may not."""
    if crm.plain.sources.is_unread:
        raise NotAllowed(
            "who may see sensitive values stands in a configuration that cannot be used",
            todo="Mend it first: `crm doctor` says what is wrong.",
        )
    readers = {name.strip() for name in str(crm.setting(SENSITIVE_READERS)).split(",")}
    if not readers & {EVERYBODY, crm.actor}:
        raise NotAllowed(
            f"{crm.actor!r} may not see sensitive values",
            todo=f"Whoever keeps crm.toml lists those who may in the setting {SENSITIVE_READERS.name}.",
        )
    crm.sensitive = True


def shown(crm: Crm, schemes: Iterable[Scheme], *, named: bool, facts: bool = False) -> tuple[list[Scheme], list[str]]:
    """Return the schemes whose answers for single customers this actor has asked to see, and the names of the others.

    With ``facts``, schemes that read sensitive values are left out too, since their reasons tell these. Raises
    `NotAllowed` if one that is left out was ``named``.
    """
    every = list(schemes)
    hidden = [each for each in every if not crm.sensitive and (is_sensitive(each) or (facts and reads_sensitive(each)))]
    names = list(dict.fromkeys(each.name for each in hidden))
    if hidden and named:
        raise NotAllowed(f"{', '.join(names)}: sensitive, so not shown unawares", todo=_TODO)
    return [each for each in every if each.name not in names], names


def is_sensitive(scheme: Scheme) -> bool:
    """Whether a scheme's answers are."""
    return scheme.privacy == SENSITIVE


def reads_sensitive(subject: Scheme | Metric) -> bool:
    """Whether a scheme or metric reads a sensitive field or column, or asks a scheme whose answers are sensitive."""
    needed = needs_of(subject) if isinstance(subject, Scheme) else needs(subject)
    if any(map(is_sensitive, needed.schemes)):
        return True
    steps = (step.privacy for column in needed.columns for step in column.steps)
    return SENSITIVE in {*(field.privacy for field in needed.fields), *steps}
