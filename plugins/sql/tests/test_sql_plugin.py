"""The plugin as a plugin, and its addresses."""

import crm_sql
import pytest
from crm_sql import open_sqlite

from crmcore import UsageError
from crmcore.testing import Conformance


class TestConformance(Conformance):
    """What `crm plugin check` asks of every plugin."""

    plugin = crm_sql
    tier = "gold"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///", "is not the address"),
        ("sqlite://crm.db", "is not the address"),
        ("mysql:///crm.db", "is not the address"),
        ("sqlite:///folder/", "is not the address"),
        ("sqlite:///crm.db?speed=5", "unknown option speed"),
        ("sqlite:///crm.db?timeout=soon", "is no number of seconds"),
        ("sqlite:///crm.db?timeout=-1", "is no number of seconds"),
        ("sqlite:///crm.db?timeout=nan", "is no number of seconds"),
        ("sqlite:///crm.db?timeout", "is no list of options"),
        ("sqlite:///crm.db?timeout=1&timeout=2", "says one of its options twice"),
    ],
)
def test_a_wrong_address_is_refused(url, said):
    with pytest.raises(UsageError, match=said):
        open_sqlite(url)
