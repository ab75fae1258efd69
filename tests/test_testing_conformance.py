"""What every plugin should pass: a good one does, and each flaw fails the test that is named after it."""

import sys

import pytest
from author_kit import import_everything

from crmcore.author.checking import VALIDATORS

GOOD = '''
"""Acme, as it should be."""

from datetime import date

from crmcore import (
    DATE, MONEY, TEXT, Customer, Field, Metric, Purchase, PurchaseLine, Record, Report, Scheme, Segment, Setting, Table,
    View, column, hookimpl, record, rows, total,
)


def both(text):
    return {"en": text, "zh": f"中文 {text}"}


chairs = Field("acme.chairs", int, on=Customer, unit="chairs", label=both("Chairs"), doc=both("How many chairs it has."))
mood = Field("acme.mood", str, on=Customer, soft=True, choices=("good", "bad"), label=both("Mood"), doc=both("How it is."))
gift = Field("acme.gift", bool, on=PurchaseLine, label=both("Gift"), doc=both("Whether it was given away."))
much = Setting("acme.much", 300, label=both("Much"), doc=both("Our default."))
spend = Metric("acme.spend", total(rows(Purchase).amount), label=both("Spend"), doc=both("All that it spent."))
tier = Scheme(
    "acme.tier",
    Segment("key", when=(spend >= much) | (chairs >= 40).or_else(False), label=both("Key"), doc=both("Spends much.")),
    Segment("sad", when=mood.is_("bad").or_else(False), label=both("Sad"), doc=both("Is in a bad mood.")),
    Segment("standard", label=both("Standard"), doc=both("All others.")),
    label=both("Tier"),
    doc=both("How much it spends."),
)


@record("visit", links={"customer": "customer"}, dated_by="on", label=both("Visit"))
class Visit(Record):
    """Somebody went there."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=both("Customer"))
    on: date = column(DATE, required=True, label=both("Day"))
    after: str | None = column(TEXT, refers_to="self", label=both("After"))
    cost: object = column(MONEY, label=both("Cost"))


@hookimpl
def crm_records():
    return [Visit]


@hookimpl
def crm_fields():
    return [chairs, mood, gift]


@hookimpl
def crm_schemes():
    return [tier]


@hookimpl
def crm_views():
    return [View("acme.best", ("id", spend, tier), sort="-acme.spend", label=both("Best"), doc=both("Who spends most."))]


def names(company):
    return [Table(("name",), tuple((one.name,) for one in company.rows(Customer)), "Names")]


@hookimpl
def crm_reports():
    return [Report("acme.names", names, label=both("Names"), doc=both("All names."))]
'''

TEST = """
import crm_acme
from crmcore.testing import Conformance

class TestConformance(Conformance):
    plugin = crm_acme
"""


@pytest.fixture
def conform(pytester, monkeypatch):
    """Run the tests of conformance on a plugin's text; returns the outcome."""
    import_everything()
    pytester.syspathinsert()
    pytester.makeconftest('pytest_plugins = ["crmcore.testing"]')

    def conform(module, test=TEST, *options):
        monkeypatch.delitem(sys.modules, "crm_acme", raising=False)
        pytester.makepyfile(crm_acme=module, test_acme=test)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)

    yield conform
    sys.modules.pop("crm_acme", None)


def failed(result):
    """Return the names of the tests that failed, without their class."""
    return sorted(
        report.nodeid.partition("::TestConformance::")[2]
        for report in result.reprec.getreports("pytest_runtest_logreport")
        if report.failed
    )


def changed(*replaced):
    text = GOOD
    for old, new in replaced:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_a_good_plugin_passes_and_each_validator_is_a_test_of_its_own(conform):
    result = conform(GOOD, TEST, "-v")
    assert failed(result) == []
    shown = [one for one in VALIDATORS if one.scope != "project" and one.id != "tests"]
    result.assert_outcomes(passed=len(shown) + 14)
    for validator in shown:
        result.stdout.fnmatch_lines([f"*test_it_passes_crm_plugin_check?{validator.tier}-{validator.id}? PASSED*"])


NO_CHINESE = changed(('label=both("Tier")', 'label={"en": "Tier"}'))
NO_SUCH_COLUMN = changed(('("id", spend, tier)', '("id", "acme.nothing", tier)'), ('sort="-acme.spend"', 'sort="id"'))
FAILING_REPORT = changed(("(one.name,) for one", "(one.name / 2,) for one"))
NOBODY = changed(('Segment("sad", when=mood.is_("bad")', 'Segment("sad", when=(mood.is_("bad") & mood.is_("good"))'))


