"""The values of settings: whether they can be used, and in the form that rules take."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from crmcore.errors import Invalid, Problem, UnknownName
from crmcore.grammar.declare import Setting
from crmcore.grammar.setting_defaults import SETTING_DIGITS, is_storable
from crmcore.kinds import NUMBER_LIMIT, from_units, to_units
from crmcore.plugging.configfile import Given
from crmcore.plugging.secrets import HIDDEN, Reference

HEADING: Final = "these settings cannot be used:"

_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_PLAIN_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def checked_settings(given: Mapping[str, Given], known: Mapping[str, Setting]) -> Mapping[str, Given]:
    """Return settings as the rules take them; raises `Invalid` with every one that cannot be used."""
    checked: dict[str, Given] = {}
    problems: list[Problem] = []
    for name, raw in given.items():
        setting = known.get(name)
        if wrong := setting_problem(setting, name, raw, known):
            problems.append(wrong)
        elif setting is not None:
            checked[name] = Given(check_setting(setting, raw.value), raw.origin)
    if problems:
        raise Invalid(problems, heading=HEADING)
    return checked


def setting_problem(setting: Setting | None, name: str, given: Given, known: Collection[str]) -> Problem | None:
    """Return what is wrong with a value that was given for a setting, which nobody may have declared; None if nothing is.

    The value of a secret, or of what might be a misspelt one, is not repeated. Where a secret stands is not looked at.
    """
    if setting is None:
        return Problem(UnknownName("setting", name, known).message, file=given.origin, column=name)
    try:
        if not isinstance(given.value, Reference):
            check_setting(setting, given.value)
        elif not setting.secret:
            raise ValueError("takes a value; only a secret can be taken from $env or $file")  # noqa: TRY301 - one of several reasons
    except ValueError as error:
        value = HIDDEN if setting.secret else _shown(given.value)
        return Problem(str(error), file=given.origin, column=name, value=value)
    return None


def check_setting(setting: Setting, raw: Any) -> Any:
    """Return a value for ``setting`` as the rules take it; raises `ValueError` with the reason if it cannot be used.

    Numbers may be given as text. A setting whose default is an int takes whole numbers only.
    """
    value = _read(setting, raw)
    if setting.least is not None and value < setting.least:
        raise ValueError(f"must be {setting.least} or more")
    if setting.greatest is not None and value > setting.greatest:
        raise ValueError(f"must be {setting.greatest} or less")
    return value


def _read(setting: Setting, raw: Any) -> Any:
    match setting.default:
        case bool():
            return _boolean(raw)
        case int():
            return _whole(raw)
        case Decimal():
            return _number(raw)
        case str():
            return _text(raw, setting.choices)
        case _:
            return _day(raw)


def _boolean(raw: Any) -> bool:
    words = {"true": True, "false": False}
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().lower() in words:
        return words[raw.strip().lower()]
    raise ValueError("must be true or false")


def _number(raw: Any) -> Decimal:
    match raw:
        case bool():
            raise ValueError("must be a number")
        case str() if _PLAIN_NUMBER.fullmatch(raw.strip()):
            number = Decimal(raw.strip())
        case float():
            number = Decimal(repr(raw))
        case int() | Decimal():
            number = Decimal(raw)
        case _:
            raise ValueError("must be a number such as 0.05")
    if not number.is_finite() or abs(number) >= NUMBER_LIMIT:
        raise ValueError("must be a number below 10**12")
    if not is_storable(number):
        raise ValueError(f"has more than {SETTING_DIGITS} digits after the point")
    return from_units(to_units(number, SETTING_DIGITS), SETTING_DIGITS)


def _whole(raw: Any) -> int:
    number = _number(raw)
    if number != number.to_integral_value():
        raise ValueError("must be a whole number")
    return int(number)


def _text(raw: Any, choices: tuple[str, ...]) -> str:
    if not isinstance(raw, str):
        raise ValueError("must be a text")  # noqa: TRY004 - a value that was given, not a type in a program
    if choices and raw not in choices:
        near = get_close_matches(raw, choices, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"must be one of {', '.join(choices)}{hint}")
    return raw


def _day(raw: Any) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if isinstance(raw, str) and _PLAIN_DATE.fullmatch(raw.strip()):
        return date.fromisoformat(raw.strip())
    raise ValueError("must be a date such as 2026-01-31")


def _shown(raw: Any) -> str:
    if isinstance(raw, int) and abs(raw) >= NUMBER_LIMIT:
        return "(a very large number)"
    return str(raw)[:60]
