from datetime import date, timedelta
from zoneinfo import ZoneInfo

import crm_lifecycle as plugin
import pytest
from crm_lifecycle import facts, views
from crm_lifecycle.position import buyer, position, role
from crm_lifecycle.stage import stage
from crm_lifecycle.status import status

from crmcore import Customer, Interaction, Purchase, rows
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case, Facts, Row
from crmcore.evaluation.missing import missing_of, name_of
from crmcore.grammar.walk import canonical, needs, rules_of
from crmcore.work.fitting import fit, population_of, values_of

DAY = date(2024, 6, 30)


class Company:
    """Customers with what is known of them: purchases and approaches by days ago, `kind`, and soft facts."""

    def __init__(self, customers, settings=None):
        self.customers = customers
        self.world = World(
            {f"lifecycle.{name}": value for name, value in (settings or {}).items()}, {}, ZoneInfo("UTC")
        )

    def case(self, name):
        known = self.customers[name]
        soft = {
            f"lifecycle.{fact}": {"value": value, "on": "2024-01-01"}
            for fact, value in known.items()
            if fact not in ("bought", "approached", "called", "kind")
        }
        bought = [
            Purchase(id=f"{i:03}", customer=name, at=DAY - timedelta(given[0]), amount=given[1])
            for i, given in enumerate(known.get("bought", ()))
        ]
        talks = [
            Interaction(id=f"{way}{days}", customer=name, at=DAY - timedelta(days), direction=way)
            for way, ago in (("out", known.get("approached", ())), ("in", known.get("called", ())))
            for days in ago
        ]
        found = {
            rows(Purchase): tuple(Row(each, each.at, (each.at, each.id)) for each in bought),
            rows(Interaction): tuple(Row(each, each.at, (each.at, each.id)) for each in talks),
        }
        return Case(Facts(Customer(id=name, name=name, kind=known.get("kind"), fields=soft), found), DAY)

    def evaluator(self, scheme):
        fits = fit(self.world, population_of((scheme,)), [self.case(name) for name in self.customers], DAY, 1)
        return Evaluator(World(self.world.settings, values_of(fits), self.world.zone))

    def segments(self, scheme):
        evaluator = self.evaluator(scheme)
        return {name: evaluator.answer(scheme, self.case(name)).segment for name in self.customers}

    def missing(self, scheme, name):
        return [name_of(part) for part in missing_of(scheme, self.case(name), self.evaluator(scheme))]


def segment(scheme, known, others=(), **settings):
    company = {"x": known, **{f"other {i}": {"bought": bought} for i, bought in enumerate(others)}}
    return Company(company, settings).segments(scheme)["x"]


NEVER = {}
ONCE = {"bought": [(30, 100)]}
LONG_AGO = {"bought": [(366, 100)]}
NOT_INTERESTED = {"interest": False}


# --- status -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"bought": [(0, 10)]}, "actual"),
        ({"bought": [(365, 10)]}, "actual"),
        ({"bought": [(366, 10)]}, "lost"),
        ({"bought": [(400, 10), (5, -10)]}, "lost"),
        ({"bought": [(400, 10), (5, None)]}, "actual"),
        ({"bought": [(400, 10)], "targeted": True}, "lost"),
        ({"bought": [(10, 10)], "cannot_buy": True}, "actual"),
        (NEVER, "potential"),
        ({"has_motive": True, "can_pay": True}, "potential"),
        ({"has_motive": False}, "non_customer"),
        ({"can_pay": False}, "non_customer"),
        ({"cannot_buy": True}, "non_customer"),
        ({"cannot_buy": True, "targeted": True}, "non_customer"),
        ({"cannot_buy": False}, "potential"),
        ({"targeted": True}, "target"),
        ({"targeted": True, "has_motive": False}, "target"),
        ({"targeted": True, "can_pay": False}, "non_customer"),
        ({"targeted": False}, "potential"),
        ({"approached": [179]}, "target"),
        ({"approached": [180]}, "potential"),
        ({"called": [3]}, "potential"),
        ({"approached": [5], "has_motive": False}, "non_customer"),
        ({"bought": [(3, -10)]}, "potential"),
    ],
    ids=str,
)
def test_status(known, expected):
    assert segment(status, known) == expected


