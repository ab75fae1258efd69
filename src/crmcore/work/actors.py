"""Who acts: a name that stands in every record and in the change log, and so has to be fit to be read there."""

from typing import Final

from crmcore.errors import UsageError
from crmcore.values import control_in, too_long

ACTOR_LIMIT: Final = 100
"""Characters that the name of an actor may have."""


def usable_actor(_crm: object, _attribute: object, name: str) -> None:
    """Raise `UsageError` for a name that cannot be read in the change log."""
    reason = control_in(name) or too_long(name, ACTOR_LIMIT)
    if name != name.strip() or not name:
        reason = reason or "is empty, or has blanks around it"
    if reason:
        raise UsageError(f"the actor {name[:40]!r} {reason}", todo="Say who acts with --actor NAME or CRM_ACTOR.")
