"""The values of settings that rules use, as they stand in the store."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from crmcore.errors import Invalid, Problem, reading
from crmcore.grammar.declare import Setting
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.configfile import Given
from crmcore.plugging.setting_values import HEADING, check_setting, setting_problem
from crmcore.store import Change, Reader, Transaction

SETTINGS: Final = "setting"


def settings_in(reader: Reader, settings: Sequence[Setting]) -> dict[str, Any]:
    """Return the company's own value of each setting that has one; the others have their default."""
    found = {}
    for setting in settings:
        document = reader.get(SETTINGS, setting.name)
        if document is not None:
            with reading(f"the setting {setting.name!r}"):
                found[setting.name] = read_setting(setting, document["value"])
    return found


def read_setting(setting: Setting, raw: Any) -> Any:
    """Return a stored value as the type of the setting's default."""
    match setting.default:
        case bool() | str():
            return raw
        case int():
            return int(raw)
        case Decimal():
            return Decimal(raw)
        case _:
            return date.fromisoformat(raw)


def write_setting(value: Any) -> Any:
    """Return a value as it is stored: texts and booleans as they are, everything else as text."""
    return value if isinstance(value, bool | str) else str(value)


def checked_for_rules(values: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """Return values of settings as the rules take them.

    Raises `Invalid` with every one that cannot be used, that nobody declares, and that no rule uses.
    """
    known = {setting.name: setting for setting in catalogue.values("setting")}
    problems, todo = [], ""
    for name, value in values.items():
        if wrong := setting_problem(known.get(name), name, Given(value, ""), known):
            problems.append(wrong)
        elif name not in catalogue.rule_settings:
            problems.append(Problem("no rule uses it", column=name))
            todo = "What no rule uses is set in crm.toml, by its environment variable, or with --setting."
    if problems:
        raise Invalid(problems, heading=HEADING, todo=todo)
    return {name: check_setting(known[name], value) for name, value in values.items()}


def record_settings(transaction: Transaction, values: Mapping[str, Any]) -> tuple[Change, ...]:
    """Store checked values of settings, and return what that changes."""
    changes = (
        Change(SETTINGS, name, transaction.get(SETTINGS, name), {"value": write_setting(value)})
        for name, value in values.items()
    )
    found = tuple(change for change in changes if change.before != change.after)
    for change in found:
        transaction.put(SETTINGS, change.key, change.after or {})
    return found