@pytest.mark.parametrize(
    ("module", "tests", "said"),
    [
        (NO_CHINESE, ["test_it_passes_crm_plugin_check[silver-labels]"], "acme.tier"),
        (NOBODY, ["test_it_passes_crm_plugin_check[bronze-segment-contradiction]"], "'sad'"),
        (
            NO_SUCH_COLUMN,
            [f"test_its_views_print[on a{size} company-{lang}]" for size in (" small", "n empty") for lang in ("en", "zh")],
            "crm --lang en view acme.best --format table should have ended well",
        ),
        (
            FAILING_REPORT,
            [f"test_its_reports_print[on a small company-{lang}]" for lang in ("en", "zh")],
            "the report 'acme.names' of the plugin 'acme' failed",
        ),
    ],
    ids=["no Chinese label", "a segment for nobody", "a view of nothing", "a report that fails"],
)  # fmt: skip
def test_a_flaw_fails_the_test_that_is_named_after_it(conform, module, tests, said):
    result = conform(module, TEST, "-k", "labels or contradiction or print or listed")
    assert failed(result) == tests
    assert said in result.stdout.str()


@pytest.mark.parametrize(("tier", "outcome"), [("bronze", "passed"), ("silver", "failed"), ("gold", "failed")])
def test_warnings_count_up_to_the_tier_that_is_to_be_reached(conform, tier, outcome):
    text = TEST + f'    tier = "{tier}"\n'
    conform(NO_CHINESE, text, "-k", "labels").assert_outcomes(**{outcome: 1})


def test_a_plugin_that_does_not_work_fails_with_its_reason(conform):
    result = conform(GOOD + "\n@hookimpl\ndef crm_scheme():\n    return []\n")
    assert "test_it_passes_crm_plugin_check[bronze-hooks]" in failed(result)
    result.stdout.fnmatch_lines(["*plugin 'acme' is not active (failed): there is no hook 'crm_scheme'*"])
    assert len(failed(result)) == 15


REFUSING = """

from crmcore import Rule


@hookimpl
def crm_rules():
    small = rows(Customer).notes.is_("entered by hand")
    return [Rule("acme.by_hand", Customer, small.or_else(False), message=both("Enter it by hand"))]
"""


def test_where_rules_refuse_what_is_made_up_the_author_is_asked_for_it(conform):
    result = conform(GOOD + REFUSING, TEST, "-k", "outlives")
    assert failed(result) == ["test_its_data_outlives_it"]
    result.stdout.fnmatch_lines(
        ["*there is no value of acme.chairs, acme.mood, acme.gift to try this with; enter some in fill()*"]
    )


FILLED = """
from crmcore import Purchase, PurchaseLine
from crmcore.testing import AS_OF, given

class TestConformance(TestConformance):
    def fill(self, trial):
        facts = given({"acme.chairs": 3, "acme.mood": "bad"}, records=[
            Purchase(id="p", customer="", at=AS_OF),
            PurchaseLine(purchase="p", fields={"acme.gift": True}),
            crm_acme.Visit(customer="", on=AS_OF),
        ])
        trial.customer("c1", facts, notes="entered by hand")
"""


def test_an_author_may_enter_the_company(conform):
    conform(GOOD + REFUSING, TEST + FILLED, "-k", "outlives or print or listed").assert_outcomes(
        passed=13, deselected=None
    )


def test_the_plugin_must_be_named(conform):
    result = conform(GOOD, TEST.replace("plugin = crm_acme", "pass"), "-k", "shown")
    result.stdout.fnmatch_lines(["*TestConformance does not say which plugin is meant: set plugin = crm_acme*"])


@pytest.mark.parametrize(
    "named", ['"value_tier"', "crm_lifecycle", 'Path(crm_acme.__file__).rename("acme.py")'], ids=str
)
def test_a_plugin_is_a_module_an_installed_name_or_a_file(conform, named):
    imports = "from pathlib import Path\nimport crm_lifecycle\n"
    text = imports + TEST.replace("plugin = crm_acme", f"plugin = {named}")
    conform(GOOD, text, "-k", "shown or outlives").assert_outcomes(passed=2)


def test_plugins_that_it_cannot_do_without_stand_beside_it(conform):
    text = TEST + '    beside = ("value_tier",)\n\n    def test_both(self, trial):\n        ' + (
        'assert sorted(trial.crm.catalogue.plugins.active) == ["acme", "value_tier"]\n'
    )  # fmt: skip
    conform(GOOD, text, "-k", "both or shown").assert_outcomes(passed=2)
