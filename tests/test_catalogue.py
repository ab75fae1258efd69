"""One registry for everything: who owns what, what clashes, and who gives way."""

import importlib
import sys
import types
from textwrap import dedent

import click
import pytest
from attrs import frozen

from crmcore import (
    INSTANT,
    INTEGER,
    MONEY,
    TEXT,
    Customer,
    Field,
    Metric,
    Purchase,
    PurchaseLine,
    Record,
    Report,
    Rule,
    Scheme,
    Segment,
    Setting,
    UnknownName,
    View,
    __version__,
    column,
    count,
    hookimpl,
    pareto_cut,
    record,
    rows,
    total,
)
from crmcore.hookspecs import EngineKind, StoreKind
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.contributions import HOOK_OF, kind_of
from crmcore.plugging.loading import load_plugins
from crmcore.records import CORE_RECORDS

purchase = rows(Purchase)


def returning(values):
    def hook():
        return values

    return hook


def plugin(name, *values, version=""):
    """Return a plugin module that contributes ``values`` through the hooks of their kinds."""
    module = types.ModuleType(f"crm_{name}")
    module.__version__ = version
    for kind, hook in HOOK_OF.items():
        chosen = [value for value in values if kind_of(value) == kind]
        if chosen:
            setattr(module, hook, hookimpl(returning(chosen)))
    return module


def catalogue_of(*modules, **options):
    return build_catalogue(load_plugins(only=list(modules)), **options)


def outcome(catalogue):
    return {one.name: one.status for one in catalogue.plugins.records}


def scheme(name, when=None):
    return Scheme(name, Segment("yes", when=count(purchase) > 0 if when is None else when), Segment("no"))


def visit(named="visit"):
    @record(named, links={"customer": "customer"})
    class Visit(Record):
        customer: str = column(TEXT, required=True, refers_to=Customer)
        purchase: str | None = column(TEXT, refers_to=Purchase)

    return Visit


# --- looking up -------------------------------------------------------------------------------------------------------


def test_the_core_contributes_its_record_types():
    catalogue = catalogue_of()
    assert set(catalogue.values("record")) == set(CORE_RECORDS)
    owner = catalogue.owner("record", "customer")
    assert (owner.plugin, owner.version) == ("crm", __version__)
    assert owner.file.endswith("records.py")
    assert catalogue.record("purchase_line") is PurchaseLine


def test_everything_that_a_plugin_contributes_is_found_by_kind_and_name():
    made = {
        "record": visit(),
        "field": Field("a.chairs", int, on=Customer),
        "setting": Setting("a.letters", "A4"),
        "rule": Rule("a.paid", Purchase, purchase.amount >= 0),
        "metric": Metric("a.spend", total(purchase.amount)),
        "scheme": scheme("a.buys"),
        "view": View("a.list", ["name"]),
        "report": Report("a.hello", lambda company: []),
        "command": click.Command("letters"),
        "store": StoreKind("ledger", open),
        "engine": EngineKind("grid", str, open),
    }
    catalogue = catalogue_of(plugin("a", *made.values(), version="1.2"))
    assert outcome(catalogue) == {"a": "active"}
    for kind, value in made.items():
        (name,) = [name for name in catalogue.names(kind) if catalogue.owner(kind, name).plugin == "a"]
        found = catalogue.owner(kind, name)
        assert found.value is value
        assert (found.plugin, found.version) == ("a", "1.2")
        if kind not in {"rule", "command"}:
            assert getattr(catalogue, kind)(name) is value


def test_the_owner_says_in_which_file_and_line_it_is_declared():
    line = sys._getframe().f_lineno + 1
    field = Field("a.chairs", int, on=Customer)
    owner = catalogue_of(plugin("a", field)).owner("field", "a.chairs")
    assert owner.place == f"{__file__}:{line}"


def test_names_and_values_are_sorted_by_name():
    catalogue = catalogue_of(plugin("b", Setting("b.x", 1)), plugin("a", Setting("a.z", 1), Setting("a.y", 1)))
    assert own(catalogue, "setting") == ("a.y", "a.z", "b.x")
    assert [setting.name for setting in catalogue.values("setting")][:3] == ["a.y", "a.z", "b.x"]


def test_a_record_type_knows_the_fields_on_it_and_the_kind_of_each_column():
    chairs, floor = Field("b.chairs", int, on=Customer), Field("a.floor", str, on=Customer)
    worth = Field("a.worth", MONEY, on=Purchase)
    catalogue = catalogue_of(plugin("a", floor, worth), plugin("b", chairs))
    assert catalogue.fields_on(Customer) == (floor, chairs)
    kinds = catalogue.column_kinds(Purchase)
    assert (kinds["at"], kinds["amount"], kinds["a.worth"]) == (INSTANT, MONEY, MONEY)
    assert catalogue.column_kinds(Customer)["b.chairs"] == INTEGER
    assert "b.chairs" not in kinds


