import crm_privacy as plugin
import pytest
from crm_privacy.retention import retention

from crmcore.testing import Conformance, given, placed


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


def contacts(*ago):
    return given(interactions=[(days, "in") for days in ago])


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(), "no_activity"),
        (given(purchases=[(3650, 10)]), "kept"),
        (given(purchases=[(3651, 10)]), "due"),
        (given(purchases=[(9000, 10), (3650, -10)]), "kept"),
        (contacts(3651), "due"),
        (contacts(3650), "kept"),
        (given(purchases=[(3651, 10)], interactions=[(3650, "out")]), "kept"),
        (given(purchases=[(3650, 10)], interactions=[(9000, "in")]), "kept"),
        (given(purchases=[(3651, 10)], interactions=[(3651, "in")]), "due"),
    ],
)
def test_data_is_due_when_nothing_happened_for_ten_years(facts, expected):
    assert placed(retention, facts) == expected
