"""A grace keeps a customer whom the rules put further down, for so many days; what they answer is kept beside it."""

from datetime import UTC, datetime, timedelta

import pytest
from company_kit import make_crm, plugin, reopened, stored
from hypothesis import given, settings
from hypothesis import strategies as st
from tasks_kit import FIRST

from crmcore import (
    Customer,
    Field,
    ListRequest,
    Playbook,
    Purchase,
    RuleError,
    Scheme,
    Segment,
    Setting,
    TaskTemplate,
    list_rows,
    rows,
    tell,
    total,
)
from crmcore.desk.upcoming import upcoming
from crmcore.evaluation.placements import Held

bought = rows(Purchase)
days = Setting("shop.days", 10, least=0)
spend = total(bought.amount, where=bought.at.within(days=30))
known = Field("shop.known", bool, on=Customer, default=True)
tier = Scheme(
    "shop.tier",
    Segment("gold", when=spend >= 100, grace=days, label={"en": "Gold", "zh": "金"}),
    Segment("silver", when=(spend >= 10) & known.is_(True), grace=5, label={"en": "Silver", "zh": "银"}),
    Segment("plain", label={"en": "Plain", "zh": "普通"}),
)
welcome = Playbook("shop.welcome", tier, "plain", TaskTemplate("ask", "Ask"))
SHOP = plugin("shop", fields=[known], schemes=[tier], playbooks=[welcome])


def at(crm, day):
    crm.clock = lambda: datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
    return crm


def shop(*purchases):
    """Return a shop on day 0, where customer c has bought as (day, amount) say."""
    crm = at(make_crm(SHOP), 0)
    with crm.unit("test") as unit:
        unit.add(Customer(id="c", name="Cy"))
        for day, amount in purchases:
            unit.add(Purchase(customer="c", at=FIRST + timedelta(days=day), amount=amount))
    crm.classify()
    return crm


def buys(crm, amount, purchase=""):
    with crm.unit("buys") as unit:
        unit.add(Purchase(id=purchase, customer="c", at=crm.clock(), amount=amount))


def now(crm):
    found = crm.timeline("c", "shop.tier").current
    return found.segment, found.answer


def days_of(crm):
    """Return the timeline as segments with the days of their beginning."""
    return [(one.segment, (one.since - FIRST).days) for one in crm.timeline("c", "shop.tier").placements]


def run(crm, *days_):
    for day in days_:
        at(crm, day).classify()
    return crm


def test_a_demotion_waits_for_the_grace_of_the_segment_that_is_left():
    crm = run(shop((0, 100)), 29, 30)
    assert now(crm) == ("gold", "plain")
    assert crm.timeline("c", "shop.tier").current.held == Held("plain", FIRST + timedelta(days=30))
    run(crm, 39)
    assert now(crm) == ("gold", "plain")
    run(crm, 40)
    assert days_of(crm) == [("gold", 0), ("plain", 40)]
    assert crm.timeline("c", "shop.tier").current.cause == "time"


def test_the_end_of_a_grace_is_when_a_placement_is_reviewed():
    crm = run(shop((0, 100)), 30)
    assert crm.timeline("c", "shop.tier").current.review_on == FIRST + timedelta(days=40)
    assert crm.explain("c", "shop.tier").review_on == FIRST + timedelta(days=40)
    run(crm, 45)
    assert days_of(crm)[-1] == ("plain", 45)


def test_who_is_back_within_the_grace_has_never_left_and_starts_anew():
    crm = run(shop((0, 100)), 30, 35)
    buys(crm, 100, "p")
    assert now(crm) == ("gold", "gold")
    with crm.unit("return") as unit:
        unit.remove(Purchase, "p")
    run(crm, 44)
    assert days_of(crm) == [("gold", 0)]
    run(crm, 45)
    assert days_of(crm) == [("gold", 0), ("plain", 45)]


def test_a_demotion_that_goes_on_falling_counts_from_its_first_day():
    crm = run(shop((0, 90), (5, 10)), 5, 30)
    assert now(crm) == ("gold", "silver")
    run(crm, 35)
    assert now(crm) == ("gold", "plain")
    run(crm, 40)
    assert days_of(crm) == [("silver", 0), ("gold", 5), ("plain", 40)]


