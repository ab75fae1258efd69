"""Plugins hear of commits and moves after they happened, at least once; what they do wrong changes nothing."""

from datetime import date
from decimal import Decimal
from types import ModuleType

import pytest
from company_kit import make_crm, plugin, put

from crmcore import Customer, Invalid, Purchase, Rule, Scheme, Segment, Setting, StoreKind, hookimpl, rows, total
from crmcore.app import Crm
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.loading import load_plugins
from crmcore.testing.memory_store import MemoryStore
from crmcore.work.outbox import TABLE

MUCH = Setting("shop.much", 100)
TIER = Scheme("shop.tier", Segment("big", when=total(rows(Purchase).amount) >= MUCH), Segment("small"))


class Listener:
    """A plugin that keeps what it is told, or fails."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.fails = False
        self.module = ModuleType("crm_listener")

        @hookimpl
        def crm_committed(changes):
            self.hear(tuple(change.key for change in changes))

        @hookimpl
        def crm_placements_changed(moves):
            self.hear(tuple((move.customer, move.before, move.after) for move in moves))

        self.module.crm_committed = crm_committed
        self.module.crm_placements_changed = crm_placements_changed

    def hear(self, facts: object) -> None:
        if self.fails:
            raise RuntimeError("the mail server is down")
        self.told.append(facts)


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def crm(listener):
    made = make_crm(plugin("shop", schemes=[TIER]), listener.module)
    with made.unit("one customer") as unit:
        unit.add(Customer(id="c1", name="Ada"))
    made.classify(date(2026, 11, 1))
    return made


def buy(crm, amount):
    with crm.unit("a purchase") as unit:
        unit.add(Purchase(id=f"p{amount}", customer="c1", at=date(2026, 10, 1), amount=Decimal(amount)))


def test_a_plugin_is_told_of_commits_and_of_moves(crm, listener):
    buy(crm, 500)
    assert listener.told == [("c1",), (("c1", None, "small"),), ("p500",), (("c1", "small", "big"),)]
    assert crm.store.read().count(TABLE) == 0


def test_a_plugin_that_fails_blocks_nothing_and_is_told_again(crm, listener):
    listener.fails = True
    buy(crm, 500)
    assert crm.timeline("c1", "shop.tier").current.segment == "big"
    assert "the mail server is down" in crm.warnings[-1]
    listener.fails = False
    buy(crm, 600)
    assert listener.told[-3:] == [("p500",), (("c1", "small", "big"),), ("p600",)]
    assert crm.store.read().count(TABLE) == 0


def test_nothing_is_kept_for_plugins_that_do_not_listen():
    crm = make_crm(plugin("shop", schemes=[TIER]))
    with crm.unit() as unit:
        unit.add(Customer(id="c1", name="Ada"))
    assert crm.store.read().count(TABLE) == 0
    assert crm.store.read().commit == 2


def test_a_dry_run_tells_nobody(crm, listener):
    heard = list(listener.told)
    with crm.unit(dry_run=True) as unit:
        unit.add(Customer(id="c2", name="Eve"))
    crm.classify(date(2026, 11, 2), dry_run=True)
    assert listener.told == heard


def test_what_waits_for_a_plugin_that_is_gone_is_forgotten(crm, listener):
    listener.fails = True
    buy(crm, 500)
    catalogue = build_catalogue(load_plugins(only=[plugin("shop", schemes=[TIER])]))
    without = Crm(crm.store, catalogue, "ada")
    with without.unit() as unit:
        unit.add(Customer(id="c2", name="Eve"))
    assert without.store.read().count(TABLE) == 0


def test_a_rule_of_a_plugin_refuses_what_breaks_it():
    positive = Rule("shop.positive", Purchase, rows(Purchase).amount >= 0, {"en": "no returns here", "zh": "不收退货"})

    module = ModuleType("crm_shop")

    @hookimpl
    def crm_rules():
        return [positive]

    module.crm_rules = crm_rules
    crm = make_crm(module)
    returned = Purchase(customer="c1", at=date(2026, 1, 1), amount=Decimal(-1))
    with pytest.raises(Invalid, match="no returns here"):
        put(crm, Customer(id="c1", name="Ada"), returned)
    assert crm.store.read().count("customer") == 0


def test_settings_and_kinds_of_store_can_be_contributed_on_their_own():
    module = ModuleType("crm_shop")
    kind = StoreKind("shopstore", lambda _url: MemoryStore())

    @hookimpl
    def crm_settings():
        return [MUCH]

    @hookimpl
    def crm_stores():
        return [kind]

    module.crm_settings, module.crm_stores = crm_settings, crm_stores
    crm = make_crm(module)
    assert crm.catalogue.setting("shop.much") is MUCH
    assert crm.catalogue.store("shopstore") is kind
