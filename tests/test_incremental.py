"""Whatever is recorded in whatever order, placements are those that a fresh evaluation would give."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import laws
import standards
from company_kit import plugin
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from random_customers import CLOCK, TEXT_LISTS
from vocabulary import (
    FIELDS,
    WORDS,
    Policy,
    branch,
    customer,
    held,
    insured,
    key_spend,
    line,
    mood,
    purchase,
    referred,
    top,
    vip_tag,
    window,
)

from crmcore import (
    Customer,
    Interaction,
    Purchase,
    PurchaseLine,
    Scheme,
    Segment,
    count,
    last,
    latest,
    nth_largest,
    population_mean,
    total,
)
from crmcore.app import Crm
from crmcore.entities import Record, type_of
from crmcore.errors import CrmError, RunRefused
from crmcore.evaluation.missing import missing_of, names_of
from crmcore.opening import create
from crmcore.plugging.catalogue import Catalogue, build_catalogue
from crmcore.plugging.loading import load_plugins
from crmcore.testing.memory_store import MemoryStore
from crmcore.work.company import company
from crmcore.work.placing import SchemeState, definition, state_of, table_of, timeline_of

START = date(2024, 1, 20)
AMOUNTS = tuple(map(Decimal, ("0", "1", "99.99", "100", "250.5", "-20", "50000")))
SHIFTS = (0, -1, -6, -7, -29, -30, -31, -364, -365, 1, 5, 30)
COUNTED = 5  # every n-th of the plain rules is a scheme here


def scheme(name: str, when: Any) -> Scheme:
    return Scheme(f"law.{name}", Segment("yes", when=when), Segment("no"))


recent_spend = total(purchase.amount, where=purchase.at.within(days=365))
LINKED = (
    scheme("parents_province", customer.parent.province.is_("web")),
    scheme("referrers_parent", customer.referred_by.parent.name.is_("web")),
    scheme("refers_webs", count(referred, where=referred.province.is_("web")) > 0),
    scheme("has_branches", count(branch, where=branch.archived_at.is_known()) > 0),
    scheme("bought_by_web", total(line.amount, where=line.purchase.channel.is_("web")) > 50),
    scheme("line_of_a_while_ago", latest(line.purchase.at).within(days=30)),
    scheme("last_channel", last(purchase.channel).is_("shop")),
    scheme("holds", count(held, where=held.insured.province.is_("web")) > 0),
    scheme("insured", count(insured, where=insured.holder.province.is_("web")) > 0),
    scheme("in_a_mood", mood.is_("web")),
    scheme("bought_in_the_window", count(purchase, where=purchase.at.within(days=window)) > 0),
    scheme("below_key", standards.spend < key_spend),
    scheme("tagged", customer.tags.contains(vip_tag)),
    scheme("above_average", total(purchase.amount) > population_mean(recent_spend)),
    scheme("among_the_top", total(purchase.amount) >= nth_largest(total(purchase.amount), top)),
)
FEW = [*LINKED, standards.TIERS, standards.PARTIAL]
MANY = plugin("law", records=[Policy], fields=list(FIELDS), schemes=[*FEW, *standards.SCHEMES[2::COUNTED]])
SMALL = plugin("law", records=[Policy], fields=list(FIELDS), schemes=FEW)
SETTINGS = {
    "law.window": (7, 30, 365),
    "law.key_spend": (Decimal(100), Decimal("250.5")),
    "law.share": (Decimal("0.2"), Decimal("0.8")),
    "law.vip_tag": ("vip", "web"),
    "law.top": (1, 3),
    "lifecycle.lost_days": (100, 365),
}


@cache
def catalogue(*plugins: Any) -> Catalogue:
    """Return everything that plugins bring, given by name or as modules."""
    return build_catalogue(load_plugins(only=plugins))


class Company(RuleBasedStateMachine):
    """One company and what people do in it; after every step the placements are compared with fresh ones.

    A second machine, on which the plugin of the laws is not installed, works with the same store.
    """

    plugins: tuple[Any, ...] = (MANY, "value_tier", "lifecycle")
    without: tuple[Any, ...] = ("value_tier",)

    def __init__(self):
        super().__init__()
        self.day = START
        store = self.make_store()
        self.crm = Crm(store, catalogue(*self.plugins), "ada", clock=self.now)
        self.other = Crm(store, catalogue(*self.without), "ada", clock=self.now)
        create(self.crm, company("EUR", "Asia/Shanghai"))
        self.believed = {}

    def make_store(self):
        return MemoryStore()

    def now(self):
        return datetime(self.day.year, self.day.month, self.day.day, 10, tzinfo=UTC)

    @initialize()
    def three_customers(self):
        with self.crm.unit("start") as unit:
            for key, parent in (("a", None), ("b", "a"), ("c", "b")):
                unit.add(Customer(id=key, name=key, parent=parent, referred_by=parent))
                unit.add(Purchase(id=f"p{key}", customer=key, at=START - timedelta(days=30), amount=Decimal(100)))
                unit.add(PurchaseLine(id=f"l{key}", purchase=f"p{key}", amount=Decimal(100)))
        self.explain_moves(self.crm.classify().moves)

    # -- what people do ----------------------------------------------------------------------------------------------

    numbers = st.integers(0, 11)
    words = st.sampled_from((*WORDS[:3], None))
    amounts = st.sampled_from((*AMOUNTS, None))
    shifts = st.sampled_from(SHIFTS)

    @rule(
        name=st.sampled_from(WORDS),
        province=words,
        tags=st.sampled_from(TEXT_LISTS),
        parent=numbers,
        place=numbers,
    )
    def add_customer(self, name, province, tags, parent, place):
        link = self.some(Customer, parent)
        self.record(
            lambda unit: unit.add(Customer(name=name, province=province, tags=tags, parent=link, referred_by=link)),
            elsewhere=place == 0,
        )

    @rule(
        who=numbers,
        shift=shifts,
        clock=st.sampled_from((None, *CLOCK)),
        amount=amounts,
        channel=words,
        gift=st.booleans(),
    )
    def add_purchase(self, *, who, shift, clock, amount, channel, gift):
        day = self.day + timedelta(days=shift)
        at = day if clock is None else datetime.combine(day, clock, UTC)
        fields = {"law.is_gift": gift, "law.weight": 2}
        bought = Purchase(
            customer=self.some(Customer, who), at=at, amount=amount, cost=amount, channel=channel, fields=fields
        )
        self.record(lambda unit: unit.add(bought))

    @rule(which=numbers, price=amounts, product=words)
    def add_line(self, which, price, product):
        key = self.some(Purchase, which)
        if key is not None:
            self.record(
                lambda unit: unit.add(PurchaseLine(purchase=key, price=price, quantity=Decimal(1), product=product))
            )

    @rule(who=numbers, shift=shifts, channel=words)
    def add_interaction(self, who, shift, channel):
        at = self.day + timedelta(days=shift)
        said = Interaction(customer=self.some(Customer, who), at=at, channel=channel, direction="out", responded_at=at)
        self.record(lambda unit: unit.add(said))

    @rule(who=numbers, other=numbers, shift=shifts, amount=amounts)
    def add_policy(self, who, other, shift, amount):
        holder, covered = self.some(Customer, who), self.some(Customer, other)
        policy = Policy(holder=holder, insured=covered, started=self.day + timedelta(days=shift), premium=amount)
        self.record(lambda unit: unit.add(policy))

    @rule(who=numbers, province=words, source=words)
    def edit_customer(self, who, province, source):
        self.edit(Customer, who, province=province, source=source, archived_at=None)

    @rule(who=numbers, parent=numbers, referrer=numbers)
    def link_customers(self, who, parent, referrer):
        self.edit(Customer, who, parent=self.some(Customer, parent), referred_by=self.some(Customer, referrer))

    @rule(
        who=numbers,
        chairs=st.sampled_from((None, 0, 2, 3)),
        said=st.sampled_from(WORDS[:3]),
        shift=shifts,
        renewal=shifts,
    )
    def fill_fields(self, who, chairs, said, shift, renewal):
        fields = {
            "law.mood": {"value": said, "on": (self.day + timedelta(days=shift)).isoformat(), "source": "ada"},
            "law.renewal": (self.day + timedelta(days=renewal)).isoformat(),
            "law.is_member": bool(chairs),
        }
        self.edit(
            Customer, who, fields=fields if chairs is None else {**fields, "law.chairs": chairs, "law.credit": "100"}
        )

    @rule(which=numbers, who=numbers, amount=amounts, channel=words, shift=shifts, is_whole=st.booleans())
    def edit_purchase(self, *, which, who, amount, channel, shift, is_whole):
        changes = {"customer": self.some(Customer, who), "at": self.day + timedelta(days=shift)} if is_whole else {}
        self.edit(Purchase, which, amount=amount, channel=channel, **changes)

    @rule(which=numbers, other=numbers)
    def move_line(self, which, other):
        self.edit(PurchaseLine, which, purchase=self.some(Purchase, other))

    @rule(which=numbers, kind=st.sampled_from((Customer, Purchase, PurchaseLine, Policy)))
    def remove(self, which, kind):
        key = self.some(kind, which)
        if key is not None:
            self.record(lambda unit: unit.remove(kind, key, cascade=True))

    @rule(back=st.sampled_from((0, 0, 0, 1, 2, 3, 6, 9)))
    def undo(self, back):
        self.attempt(lambda: self.crm.undo(max(2, self.crm.store.read().commit - back)))

    @rule(name=st.sampled_from(sorted(SETTINGS)), place=st.integers(0, 2))
    def set(self, name, place):
        options = SETTINGS[name]
        self.attempt(lambda: self.crm.apply_settings({name: options[place % len(options)]}))

    # -- time passes -------------------------------------------------------------------------------------------------

    @rule(days=st.sampled_from((1, 2, 7, 30, 365)))
    def wait(self, days):
        self.day += timedelta(days=days)

    @rule(
        pinned=st.sampled_from((None, None, 0, 1)), full=st.booleans(), alone=st.sampled_from((None, None, None, 0, 5))
    )
    def classify(self, pinned, full, alone):
        day = None if pinned is None else self.day + timedelta(days=pinned)
        names = () if alone is None else (self.crm.schemes[alone % len(self.crm.schemes)].name,)
        try:
            run = self.crm.classify(day, full=full, schemes=names)
        except RunRefused:
            return
        self.explain_moves(run.moves)
        self.nobody_is_overdue([each for each in self.crm.schemes if not names or each.name in names], run.as_of)

    @rule(back=st.sampled_from((0, 1, 40)))
    def rewind(self, back):
        run = self.crm.classify(self.day - timedelta(days=back), rewind=True)
        self.believed = self.open_placements()
        self.nobody_is_overdue(self.crm.schemes, run.as_of)

    # -- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def placements_are_fresh(self):
        state = self.crm.state()
        present = {each.id: each for each in state.book.customers()}
        for each in self.crm.schemes:
            record = state_of(state.reader, each.name)
            if not self.is_fresh(each, record, state):
                continue
            placed = dict(state.reader.items(table_of(each.name)))
            assert {key for key in placed if timeline_of(state.reader, each.name, key).current} == set(present)
            for key, known in present.items():
                current, case = timeline_of(state.reader, each.name, key).current, state.case(known)
                if current.review_on is not None and current.review_on <= state.day:
                    continue
                assert current.segment == state.evaluator.answer(each, case).segment, (each.name, key)
                assert set(current.missing) == {*names_of(missing_of(each, case, state.evaluator))}

    @invariant()
    def histories_are_in_order(self):
        reader = self.crm.store.read()
        for each in self.crm.schemes:
            for key, _ in reader.items(table_of(each.name)):
                laws.check_intervals(timeline_of(reader, each.name, key))

    def is_fresh(self, each: Scheme, record: SchemeState | None, state: Any) -> bool:
        """Whether a scheme was placed, and nothing but data and time has changed since."""
        if record is None or record.stale_since or record.fingerprint != definition(each, state.world):
            return False
        return all(str(state.world.population.get(key)) == value for key, value in record.population.items())

    def nobody_is_overdue(self, schemes, day):
        reader = self.crm.store.read()
        for each in schemes:
            for key, _ in reader.items(table_of(each.name)):
                current = timeline_of(reader, each.name, key).current
                assert current is None or current.review_on is None or current.review_on > day

    def explain_moves(self, moves):
        """Check that moves are the difference between what was believed and what is believed now."""
        now = self.open_placements()
        changed = {place for place in {*now, *self.believed} if now.get(place) != self.believed.get(place)}
        assert {(move.scheme, move.customer) for move in moves} == changed
        assert len(moves) == len(changed)
        for move in moves:
            place = move.scheme, move.customer
            assert (move.before, move.after) == (self.believed.get(place), now.get(place))
        self.believed = now

    def open_placements(self):
        """Return the segments of all open placements that can be told."""
        reader = self.crm.store.read()
        found = {}
        for each in self.crm.schemes:
            for key, _ in reader.items(table_of(each.name)):
                current = timeline_of(reader, each.name, key).current
                if current is not None and current.segment is not None:
                    found[each.name, key] = current.segment
        return found

    # -- small help --------------------------------------------------------------------------------------------------

    def some(self, record_class: type[Record], number: int) -> str | None:
        keys = [key for key, _ in self.crm.store.read().items(type_of(record_class).name)]
        return keys[number % len(keys)] if keys else None

    def edit(self, record_class, number, **changes):
        key = self.some(record_class, number)
        if key is not None:
            self.record(lambda unit: unit.edit(unit.get(record_class, key), **changes))

    def record(self, change: Callable[[Any], Any], elsewhere: bool = False) -> None:
        """Commit one change; ``elsewhere`` on a machine on which the plugin of the laws is not installed."""

        def commit():
            with (self.other if elsewhere else self.crm).unit("step") as unit:
                change(unit)

        self.attempt(commit, self.other if elsewhere else self.crm)

    def attempt(self, change, crm=None):
        crm = crm or self.crm
        crm.moves = ()
        with suppress(CrmError):
            change()
        self.explain_moves(crm.moves)


def test_placements_are_always_those_of_a_fresh_evaluation():
    run_state_machine_as_test(
        Company, settings=settings(max_examples=settings.default.max_examples // 5, stateful_step_count=20)
    )
