"""A company's CRM from end to end, on the store that comes with it: a file."""

from datetime import date, timedelta
from decimal import Decimal

import attrs
import pytest
from company_kit import NOW, make_crm, plugin, put, stored

from crmcore import (
    Customer,
    Field,
    Purchase,
    PurchaseLine,
    Rule,
    Scheme,
    Segment,
    Setting,
    pareto_cut,
    rows,
    total,
)
from crmcore.app import Crm
from crmcore.errors import Invalid, NotFound, StaleEdit, StoreError, UnknownName
from crmcore.hookspecs import hookimpl
from crmcore.storage.tinydb_store import open_tinydb

DAY = date(2026, 11, 1)
purchase = rows(Purchase)
spend = total(purchase.amount)
key_spend = Setting("shop.key_spend", 100, least=1)
chairs = Field("shop.chairs", int, on=Customer, default=2)
SIZE = Scheme("shop.size", Segment("key", when=(spend >= key_spend) | (chairs >= 40)), Segment("small"))
ABC = Scheme("shop.abc", Segment("A", when=spend >= pareto_cut(spend, Decimal("0.8"))), Segment("B"))
POSITIVE = Rule("shop.positive", Purchase, purchase.amount >= 0, "returns are entered elsewhere")


class Shop:
    """A company on a file, what its plugin heard of, and a way to open it again."""

    def __init__(self, folder):
        self.url = f"tinydb:///{folder}/crm.json"
        self.commits, self.moves = [], []
        self.module = plugin("shop", fields=[chairs], schemes=[SIZE, ABC], rules=[POSITIVE])

        @hookimpl
        def crm_committed(changes):
            self.commits.append([(change.table, change.key) for change in changes])

        @hookimpl
        def crm_placements_changed(moves):
            self.moves.append([(move.customer, move.scheme, move.after) for move in moves])

        self.module.crm_committed, self.module.crm_placements_changed = crm_committed, crm_placements_changed
        self.crm = make_crm(self.module, store=open_tinydb(self.url))

    def again(self):
        return Crm(open_tinydb(self.url), self.crm.catalogue, "eve", clock=self.crm.clock)


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


@pytest.fixture
def crm(shop):
    put(shop.crm, *(Customer(id=key, name=key.upper()) for key in "ab"))
    put(shop.crm, Purchase(id="p", customer="a", at=date(2026, 10, 1), amount=Decimal(60)))
    return shop.crm


def segment(crm, key, scheme="shop.size"):
    placement = crm.timeline(key, scheme).current
    return placement and placement.segment


def last_change(crm):
    """Return the last commit that changed records or settings; telling plugins is a commit of its own."""
    return [entry for entry in crm.store.log() if entry.changes][-1]


def test_a_company_is_made_once(shop, tmp_path):
    assert shop.crm.store.exists()
    fresh = Crm(open_tinydb(f"tinydb:///{tmp_path}/other.json"), shop.crm.catalogue, "ada")
    fresh.store.create()
    with pytest.raises(StoreError, match="holds no company yet"):
        fresh.state()


def test_what_is_committed_is_there_when_the_file_is_opened_again(crm, shop):
    crm.classify(DAY)
    again = shop.again()
    assert again.state().customer("a") == crm.state().customer("a")
    assert segment(again, "a") == "small"
    with pytest.raises(NotFound, match="'z'"):
        again.state().customer("z")
    assert stored(again, "company")["company"] == {"currency": "USD", "zone": "UTC", "book_date": "2026-11-01"}


def test_an_edit_over_somebody_elses_is_refused_with_both_values(crm, shop):
    read = crm.state().customer("a")
    with shop.again().unit() as unit:
        unit.edit(unit.get(Customer, "a"), city="Rome", fields={"shop.chairs": 5})
    with pytest.raises(StaleEdit) as refused, crm.unit() as unit:
        unit.edit(read, city="Oslo")
    assert refused.value.differences == (("city", "Oslo", "Rome"), ("shop.chairs", None, 5))
    assert "yours 'Oslo', now 'Rome'" in str(refused.value)
    assert crm.state().customer("a").city == "Rome"
    assert crm.state().customer("a").changed.actor == "eve"


