"""Who says what is entered of soft fields, and since when it holds."""

from collections.abc import Iterable
from datetime import date

from crmcore.app import Crm
from crmcore.errors import UsageError
from crmcore.values import control_in, too_long
from crmcore.work.actors import ACTOR_LIMIT
from crmcore.work.field_values import Said
from crmcore.work.state import State


def said_now(crm: Crm, state: State, fields: Iterable[str], *, by: str | None = None, on: date | None = None) -> Said:
    """Return who says what is entered now of fields, the actor unless ``by`` is given, and on which day.

    What is entered without a date while the books are closed holds from their date, as every value does. Raises
    `UsageError` for a day that is still to come, for a name that cannot be read, and for either where no field is soft.
    """
    if (by, on) != (None, None) and not any(crm.catalogue.field(name).soft for name in fields):
        raise UsageError("--said-by and --said-on are about soft fields, and none is filled here")
    today = crm.today(state.company)
    if on is not None and on > today:
        raise UsageError(
            f"what was said on {on} cannot be entered on {today}", todo="--said-on takes a date up to today."
        )
    name = crm.actor if by is None else by.strip()
    reason = control_in(name) or too_long(name, ACTOR_LIMIT) or ("" if name else "is empty")
    if reason:
        raise UsageError(f"the name {name[:40]!r} {reason}", todo="--said-by says who said it.")
    return Said(name, min(today, state.day) if on is None else on, is_dated=on is not None)
