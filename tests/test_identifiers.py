"""Ids for records that come without one."""

from datetime import UTC, datetime, timedelta

from company_kit import make_crm, put

from crmcore import Customer
from crmcore.work.identifiers import Identifiers

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def test_ids_sort_by_time_and_within_a_unit_by_their_order():
    maker = Identifiers()
    made = [maker.make(NOW) for _ in range(500)]
    assert made == sorted(made)
    assert len(set(made)) == 500
    assert max(made) < Identifiers().make(NOW + timedelta(milliseconds=1))
    assert Identifiers().make(NOW - timedelta(days=9000)) < min(made)


def test_ids_have_26_letters_that_nobody_confuses():
    made = "".join(Identifiers().make(NOW) for _ in range(200))
    assert len(made) == 200 * 26
    assert set(made) <= set("0123456789abcdefghjkmnpqrstvwxyz")


def test_two_units_at_one_moment_make_different_ids():
    assert len({Identifiers().make(NOW) for _ in range(500)}) == 500


def test_a_given_id_stays_text_and_a_missing_one_is_made():
    given, made = put(make_crm(), Customer(id="007", name="Bond"), Customer(name="Q"))
    assert given.id == "007"
    assert len(made.id) == 26