def test_a_purchase_of_a_customer_makes_edits_of_that_customer_stale(crm):
    read = crm.state().customer("a")
    put(crm, Purchase(customer="a", at=DAY, amount=Decimal(1)))
    with pytest.raises(StaleEdit), crm.unit() as unit:
        unit.edit(read, city="Oslo")


def test_columns_are_edited_by_name_and_the_id_never(crm):
    customer = crm.state().customer("a")
    for name in ("citty", "id", "version"):
        with pytest.raises(UnknownName, match="editable column of customer"), crm.unit() as unit:
            unit.edit(customer, **{name: "x"})
    with pytest.raises(NotFound), crm.unit() as unit:
        unit.get(Customer, "z")


def test_a_unit_with_a_problem_writes_nothing_and_tells_all_of_them(crm):
    before = crm.store.read().commit
    bad = (Purchase(customer="nobody", at=DAY, amount=Decimal(-1)), Purchase(customer="a", at=DAY, amount=Decimal(-2)))
    with pytest.raises(Invalid) as refused:
        put(crm, *bad)
    assert [problem.column for problem in refused.value.problems] == ["customer", "shop.positive", "shop.positive"]
    assert "returns are entered elsewhere" in str(refused.value)
    with pytest.raises(Invalid, match="there is a customer with this id already"), crm.unit() as unit:
        unit.add(Customer(id="a", name="Again"))
    assert crm.store.read().commit == before


def test_a_unit_that_changes_nothing_is_no_commit(crm):
    before = crm.store.read().commit
    with crm.unit("look"):
        pass
    with pytest.raises(AttributeError):
        put(crm, Customer(name="Zoe"), None)
    assert crm.store.read().commit == before


def test_undo_brings_back_what_was_and_places_again(crm):
    crm.classify(DAY)
    with crm.unit("a sale") as unit:
        sale = unit.add(Purchase(customer="a", at=DAY, amount=Decimal(40)))
        unit.edit(unit.get(Customer, "a"), city="Rome")
    commit = last_change(crm).commit
    assert segment(crm, "a") == "key"
    undone = crm.undo(commit)
    assert {change.key for change in undone} == {sale.id, "a"}
    assert segment(crm, "a") == "small"
    assert crm.state().customer("a").city is None
    assert crm.state().customer("a").version > 2
    assert last_change(crm).why == f"undo {commit}"
    crm.undo(last_change(crm).commit)
    assert segment(crm, "a") == "key"
    assert crm.state().customer("a").city == "Rome"


def test_undo_is_refused_where_the_record_was_changed_since(crm):
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "b"), city="Rome")
    commit = last_change(crm).commit
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "b"), city="Oslo")
    with pytest.raises(StaleEdit, match="then 'Rome', now 'Oslo'") as refused:
        crm.undo(commit)
    newest = last_change(crm).commit
    assert str(refused.value).startswith(f"customer 'b' was changed again by commit {newest}")
    assert f"Undo that one first (`crm undo {newest}`)" in str(refused.value)
    assert "somebody else" not in str(refused.value)
    with pytest.raises(NotFound, match="crm log"):
        crm.undo(999)
    assert crm.state().customer("b").city == "Oslo"


def test_undo_of_a_deletion_and_of_what_is_gone(crm):
    with crm.unit() as unit:
        unit.remove(Purchase, "p")
    commit = last_change(crm).commit
    assert crm.undo(commit, dry_run=True)
    assert stored(crm, "purchase") == {}
    crm.undo(commit)
    assert stored(crm, "purchase")["p"]["amount"] == "60"
    with crm.unit() as unit:
        unit.edit(unit.get(Purchase, "p"), amount=Decimal(61))
    edited = last_change(crm).commit
    with crm.unit() as unit:
        unit.remove(Purchase, "p")
    with pytest.raises(StaleEdit, match="then '61', now None"):
        crm.undo(edited)


def test_settings_are_recorded_and_logged_and_the_moves_are_the_rules(crm):
    crm.classify(DAY)
    assert crm.apply_settings({"shop.key_spend": 50}) == {"shop.key_spend": (100, 50)}
    entry = last_change(crm)
    assert (entry.why, entry.actor, entry.changes[0].after) == ("settings", "ada", {"value": "50"})
    assert crm.apply_settings({"shop.key_spend": "50"}) == {}
    assert crm.apply_settings({"shop.key_spend": 60}) == {"shop.key_spend": (50, 60)}
    assert segment(crm, "a") == "small"
    run = crm.classify(DAY)
    assert {(move.customer, move.after, move.cause) for move in run.moves} == {("a", "key", "rule")}


