"""The company's own values of settings, as they stand in the store."""

from datetime import date
from decimal import Decimal

import pytest
from company_kit import make_crm

from crmcore import Setting
from crmcore.work.settings import SETTINGS, read_setting, settings_in, write_setting


@pytest.mark.parametrize(
    ("default", "value", "raw"),
    [
        (3, 12, "12"),
        (Decimal("0.5"), Decimal("0.25"), "0.25"),
        ("web", "shop", "shop"),
        (True, False, False),
        (date(2026, 1, 1), date(2026, 6, 15), "2026-06-15"),
    ],
)
def test_values_come_back_as_the_type_of_the_default(default, value, raw):
    assert write_setting(value) == raw
    found = read_setting(Setting("shop.x", default), raw)
    assert (found, type(found)) == (value, type(value))


def test_only_settings_that_the_company_set_are_there():
    crm = make_crm()
    much, few = Setting("shop.much", 100), Setting("shop.few", 1)
    with crm.store.write() as transaction:
        transaction.put(SETTINGS, "shop.much", {"value": "50"})
        transaction.put(SETTINGS, "other.x", {"value": "1"})
        assert settings_in(transaction, (much, few)) == {"shop.much": 50}