def test_a_promotion_and_cannot_tell_wait_for_nothing():
    crm = shop((0, 10))
    buys(crm, 90)
    assert now(crm) == ("gold", "gold")
    unknown = Scheme("shop.tier", Segment("a", when=rows(Customer).city.is_("Oslo"), grace=9), Segment("b"))
    crm = at(make_crm(plugin("shop", schemes=[unknown])), 0)
    with crm.unit("test") as unit:
        unit.add(Customer(id="c", name="Cy", city="Oslo"))
    crm.classify()
    at(crm, 1)
    with crm.unit("forget") as unit:
        unit.edit(unit.get(Customer, "c"), city=None)
    assert now(crm) == (None, None)
    at(crm, 2)
    with crm.unit("know again") as unit:
        unit.edit(unit.get(Customer, "c"), city="Rome")
    assert now(crm) == ("b", "b")


def test_who_cannot_be_told_any_more_is_not_kept_since_a_missing_fact_is_to_be_seen():
    city = rows(Customer).city
    lower = Scheme(
        "shop.tier", Segment("a", when=spend >= 100, grace=9), Segment("b", when=city.is_("Oslo")), Segment("c")
    )
    crm = at(make_crm(plugin("shop", schemes=[lower])), 0)
    with crm.unit("test") as unit:
        unit.add(Customer(id="c", name="Cy"))
        unit.add(Purchase(customer="c", at=FIRST, amount=100))
    run(crm, 0, 30)
    assert days_of(crm) == [("a", 0), (None, 30)]
    assert crm.timeline("c", "shop.tier").current.missing == ("city",)


def test_falling_out_of_all_segments_is_a_demotion_too():
    open_ended = Scheme("shop.tier", Segment("a", when=spend >= 100, grace=9))
    crm = at(make_crm(plugin("shop", schemes=[open_ended])), 0)
    with crm.unit("test") as unit:
        unit.add(Customer(id="c", name="Cy"))
        unit.add(Purchase(customer="c", at=FIRST, amount=100))
    run(crm, 0, 30)
    assert now(crm) == ("a", None)
    run(crm, 39)
    assert days_of(crm) == [("a", 0), (None, 39)]


def test_a_slip_that_is_mended_on_the_same_day_is_not_kept_by_a_grace():
    crm = run(shop(), 3)
    buys(crm, 100, "p")
    with crm.unit("mend") as unit:
        unit.remove(Purchase, "p")
    assert days_of(crm) == [("plain", 0)]


def test_a_changed_grace_moves_those_for_whom_it_is_over():
    crm = run(shop((0, 100)), 30, 33)
    crm.apply_settings({"shop.days": 2})
    crm.classify()
    assert days_of(crm) == [("gold", 0), ("plain", 33)]
    assert crm.timeline("c", "shop.tier").current.cause == "rule"


def test_going_back_forgets_a_demotion_that_was_not_yet():
    crm = run(shop((0, 100)), 30)
    at(crm, 31).classify(FIRST + timedelta(days=29), rewind=True)
    assert now(crm) == ("gold", "gold")
    run(crm, 31)
    assert crm.timeline("c", "shop.tier").current.held == Held("plain", FIRST + timedelta(days=31))


def test_tasks_follow_the_segment_and_not_the_answer():
    crm = run(shop((0, 100)), 30)
    assert stored(crm, "task") == {}
    run(crm, 40)
    assert len(stored(crm, "task")) == 1


def test_other_rules_see_what_the_rules_answer():
    other = Scheme("shop.other", Segment("gold", when=tier.is_("gold")), Segment("rest"))
    crm = shop((0, 100))
    both = at(reopened(crm, plugin("shop", fields=[known], schemes=[tier, other])), 30)
    both.classify()
    assert both.timeline("c", "shop.tier").current.segment == "gold"
    assert both.timeline("c", "shop.other").current.segment == "rest"


