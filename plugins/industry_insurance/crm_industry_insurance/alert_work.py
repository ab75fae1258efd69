"""Alerts are raised once, follow their indicator while they are open, and end with what was done."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from crmcore import CrmError, Customer, State, Unit

from . import settings
from .alert_signs import ONCE, Sign, Watch
from .alerts import LEVELS, Alert
from .money import rounded

DIGITS = 4


def level_of(gravity: Fraction, state: State) -> str:
    """Return the level of an indicator that is so many times its threshold."""
    found = LEVELS[0]
    factors = (settings.yellow_factor, settings.orange_factor, settings.red_factor)
    for level, factor in zip(LEVELS[1:], factors, strict=True):
        if gravity >= Fraction(state.setting(factor)):
            found = level
    return found


def scan(unit: Unit, state: State) -> tuple[Alert, ...]:
    """Raise what alerts on the state's day and bring open alerts up to date; returns what was raised or changed."""
    known: dict[tuple[str, str], list[Alert]] = {}
    for alert in unit.all(Alert):
        known.setdefault((alert.indicator, alert.subject), []).append(alert)
    found = []
    for sign in Watch(state).signs():
        made = _raised(unit, state, sign, known.get((sign.indicator, sign.subject), ()))
        if made is not None:
            found.append(made)
    return tuple(found)


def _raised(unit: Unit, state: State, sign: Sign, before: Iterable[Alert]) -> Alert | None:
    level = level_of(sign.gravity, state)
    numbers = {"level": level, "value": _number(sign.value), "threshold": _number(sign.threshold)}
    for alert in before:
        if alert.closed_on is None:
            same = (alert.level, alert.value, alert.threshold) == tuple(numbers.values())
            return None if same else unit.edit(alert, **numbers)
    if any(_still_counts(alert, sign, level, state) for alert in before):
        return None
    owner = unit.get(Customer, sign.customer).owner if sign.customer else None
    facts = {"indicator": sign.indicator, "subject": sign.subject, "customer": sign.customer, "owner": owner}
    return unit.add(Alert(opened_on=state.day, **facts, **numbers))  # type: ignore[arg-type]  # mixed values by name


def _still_counts(alert: Alert, sign: Sign, level: str, state: State) -> bool:
    """Whether what was done about a closed alert is enough for now."""
    if sign.indicator in ONCE:
        return True
    quiet = timedelta(days=int(state.setting(settings.alert_quiet_days)))
    is_graver = LEVELS.index(level) > LEVELS.index(alert.level)
    return alert.closed_on is not None and state.day < alert.closed_on + quiet and not is_graver


def close(unit: Unit, alert: Alert, action: str, on: date) -> Alert:
    """End an alert with what was done about it; raises `CrmError` if it is closed already."""
    if alert.closed_on is not None:
        raise CrmError(f"alert {alert.id} was closed on {alert.closed_on}: {alert.action}")
    return unit.edit(alert, closed_on=on, action=action)


def _number(value: Fraction) -> Decimal:
    return rounded(value, DIGITS)
