"""Typed columns beside documents: what they hold of a value, so that databases compare as rules do."""

import pytest

from crmcore import ColumnShape, column_value
from crmcore.storage.column_values import MISFIT


def held(form, raw):
    return column_value(ColumnShape("x", ("fields", "x"), form), {"fields": {"x": raw}})


@pytest.mark.parametrize(
    ("form", "raw", "wanted"),
    [
        ("text", "STRASSE", "strasse"),
        ("text", "Straße", "strasse"),
        ("texts", ["VIP", "old"], "\x1fvip\x1fold\x1f"),
        ("texts", [], "\x1f"),
        ("key", "C1", "C1"),
        ("boolean", True, 1),
        ("integer", 7, 7),
        ("integer", str(2**62), 2**62),
        ("units:6", "10.5", 10_500_000),
        ("units:2", "-0.07", -7),
        ("ratio", "0.1", 0.1),
        ("day:Asia/Shanghai", "1970-01-02", 1),
        ("day:Asia/Shanghai", "1970-01-01T16:00:00Z", 1),
        ("day:America/New_York", "1970-01-01T04:59:59Z", -1),
        ("moment:UTC", "1970-01-01T00:00:01Z", 1_000_000),
        ("moment:Asia/Shanghai", "1970-01-01", -8 * 3600 * 1_000_000),
    ],
)
def test_a_column_holds_a_value_as_rules_compare_it(form, raw, wanted):
    assert held(form, raw) == wanted


@pytest.mark.parametrize(
    ("form", "raw"),
    [
        ("text", 5),
        ("text", "nul\0"),
        ("text", "a\x1fb"),
        ("integer", str(2**64)),
        ("units:2", "0.001"),
        ("units:6", "9" * 30),
        ("day:UTC", "tomorrow"),
        ("boolean", "yes"),
        ("form of the future", "x"),
    ],
)
def test_a_value_that_has_no_place_in_its_column_is_no_unknown_one(form, raw):
    assert held(form, raw) is MISFIT


@pytest.mark.parametrize("document", [{}, {"fields": None}, {"fields": {}}, {"fields": {"x": None}}, {"fields": 5}])
def test_what_nobody_entered_is_unknown(document):
    assert column_value(ColumnShape("x", ("fields", "x"), "text"), document) is None