def own(catalogue, kind):
    """Return the names that are not the core's."""
    return tuple(name for name in catalogue.names(kind) if not name.startswith("crm."))


@pytest.mark.parametrize(
    ("kind", "name", "hints"),
    [
        ("scheme", "value_tier.adc", ["did you mean 'value_tier.abc'"]),
        ("scheme", "abc", ["Give the full name: value_tier.abc"]),
        ("scheme", "value_tier.spend", ["'value_tier.spend' is a metric."]),
        ("record", "costumer", ["did you mean 'customer'"]),
        ("view", "value_tier.list", ["no view is declared"]),
        ("field", "broken.x", ["The plugin 'broken' is not active (failed): a() broke"]),
    ],
)
def test_an_unknown_name_is_answered_with_what_was_probably_meant(kind, name, hints):
    modules = [plugin("value_tier", scheme("value_tier.abc"), Metric("value_tier.spend", total(purchase.amount)))]
    modules.append(plugin("broken"))
    plugins = load_plugins(only=modules).set_aside("broken", "failed", "a() broke")
    with pytest.raises(UnknownName) as raised:
        build_catalogue(plugins).owner(kind, name)
    for hint in hints:
        assert hint in str(raised.value)


# --- what is reached --------------------------------------------------------------------------------------------------


def test_what_a_scheme_is_made_of_needs_no_hook():
    share = Setting("a.share", 1)
    chairs = Field("a.chairs", int, on=Customer)
    spend = Metric("a.spend", total(purchase.amount))
    per_chair = Metric("a.per_chair", spend / chairs)
    inner = scheme("a.inner", per_chair >= share)
    outer = scheme("a.outer", inner.is_("yes") & (spend >= pareto_cut(spend, Setting("a.cut", 1))))
    catalogue = catalogue_of(plugin("a", outer))
    assert catalogue.names("scheme") == ("a.inner", "a.outer")
    assert catalogue.names("metric") == ("a.per_chair", "a.spend")
    assert own(catalogue, "setting") == ("a.cut", "a.share")
    assert catalogue.names("field") == ("a.chairs",)
    assert {catalogue.owner("setting", name).plugin for name in own(catalogue, "setting")} == {"a"}


def test_what_views_rules_and_record_types_are_made_of_needs_no_hook():
    seen, asked = visit("seen"), visit("asked")
    spend, tier = Metric("a.spend", total(purchase.amount)), scheme("a.tier", Setting("a.on", default=True).is_(True))
    view = View(
        "a.v", ["name", spend], group=tier, sums=[Metric("a.n", count(rows(asked)))], where=spend >= Setting("a.w", 1)
    )
    rule = Rule("a.r", seen, rows(seen).purchase.is_known())
    catalogue = catalogue_of(plugin("a", view, rule))
    assert catalogue.names("metric") == ("a.n", "a.spend")
    assert catalogue.names("scheme") == ("a.tier",)
    assert own(catalogue, "setting") == ("a.on", "a.w")
    assert catalogue.record("seen") is seen
    assert catalogue.record("asked") is asked
    assert catalogue.owner("record", "seen").plugin == "a"


def test_a_record_type_that_is_only_referred_to_is_known_as_well():
    @record("product")
    class Product(Record):
        category: str | None = column(TEXT)

    @record("rental", links={"customer": "customer"})
    class Rental(Record):
        customer: str = column(TEXT, required=True, refers_to=Customer)
        product: str | None = column(TEXT, refers_to=Product)

    assert catalogue_of(plugin("a", scheme("a.rents", count(rows(Rental)) > 0))).record("product") is Product


def test_what_belongs_to_another_plugin_is_owned_by_it():
    spend = Metric("b.spend", total(purchase.amount))
    catalogue = catalogue_of(plugin("a", scheme("a.tier", spend > 1)), plugin("b", spend, version="3"))
    assert outcome(catalogue) == {"a": "active", "b": "active"}
    owner = catalogue.owner("metric", "b.spend")
    assert (owner.plugin, owner.version) == ("b", "3")


def test_a_field_of_a_plugin_that_is_not_active_stays_usable_and_keeps_its_owner():
    chairs = Field("b.chairs", int, on=Customer)
    plugins = load_plugins(only=[plugin("a", scheme("a.tier", chairs > 1)), plugin("b", chairs, version="3")])
    catalogue = build_catalogue(plugins.set_aside("b", "failed", "broke"))
    assert outcome(catalogue) == {"a": "active", "b": "failed"}
    owner = catalogue.owner("field", "b.chairs")
    assert (owner.plugin, owner.version, owner.value) == ("b", "3", chairs)