def test_settings_that_cannot_be_used_are_refused_before_anything_is_written(crm):
    before = crm.store.read().commit
    with pytest.raises(Invalid, match="must be 1 or more"):
        crm.apply_settings({"shop.key_spend": 0})
    with pytest.raises(Invalid, match=r"(?s)did you mean 'shop\.key_spend'.*must be 1 or more"):
        crm.apply_settings({"shop.keyspend": 3, "shop.key_spend": 0})
    assert crm.apply_settings({"shop.key_spend": 70}, dry_run=True) == {"shop.key_spend": (100, 70)}
    assert crm.store.read().commit == before
    assert crm.state().world.setting(key_spend) == 100


def test_a_dry_run_checks_everything_and_writes_nothing(crm, shop):
    heard = list(shop.commits)
    before = crm.store.read().commit
    with crm.unit(dry_run=True) as unit:
        unit.add(Customer(id="z", name="Zoe"))
    with pytest.raises(Invalid), crm.unit(dry_run=True) as unit:
        unit.add(Purchase(customer="nobody", at=DAY))
    crm.classify(DAY, dry_run=True)
    assert crm.store.read().commit == before
    assert shop.commits == heard


def test_the_book_date_is_pinned_by_a_run_and_opened_by_one_without(crm):
    today = NOW.date()
    assert (crm.state().day, crm.state().is_book_date) == (today, True)
    crm.classify(DAY)
    assert (crm.state().day, crm.state().company.book_date) == (DAY, DAY)
    assert (crm.state(today).day, crm.state(today).is_book_date) == (today, False)
    put(crm, Purchase(customer="a", at=DAY + timedelta(days=1), amount=Decimal(90)))
    assert segment(crm, "a") == "small"  # on the book date that purchase lies ahead
    assert crm.classify().as_of == today
    assert (crm.state().day, crm.state().company.book_date) == (today, None)
    assert segment(crm, "a") == "key"


def test_today_is_the_companys_day(tmp_path):
    crm = make_crm(zone="Asia/Shanghai", now=NOW.replace(hour=17))
    assert crm.state().day == date(2026, 11, 22)


def test_events_tell_of_commits_and_moves(crm, shop):
    assert shop.commits[-2:] == [[("customer", "a"), ("customer", "b")], [("purchase", "p")]]
    crm.classify(DAY)
    assert sorted(shop.moves.pop()) == [
        *(("a", "shop.abc", "A"), ("a", "shop.size", "small")),
        *(("b", "shop.abc", "B"), ("b", "shop.size", "small")),
    ]
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "b"), fields={"shop.chairs": 41})
    assert shop.commits[-1] == [("customer", "b")]
    assert shop.moves == [[("b", "shop.size", "key")]]
    crm.classify(DAY)
    assert len(shop.moves) == 1


def test_explaining_shows_the_placement_on_record_and_todays_evaluation(crm):
    crm.classify(DAY)
    found = crm.explain("a", "shop.size")
    assert (found.stored.segment, found.explanation.segment, found.review_on) == ("small", "small", None)
    assert crm.explain("a", "shop.size", date(2026, 9, 1)).stored is None
    with pytest.raises(NotFound):
        crm.explain("z", "shop.size")
    with pytest.raises(UnknownName):
        crm.explain("a", "shop.sise")


def test_amounts_follow_lines_within_the_same_commit(crm):
    with crm.unit() as unit:
        unit.add(Purchase(id="q", customer="b", at=DAY))
        unit.add(PurchaseLine(purchase="q", price=Decimal("2.5"), quantity=Decimal(4)))
    assert stored(crm, "purchase")["q"]["amount"] == "10"
    assert crm.state().evaluator.value(spend, crm.state(NOW.date()).case(crm.state().customer("b"))) == 10


def test_a_record_can_be_replaced_as_it_was_read(crm):
    customer = crm.state().customer("a")
    with crm.unit() as unit:
        made = unit.replace(attrs.evolve(customer, tags=("vip",)))
    assert (made.version, crm.state().customer("a").tags) == (customer.version + 1, ("vip",))
