"""The values of settings that rules use, as they stand in the store."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from crmcore.errors import reading
from crmcore.grammar.declare import Setting
from crmcore.store import Reader

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