def test_a_rule_cannot_reach_what_no_plugin_can_own():
    catalogue = catalogue_of(plugin("a", scheme("a.tier", Metric("stray.spend", total(purchase.amount)) > 1)))
    assert outcome(catalogue) == {"a": "failed"}
    assert "the metric 'stray.spend'" in catalogue.plugins.record("a").reason
    assert "call it 'a.spend'" in catalogue.plugins.record("a").reason


# --- clashes ----------------------------------------------------------------------------------------------------------


def test_the_same_definition_may_come_twice():
    def made():
        return scheme("b.tier", Metric("b.spend", total(purchase.amount)) > Setting("b.cut", 1))

    catalogue = catalogue_of(plugin("a", scheme("a.x", made().is_("yes"))), plugin("b", made(), made()))
    assert outcome(catalogue) == {"a": "active", "b": "active"}


CLASHES = {
    "record": (visit(), visit()),
    "command": (click.Command("letters"), click.Command("letters")),
    "store": (StoreKind("ledger", open), StoreKind("ledger", print)),
    "engine": (EngineKind("grid", str, open), EngineKind("grid", str, print)),
    "command or record": (click.Command("key-visit"), visit("key_visit")),
}


@pytest.mark.parametrize("kind", CLASHES)
def test_of_two_plugins_with_one_unprefixed_name_the_later_gives_way(kind):
    first, second = CLASHES[kind]
    catalogue = catalogue_of(
        plugin("b", second, Setting("b.x", 1), version="2"), plugin("a", first, Setting("a.x", 1), version="1")
    )
    assert outcome(catalogue) == {"a": "active", "b": "conflict"}
    assert own(catalogue, "setting") == ("a.x",)
    reason = catalogue.plugins.record("b").reason
    assert f"two plugins provide the {kind} " in reason
    assert "a 1 (" in reason
    assert "b 2 (" in reason
    assert "CRM_DISABLE_PLUGINS=a" in reason
    assert 'disabled = ["a"]' in reason


def test_the_later_plugin_gives_way_even_if_only_a_rule_of_the_first_reaches_the_record_type():
    catalogue = catalogue_of(plugin("a", scheme("a.seen", count(rows(visit())) > 0)), plugin("b", visit()))
    assert outcome(catalogue) == {"a": "active", "b": "conflict"}


VALUES = {
    "field": Field("b.x", int, on=Customer),
    "metric": Metric("b.x", total(purchase.amount)),
    "setting": Setting("b.x", 1),
    "scheme": scheme("b.x"),
}
OTHERS = {
    "field": Field("b.x", str, on=Customer),
    "metric": Metric("b.x", count(purchase)),
    "setting": Setting("b.x", default=True),
    "scheme": scheme("b.x", count(purchase) > 1),
}


def using(value):
    match value:
        case Scheme():
            return value.is_("yes")
        case Field(type=cls) if cls is str:
            return value.is_("x")
        case Setting(default=True):
            return value.is_(True)
        case _:
            return value >= 1


@pytest.mark.parametrize("owned", VALUES)
@pytest.mark.parametrize("stray", OTHERS)
def test_a_name_in_rules_means_one_thing_and_its_owner_keeps_it(owned, stray):
    catalogue = catalogue_of(plugin("a", scheme("a.tier", using(OTHERS[stray]))), plugin("b", VALUES[owned]))
    assert outcome(catalogue) == {"a": "conflict", "b": "active"}
    assert catalogue.owner(owned, "b.x").value is VALUES[owned]
    kinds = {owned, stray}
    reason = catalogue.plugins.record("a").reason
    assert "'b.x'" in reason
    assert all(kind in reason.splitlines()[0] for kind in kinds)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Rule("a.x", Purchase, purchase.amount > 0), Rule("a.x", Purchase, purchase.amount > 1)),
        (View("a.x", ["name"]), View("a.x", ["id"])),
        (Report("a.x", print), Report("a.x", open)),
        (Setting("a.x", 1), Setting("a.x", 2)),
        (Setting("a.x", 1), Setting("a.x", default=True)),
        (VALUES["field"], VALUES["metric"]),
    ],
)
def test_a_plugin_that_gives_one_name_to_two_things_fails(first, second):
    name = first.name.partition(".")[0]
    catalogue = catalogue_of(plugin(name, first, second), plugin("z", Setting("z.x", 1)))
    assert outcome(catalogue) == {name: "failed", "z": "active"}
    reason = catalogue.plugins.record(name).reason
    assert "is declared twice" in reason
    assert reason.count(f"{__file__}:") == 2


