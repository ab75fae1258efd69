"""Who may do what: the one place that decides."""

from crmcore.app import Crm
from crmcore.errors import NotAllowed
from crmcore.plugging.core_settings import SENSITIVE_READERS

EVERYBODY = "*"


def reveal(crm: Crm) -> None:
    """Let this actor see sensitive values from now on; raises `NotAllowed` for one who may not."""
    readers = {name.strip() for name in str(crm.setting(SENSITIVE_READERS)).split(",")}
    if not readers & {EVERYBODY, crm.actor}:
        raise NotAllowed(
            f"{crm.actor!r} may not see sensitive values",
            todo=f"Whoever keeps crm.toml lists those who may in the setting {SENSITIVE_READERS.name}.",
        )
    crm.sensitive = True
