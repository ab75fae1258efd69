"""Values of plugins' fields as they are stored: bare, or with source and date where the field is soft."""

from datetime import date
from decimal import Decimal

import pytest

from crmcore import Customer, Field
from crmcore.errors import Invalid
from crmcore.work.field_values import Said, current, described, stored

SAID = Said("ada", date(2026, 3, 1))
UNDATED = Said("ada", date(2026, 3, 1), is_dated=False)
mood = Field("shop.mood", str, on=Customer, soft=True, choices=("good", "bad"), default="good")
area = Field("shop.area", Decimal, on=Customer)


def test_a_hard_value_is_stored_bare():
    assert stored(area, Decimal("1.50"), SAID) == "1.50"
    assert stored(area, None, SAID, "1.50") is None
    assert current(area, "1.50", date(2026, 1, 1)) == Decimal("1.50")


def test_a_soft_value_holds_from_the_day_on_which_it_was_said_the_first_one_too():
    first = stored(mood, "bad", SAID)
    assert first == {"value": "bad", "on": "2026-03-01", "source": "ada"}
    assert current(mood, first, date(2026, 2, 28)) == "good"
    assert current(mood, first, date(2026, 3, 1)) == "bad"


def test_a_first_soft_value_without_a_date_holds_since_always_and_a_later_one_from_its_entry():
    first = stored(mood, "bad", UNDATED)
    assert first == {"value": "bad", "on": "0001-01-01", "source": "ada"}
    second = stored(mood, "good", UNDATED, first)
    assert second == {"value": "good", "on": "2026-03-01", "source": "ada"}
    assert current(mood, first, date(1990, 1, 1)) == "bad"
    assert current(mood, second, date(2026, 3, 1)) == "good"


def test_saying_the_same_again_changes_neither_source_nor_date():
    first = {"value": "bad", "on": "2020-01-01", "source": "eve"}
    assert stored(mood, "bad", SAID, first) == stored(mood, "bad", UNDATED, first) == first


@pytest.mark.parametrize("since", ["0001-01-01", "2026-03-02"])
def test_a_value_that_nobody_dated_or_that_held_earlier_than_was_said_is_dated_anew(since):
    first = {"value": "bad", "on": since, "source": "eve"}
    assert stored(mood, "bad", UNDATED, first) == first
    assert stored(mood, "bad", SAID, first) == {"value": "bad", "on": "2026-03-01", "source": "ada"}


def test_a_default_shows_where_nothing_is_said_yet():
    assert current(mood, None, date(2026, 1, 1)) == "good"
    assert current(mood, {"value": "bad", "on": "2026-03-02", "source": "ada"}, date(2026, 3, 1)) == "good"
    assert current(area, None, date(2026, 1, 1)) is None


def test_a_value_of_another_kind_is_refused():
    with pytest.raises(Invalid):
        stored(area, "wide", SAID)


def test_texts_are_read_for_a_field_as_for_a_column():
    column = described(mood)
    assert (column.name, column.kind.name, column.choices) == ("shop.mood", "text", ("good", "bad"))