def test_views_reports_and_rules_may_be_called_like_a_metric():
    values = [Metric("a.x", total(purchase.amount)), View("a.x", ["name"]), Report("a.x", print)]
    assert outcome(catalogue_of(plugin("a", *values, Rule("a.x", Purchase, purchase.amount > 0)))) == {"a": "active"}


def test_a_name_of_the_core_cannot_be_taken():
    catalogue = catalogue_of(plugin("a", visit("customer")))
    assert outcome(catalogue) == {"a": "conflict"}
    assert catalogue.record("customer") is Customer
    assert "two plugins provide the record 'customer'" in catalogue.plugins.record("a").reason
    assert "core's names cannot be taken" in catalogue.plugins.record("a").reason


@pytest.mark.parametrize(
    ("value", "reserved"),
    [
        (click.Command("import"), {"command": ["import"]}),
        (visit("import"), {"command": ["import"]}),
        (StoreKind("tinydb", open), {"store": ["tinydb"]}),
        (EngineKind("python", str, open), {"engine": ["python"]}),
    ],
)
def test_reserved_names_cannot_be_taken(value, reserved):
    assert outcome(catalogue_of(plugin("a", value))) == {"a": "active"}
    catalogue = catalogue_of(plugin("a", value), reserved=reserved)
    assert outcome(catalogue) == {"a": "conflict"}
    assert "is a name of the core" in catalogue.plugins.record("a").reason


def test_a_plugin_that_was_set_aside_takes_no_names_with_it():
    modules = [
        plugin("a", visit("one")),
        plugin("b", visit("one"), visit("two")),
        plugin("c", visit("two")),
    ]
    catalogue = catalogue_of(*modules)
    assert outcome(catalogue) == {"a": "active", "b": "conflict", "c": "active"}
    assert catalogue.owner("record", "two").plugin == "c"


def test_all_clashes_of_a_plugin_are_named():
    catalogue = catalogue_of(plugin("a", visit("one"), visit("two")), plugin("b", visit("one"), visit("two")))
    reason = catalogue.plugins.record("b").reason
    assert "the record 'one'" in reason
    assert "the record 'two'" in reason


def test_a_node_that_is_no_part_of_the_grammar_sets_its_plugin_aside():
    from crmcore.grammar.expr import Predicate  # noqa: PLC0415 - plugins must not, this one does

    @frozen
    class Whim(Predicate):
        def __repr__(self):
            return "Whim()"

    catalogue = catalogue_of(plugin("a", scheme("a.x", Whim())), plugin("b", scheme("b.x")))
    assert outcome(catalogue) == {"a": "failed", "b": "active"}
    assert "Whim() is no part of a rule" in catalogue.plugins.record("a").reason


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def local(tmp_path):
    def write(name, code):
        path = tmp_path / f"{name}.py"
        path.write_text(dedent(code))
        importlib.invalidate_caches()
        return path

    before = set(sys.modules)
    yield write
    for name in set(sys.modules) - before:
        if name.startswith("crm_plugins_"):
            del sys.modules[name]


def test_a_plugin_cannot_declare_under_the_prefix_of_another_one(local):
    path = local(
        "a",
        """
        from crmcore import Metric, Purchase, Scheme, Segment, hookimpl, rows, total

        @hookimpl
        def crm_schemes():
            spend = Metric("b.spend", total(rows(Purchase).amount))
            return [Scheme("a.tier", Segment("high", when=spend > 1), Segment("low"))]
        """,
    )
    catalogue = build_catalogue(load_plugins(local=[path, local("b", "x = 1")], only=["a", "b"]))
    assert outcome(catalogue) == {"a": "failed", "b": "active"}
    assert catalogue.plugins.record("a").reason.startswith(f"the metric 'b.spend' ({path}:6) comes from the plugin 'a'")


def test_a_record_type_belongs_to_the_plugin_in_whose_module_it_stands(local):
    policy = local(
        "insurer",
        """
        from crmcore import TEXT, Customer, Record, column, record

        @record("cover", links={"customer": "customer"})
        class Policy(Record):
            customer: str = column(TEXT, required=True, refers_to=Customer)
        """,
    )
    user = local(
        "travel",
        """
        import sys
        from crmcore import Scheme, Segment, count, hookimpl, rows

        @hookimpl
        def crm_schemes():
            policy = rows(sys.modules["crm_plugins_insurer"].Policy)
            return [Scheme("travel.insured", Segment("yes", when=count(policy) > 0), Segment("no"))]
        """,
    )
    catalogue = build_catalogue(load_plugins(local=[user, policy], only=["insurer", "travel"]))
    assert outcome(catalogue) == {"insurer": "active", "travel": "active"}
    owner = catalogue.owner("record", "cover")
    assert (owner.plugin, owner.file) == ("insurer", str(policy))