def test_a_fact_counts_from_the_day_on_which_it_was_stated():
    company = Company({"x": {"cannot_buy": True}})
    case = company.case("x")
    before = Case(case.facts, date(2023, 12, 31))
    assert company.evaluator(status).answer(status, before).segment == "potential"


# --- stage --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (NEVER, "potential"),
        ({"interest": True}, "potential"),
        (NOT_INTERESTED, "not_interested"),
        ({**NOT_INTERESTED, "bought": [(9, 10)]}, "first_time"),
        (ONCE, "first_time"),
        ({"bought": [(30, 100), (20, 100)]}, "first_time"),
        ({"bought": [(30, 100), (20, 100), (10, 100)]}, "loyal"),
        ({"bought": [(30, 100), (20, 100), (10, -100)]}, "first_time"),
        ({"bought": [(30, 1), (20, 1), (10, 1)]}, "first_time"),
        ({"bought": [(30, None), (20, None), (10, None)]}, "loyal"),
        ({"bought": [(900, 100), (800, 100), (366, 100)]}, "churned"),
        ({"bought": [(900, 100), (800, 100), (365, 100)]}, "loyal"),
        (LONG_AGO, "churned"),
    ],
    ids=str,
)
def test_stage(known, expected):
    assert segment(stage, known, others=[[(50, 90)]] * 8) == expected


def test_where_all_spend_alike_number_alone_makes_loyal_customers():
    company = Company({name: {"bought": [(9, 10)] * 3} for name in "abc"})
    assert set(company.segments(stage).values()) == {"loyal"}


# --- position, purchase behaviour, role ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (NEVER, "potential"),
        (NOT_INTERESTED, "not_interested"),
        (ONCE, "existing"),
        (LONG_AGO, "past"),
        ({**ONCE, "kind": "partner"}, "partner"),
        ({**NEVER, "kind": "partner"}, "partner"),
        ({**ONCE, "kind": "organization"}, "existing"),
    ],
    ids=str,
)
def test_position(known, expected):
    assert segment(position, known) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (NEVER, "potential"),
        (NOT_INTERESTED, "potential"),
        (ONCE, "new"),
        (LONG_AGO, "new"),
        ({"bought": [(900, 1), (800, 1)]}, "repeat"),
        ({"bought": [(9, 50), (8, -50)]}, "new"),
        ({"bought": [(8, -50)]}, "potential"),
    ],
    ids=str,
)
def test_purchase_behaviour(known, expected):
    assert segment(buyer, known) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (NEVER, "prospect"),
        (ONCE, "existing"),
        (LONG_AGO, "existing"),
        ({"bought": [(9, 40)] * 3}, "loyal"),
        ({"bought": [(9, 1)] * 3}, "existing"),
        ({"bought": [(9, 500)]}, "key"),
        ({"bought": [(9, 500)] * 3}, "key"),
        ({"bought": [(366, 500)] * 3}, "existing"),
        ({"bought": [(9, 500), (8, -500)]}, "existing"),
    ],
    ids=str,
)
def test_role(known, expected):
    assert segment(role, known, others=[[(50, 90)]] * 10 + [[(50, 400)]] * 9) == expected


def test_where_nobody_spent_anything_nobody_has_the_key_role():
    assert segment(role, {"bought": [(9, 500), (8, -500)]}) == "existing"


# --- all schemes --------------------------------------------------------------------------------------------------

SCHEMES = plugin.crm_schemes()


def test_potential_customers_are_not_the_same_everywhere():
    company = Company({"cannot pay": {"can_pay": False}, "not interested": NOT_INTERESTED})
    assert company.segments(status) == {"cannot pay": "non_customer", "not interested": "potential"}
    assert company.segments(stage) == {"cannot pay": "potential", "not interested": "not_interested"}
    assert company.segments(position) == {"cannot pay": "potential", "not interested": "not_interested"}
    assert company.segments(buyer) == {"cannot pay": "potential", "not interested": "potential"}


def test_one_setting_says_everywhere_when_a_customer_is_lost():
    for scheme, now, then in (
        (status, "actual", "lost"),
        (stage, "first_time", "churned"),
        (position, "existing", "past"),
    ):
        assert segment(scheme, ONCE) == now
        assert segment(scheme, ONCE, lost_days=29) == then