ENGLISH = (
    "kept in it by a grace of 10 days [shop.days]: since 2026-01-31 the rule says Plain, which counts from 2026-02-10"
)
CHINESE = "宽限 10 天 [shop.days]：自 2026-01-31 起规则结果为 普通，2026-02-10 起生效"


@pytest.mark.parametrize(("language", "line"), [("en", ENGLISH), ("zh", CHINESE)])
def test_an_explanation_says_what_is_held_back_and_until_when(language, line):
    crm = run(shop((0, 100)), 30, 32)
    found, reader = crm.explain("c", "shop.tier"), crm.state().listener(language)
    lines = list(tell(found.explanation, found.stored, found.review_on, reader))
    assert f"  {line}" in lines
    assert not any("differs" in each for each in lines)
    before = crm.explain("c", "shop.tier", FIRST + timedelta(days=29))
    assert before.stored.held is None


def test_lists_show_the_answer_beside_the_segment():
    crm = run(shop((0, 100)), 30)
    request = ListRequest(columns=("id", "shop.tier", "shop.tier.answer"), where=("shop.tier.answer=plain",))
    assert list_rows(crm.state(), crm.catalogue, request).rows == (("c", "gold", "plain"),)


def test_what_is_to_come_says_the_day_on_which_the_grace_is_over():
    crm = shop((0, 90), (5, 10))
    until = FIRST + timedelta(days=90)
    ((day, *_, before, after),) = upcoming(crm.state(), [tier], until).rows
    assert (day, before, after) == (FIRST + timedelta(days=5), "silver", "gold")
    run(crm, 5, 30)
    ((day, *_, before, after),) = upcoming(crm.state(), [tier], until).rows
    assert (day, before, after) == (FIRST + timedelta(days=40), "gold", "plain")
    state = crm.state()
    assert state.next_move(tier, state.customer("c"), until).on == FIRST + timedelta(days=40)


@pytest.mark.parametrize("wrong", [-1, "3", 1.5, Setting("shop.x", 3)])
def test_a_grace_is_a_number_of_days(wrong):
    with pytest.raises(RuleError, match="grace= takes a number of days, or a setting with least=0"):
        Segment("a", grace=wrong)


# -- laws --------------------------------------------------------------------------------------------------------------

GRACES = {"gold": 10, "silver": 5}
ORDER = ("gold", "silver", "plain")


def by_hand(answers):
    """Return the segment of each day, given what the rules answer on each of them."""
    found, held = [answers[0]], None
    for day, answer in enumerate(answers[1:], start=1):
        stands = found[-1]
        if ORDER.index(answer) <= ORDER.index(stands) or stands not in GRACES:
            held, next_ = None, answer
        else:
            held = day if held is None else held
            next_ = stands if day < held + GRACES[stands] else answer
            held = None if next_ != stands else held
        found.append(next_)
    return found


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([10, 60, 100])), max_size=5), st.data())
def test_daily_runs_keep_everybody_as_counting_by_hand_does(purchases, data):
    dates = [FIRST + timedelta(days=day) for day in range(80)]
    plain = Scheme("bare.tier", *(Segment(one.name, when=one.when) for one in tier.segments))
    crm = at(make_crm(plugin("shop", fields=[known], schemes=[tier]), plugin("bare", schemes=[plain])), 0)
    with crm.unit("test") as unit:
        unit.add(Customer(id="c", name="Cy"))
        for day, amount in purchases:
            unit.add(Purchase(customer="c", at=FIRST + timedelta(days=day), amount=amount))
    foretold = None
    for day in range(80):
        at(crm, day).classify(full=data.draw(st.booleans()) if day == 40 else False)
        if day == 45:
            foretold = upcoming(crm.state(), [tier], dates[-1]).rows
    answers = [crm.timeline("c", "bare.tier").on(day).segment for day in dates]
    expected = by_hand(answers)
    assert [crm.timeline("c", "shop.tier").on(day).segment for day in dates] == expected
    moved = next((day for day in range(46, 80) if expected[day] != expected[45]), None)
    assert [row[0] for row in foretold] == ([] if moved is None else [dates[moved]])