@pytest.mark.parametrize(
    ("scheme", "settings", "expected"),
    [
        (stage, {"loyal_purchases": 2}, "loyal"),
        (stage, {"loyal_purchases": 2, "loyal_spend": 1}, "first_time"),
        (buyer, {"repeat_purchases": 3}, "new"),
        (role, {"key_spend": 0}, "key"),
    ],
    ids=str,
)
def test_settings_move_customers(scheme, settings, expected):
    known = {"bought": [(20, 100), (10, 100)]}
    assert segment(scheme, known, others=[[(5, 150)]] * 3 + [[(5, 500)]], **settings) == expected


def test_purchases_without_amounts_leave_only_the_role_of_key_customer_open():
    company = Company({"x": {"bought": [(5, None)]}, "y": ONCE})
    assert [scheme.name for scheme in SCHEMES if company.segments(scheme)["x"] is None] == ["lifecycle.role"]
    assert company.missing(role, "x") == ["lifecycle.spend_12m"]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_an_only_customer_has_an_answer(scheme):
    assert segment(scheme, ONCE) in {"actual", "first_time", "existing", "new", "key"}


@pytest.mark.parametrize(("days", "listed"), [(270, False), (271, True), (365, True), (366, False)])
def test_sleeping_customers_are_listed_before_they_are_lost(days, listed):
    company = Company({"x": {"bought": [(days, 10)]}})
    assert company.evaluator(status).holds(views.sleeping.where, company.case("x")) is listed


def test_who_never_bought_is_not_sleeping():
    company = Company({"x": NEVER})
    assert company.evaluator(status).holds(views.sleeping.where, company.case("x")) is False


# --- what every declaration promises ------------------------------------------------------------------------------

DECLARED = (
    *plugin.crm_fields(),
    *plugin.crm_metrics(),
    *plugin.crm_settings(),
    *SCHEMES,
    *plugin.crm_views(),
)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_everything_is_named_after_the_plugin_and_labelled_in_english_and_chinese(declared):
    assert declared.name.startswith("lifecycle.")
    assert set(declared.label.languages) == {"en", "zh"}
    assert set(declared.doc.languages) in ({"en", "zh"}, set())


def test_names_are_unique():
    names = [declared.name for declared in DECLARED]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_segment_is_labelled_and_explained_and_the_last_takes_everybody(scheme):
    assert scheme.segments[-1].when is None
    for each in scheme.segments:
        assert set(each.label.languages) == set(each.doc.languages) == {"en", "zh"}


def test_treatments_stand_only_where_the_sources_state_them():
    treated = {
        scheme.name.removeprefix("lifecycle."): {each.name for each in scheme.segments if each.treatment.languages}
        for scheme in SCHEMES
    }
    assert treated == {
        "status": {"target"},
        "stage": {"potential", "first_time", "loyal", "churned"},
        "position": {"potential", "existing", "past"},
        "buyer": set(),
        "role": set(),
    }
    languages = {each.treatment.languages for scheme in SCHEMES for each in scheme.segments}
    assert languages == {("en", "zh"), ()}


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_moves_a_scheme_or_view_and_says_that_its_default_is_ours(setting):
    asked = [*(rule for scheme in SCHEMES for rule in rules_of(scheme)), views.sleeping.where]
    assert setting in needs(*asked).settings
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")


@pytest.mark.parametrize("field", plugin.crm_fields(), ids=lambda field: field.name)
def test_what_salespeople_learn_is_kept_with_source_and_date_and_used(field):
    assert field.soft
    assert field in needs(*(rule for scheme in SCHEMES for rule in rules_of(scheme))).fields


def test_every_setting_metric_and_field_that_a_scheme_uses_is_listed():
    for scheme in SCHEMES:
        used = needs(*rules_of(scheme))
        assert set(used.settings) <= set(plugin.crm_settings())
        assert set(used.metrics) <= set(plugin.crm_metrics())
        assert set(used.fields) <= set(plugin.crm_fields())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("purchases", "purchases"), ("spend", "spend"), ("spend_12m", "spend_12m"), ("days_quiet", "recency")],
)
def test_metrics_that_value_tier_has_as_well_are_computed_once(ours, theirs):
    value_tier = pytest.importorskip("crm_value_tier.metrics")
    assert canonical(getattr(facts, ours), {}) == canonical(getattr(value_tier, theirs), {})
