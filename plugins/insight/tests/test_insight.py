from datetime import date, timedelta
from decimal import Decimal

import crm_insight as plugin
import insight_shop as shop
import pytest
from crm_insight.effect import entries, trial_of
from crm_insight.stability import flapping, stability, stays

from crmcore import Placement, Purchase, Timeline
from crmcore.testing import AS_OF, Conformance, given

FORMATS = ("table", "json", "jsonl", "csv", "md", "html")


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


@pytest.fixture
def company(crm_with):
    trial = crm_with(plugin, shop.module())
    shop.fill(trial)
    trial.classify()
    return trial


def asked(trial, command):
    """Return the tables of a command by title."""
    return {table["title"]: table["rows"] for table in trial.run(f"{command} --format json").assert_ok().json}


# --- analyse ----------------------------------------------------------------------------------------------------------


def test_customers_and_revenue_are_counted_per_segment(company):
    rows = asked(company, "analyse shop.tier")["distribution shop.tier"]
    assert [(row["segment"], row["customers"], row["revenue"]) for row in rows] == [
        *(("key", 1, "400"), ("small", 2, "100"), ("none", 2, "0"))
    ]
    assert [row["share"] for row in rows] == [0.2, 0.4, 0.4]
    assert [row["revenue_share"] for row in rows] == [0.8, 0.2, 0]
    assert [row["per_customer"] for row in rows] == ["400", "50", "0"]


def test_missing_facts_say_whom_they_keep_unplaced(company):
    found = asked(company, "analyse shop.size")
    assert found["missing shop.size"] == [{"missing": "shop.chairs", "customers": 2, "alone": 2}]
    (row,) = found["schemes"]
    assert (row["customers"], row["coverage"], row["segments_used"]) == (5, 0.6, 2)
    assert "missing shop.tier" not in asked(company, "analyse shop.tier")


def test_cut_points_are_suggested_beside_the_settings(company):
    (row,) = asked(company, "analyse shop.tier")["cuts shop.tier"]
    assert (row["setting"], row["value"], row["at_or_above"]) == ("shop.key_spend", "100", 0.2)
    assert (row["median"], row["equal_groups"], row["natural_classes"]) == (40, 40, 400)
    assert (row["number"], row["scale"]) == ("spend in all", "the number itself")


def test_quantiles_shares_and_multiples_are_suggested_as_they_are_set(crm_with):
    trial = crm_with(plugin, "value_tier", "retention")
    for number, amount in enumerate((10, 20, 30, 900, 1000)):
        trial.customer(f"c{number}", given(purchases=[(5, amount)]))
    trial.classify()
    large, mid = asked(trial, "analyse value_tier.size")["cuts value_tier.size"][::-1]
    assert (large["setting"], large["scale"], large["value"]) == (
        "value_tier.large_quantile",
        "share of customers below",
        "0.9",
    )
    assert (large["at_or_above"], mid["equal_groups"], large["equal_groups"]) == (0.2, "0.3333", "0.6667")
    trial.set("value_tier.large_quantile", mid["natural_classes"])
    trial.classify(full=True)
    large = [number for number in range(5) if trial.segment(f"c{number}", "value_tier.size") == "large"]
    assert large == [3, 4]
    shares = {row["setting"]: row for row in asked(trial, "analyse value_tier.abc")["cuts value_tier.abc"]}
    assert shares["value_tier.a_share"]["scale"] == "share of the total at or above"
    factors = {row["setting"]: row for row in asked(trial, "analyse value_tier.level")["cuts value_tier.level"]}
    assert factors["value_tier.level_factor"]["number"].startswith("spend, 12 months")


def test_settings_that_cut_nothing_are_named_and_where_there_are_none_that_is_said(crm_with):
    trial = crm_with(plugin, "satisfaction", "party_type")
    trial.customer("c1")
    trial.classify()
    left = asked(trial, "analyse satisfaction.level")["uncut satisfaction.level"]
    assert left == [
        {"setting": "satisfaction.basis", "value": "mean"},
        {"setting": "satisfaction.valid_days", "value": 365},
    ]
    assert "平均" in trial.run("--lang zh analyse satisfaction.level").out
    assert "no cut point to suggest" in trial.run("analyse party_type.type").assert_ok().err


def test_where_nobody_has_the_number_its_settings_are_named_all_the_same(crm_with):
    trial = crm_with(plugin, "profile")
    trial.customer("c1")
    trial.classify()
    (low, high) = asked(trial, "--sensitive analyse profile.income_band")["cuts profile.income_band"]
    assert [row["setting"] for row in (low, high)] == ["profile.high_income", "profile.middle_income"]
    assert (low["median"], low["equal_groups"]) == (None, None)


def test_no_setting_is_suggested_that_it_cannot_be(crm_with):
    trial = crm_with(plugin, "value_tier")
    for number, amounts in enumerate(([900], [500], [300], [-200], [-400])):
        trial.customer(f"c{number}", given(purchases=[(5, amount) for amount in amounts]))
    trial.classify()
    rows = asked(trial, "analyse value_tier.abc")["cuts value_tier.abc"]
    shares = [row[name] for row in rows for name in ("equal_groups", "natural_classes") if row[name] is not None]
    assert all(0 <= float(one) <= 1 for one in shares)


def test_what_cuts_sensitive_numbers_is_told_to_those_only_who_ask_for_such(crm_with):
    trial = crm_with(plugin, "profile")
    trial.customer("c1", given({"profile.income": 87654}), name="Ann", kind="person")
    trial.classify()
    ran = trial.run("analyse profile.income_band").assert_ok()
    assert "87654" not in ran.out
    assert "since it reads sensitive values" in ran.err
    assert "87654" in trial.run("--sensitive analyse profile.income_band").assert_ok().out
    crossed = "whatif profile.income_band --set profile.middle_income=87655 --set profile.high_income=900000"
    assert "Ann" not in trial.run(crossed).assert_ok().out
    assert "middle" not in trial.run("customer list --columns id,profile.income_band").assert_ok().out


def test_two_schemes_are_crossed(company):
    found = asked(company, "analyse shop.tier --with shop.size")
    assert found["crossed shop.tier shop.size"][0] == {"from": "key", "large": 1, "normal": 0, "?": 0}
    (row,) = found["agreement"]
    assert (row["scheme"], row["other"], row["customers"]) == ("shop.tier", "shop.size", 3)
    told = company.run("analyse shop.tier --with shop.size").assert_ok().out
    assert told.startswith("Customers with each two answers: Tier → Size\n")
    company.run("analyse --with shop.size").assert_fails("name the first one", code=2)


def test_all_schemes_are_compared(company):
    found = asked(company, "analyse")
    assert [row["scheme"] for row in found["schemes"]] == ["shop.rest", "shop.size", "shop.tier"]
    (figures,) = found["figures"]
    assert (figures["customers"], figures["gini"], figures["half"], figures["four_fifths"]) == (5, "0.688", 1, 1)
    assert found["concentration"][-1] == {"customers_share": 1.0, "revenue_share": 1.0}
    assert {row["scheme"] for row in found["agreement"]} == {"shop.rest", "shop.size"}


# --- what if ----------------------------------------------------------------------------------------------------------


def test_other_settings_are_tried_and_nothing_is_written(company):
    before = {path: path.read_bytes() for path in company.folder.iterdir()}
    found = asked(company, "whatif --set shop.key_spend=50")
    assert found["whatif"] == [
        {"scheme": "shop.tier", "customers": 5, "movers": 1, "moved_share": 0.2, "revenue_moving": "60"}
    ]
    assert found["migration shop.tier"][1] == {"from": "small", "key": 1, "small": 1, "none": 0}
    assert [row["change"] for row in found["segments shop.tier"]] == [1, -1, 0]
    assert [row["id"] for row in found["movers shop.tier"]] == ["c2"]
    (work,) = found["workload"]
    assert (work["customers_before"], work["customers_after"], work["tasks"]) == (2, 1, 0)
    assert (work["visits_before"], work["visits_after"]) == (73, 36)
    assert {path: path.read_bytes() for path in company.folder.iterdir()} == before


def test_entering_a_segment_raises_tasks(company):
    (work,) = asked(company, "whatif --set shop.key_spend=401")["workload"]
    assert (work["customers_after"], work["tasks"]) == (3, 1)


def test_who_is_held_out_makes_no_work(company):
    company.set("crm.holdout", Decimal(1))
    (work,) = asked(company, "whatif --set shop.key_spend=401")["workload"]
    assert (work["customers_before"], work["customers_after"]) == (2, 3)
    assert (work["tasks"], work["visits_before"], work["visits_after"]) == (0, 0, 0)
    company.set("crm.holdout", Decimal("0.5"))
    (work,) = asked(company, "whatif --set shop.key_spend=401")["workload"]
    company.set("shop.key_spend", Decimal(401))
    company.classify()
    raised = [key for key, task in company.crm.state().reader.items("task") if task["title"].startswith("Call")]
    assert work["tasks"] == len(raised) == (not company.crm.state().is_held_out(shop.care, "c1"))


def test_days_between_visits_make_work_too(company):
    found = asked(company, "whatif --set shop.visit_days=73 --limit 0")
    assert found["whatif"][0]["movers"] == 0
    assert found["workload"][0]["visits_after"] == 10


def test_a_reason_of_blanks_is_none(company):
    company.run(["whatif", "--set", "shop.key_spend=50", "--apply", "--reason", "  "]).assert_fails(
        "go together", code=2
    )


def test_movers_that_are_not_named_are_spoken_of(company):
    ran = company.run("whatif --set shop.key_spend=10 --limit 1").assert_ok()
    assert "at most 1 who move are named; --limit names more" in ran.err
    assert "nothing found" not in company.run("whatif --set shop.key_spend=10 --limit 0").assert_ok().out


def test_a_simulation_can_be_applied_with_author_and_reason(company):
    ran = company.run(["whatif", "shop.tier", "--set", "shop.key_spend=50", "--apply", "--reason", "Board of 5 May"])
    assert "shop.key_spend 100 -> 50 changed" in ran.assert_ok().err
    entry = list(company.crm.store.log())[-1]
    assert (entry.why, entry.actor) == ("Board of 5 May", company.crm.actor)
    company.classify()
    assert company.segment("c2", "shop.tier") == "key"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("whatif --set shop.key_spend", "write --set NAME=VALUE"),
        ("whatif --set shop.key_spend=50 --apply", "--reason TEXT go together"),
        ("whatif --set shop.key_spend=50 --reason why", "--reason TEXT go together"),
        ("migration shop.tier --from 2026-02-01 --to 2026-01-01", "lies after"),
        ("migration shop.tier --from 2025-12-01 --cell key", "write FROM:TO"),
        ("migration shop.tier --from 2025-12-01 --cell key:keyy", "did you mean 'key'"),
        ("backtest shop.tier --at 2025-12-01 --horizon 3w", "write it as 180d"),
        ("playbook effect --up key", "name that playbook"),
        ("playbook effect shop.care --up kye", "did you mean 'key'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way_out(company, command, said):
    company.run(command).assert_fails(said, code=2)


def test_a_value_that_a_setting_cannot_have_is_refused(company):
    company.run("whatif --set shop.key_spend=-1").assert_fails("shop.key_spend", code=1)
    company.run("whatif --set shop.kye_spend=1").assert_fails("did you mean 'shop.key_spend'", code=1)


# --- migration --------------------------------------------------------------------------------------------------------


@pytest.fixture
def later(company):
    company.as_of = AS_OF + timedelta(days=20)
    company.add(Purchase(customer="c2", at=company.as_of, amount=Decimal(100)))
    company.customer("c6", given(purchases=[(0, 7)]), name="Flo")
    company.classify()
    return company


def test_the_matrix_is_read_from_what_was_believed_on_the_days(later):
    found = asked(later, f"migration shop.tier --from {AS_OF}")
    assert found["migration shop.tier"] == [
        {"from": "key", "key": 1, "small": 0, "none": 0},
        {"from": "small", "key": 1, "small": 1, "none": 0},
        {"from": "none", "key": 0, "small": 0, "none": 2},
        {"from": "-", "key": 0, "small": 1, "none": 0},
    ]
    assert found["migration_shares shop.tier"][1]["key"] == 0.5
    assert found["migration_revenue shop.tier"][1]["key"] == "160"


def test_the_customers_of_a_cell_are_listed(later):
    rows = asked(later, f"migration shop.tier --from {AS_OF} --cell small:key")["cell shop.tier"]
    assert rows == [{"id": "c2", "name": "Bo", "from": "small", "to": "key", "revenue": "160"}]
    rows = asked(later, f"migration shop.tier --from {AS_OF} --cell -:small")["cell shop.tier"]
    assert [row["id"] for row in rows] == ["c6"]


def test_it_goes_across_schemes_and_back_before_the_first_run(later):
    found = asked(later, f"migration shop.tier shop.size --from {AS_OF} --cell none:?")
    assert [row["id"] for row in found["cell shop.size"]] == ["c5"]
    earlier = f"migration shop.tier --from {shop.day(40)} --to {AS_OF}"
    assert "nobody was placed in shop.tier" in later.run(earlier).assert_ok().err
    found = asked(later, f"{earlier} --evaluate")
    assert found["migration shop.tier"][2]["small"] == 1  # Cy had not bought yet


# --- backtest ---------------------------------------------------------------------------------------------------------


def test_what_segments_did_next_is_told_against_all_customers(company):
    found = asked(company, f"backtest shop.tier --at {shop.day(30)} --horizon 30")
    key, small, none = found["outcomes shop.tier"]
    assert (key["customers"], key["bought"], key["bought_share"], key["bought_lift"]) == (1, 1, 1.0, "2.5")
    assert (small["customers"], small["bought"], small["left_share"]) == (1, 0, 1.0)
    assert (none["customers"], none["bought"], none["bought_share"]) == (3, 1, pytest.approx(1 / 3))
    assert (key["spend_per_customer"], key["spend_lift"]) == (100, "3.57")
    (quality,) = found["quality shop.tier"]
    assert (quality["customers"], quality["bought_share"], quality["horizon"]) == (5, 0.4, 30)


def test_no_record_after_the_day_is_read_for_placing(company):
    command = f"backtest shop.tier --at {shop.day(30)} --horizon 20d"
    before = asked(company, command)["outcomes shop.tier"]
    company.add(Purchase(customer="c5", at=shop.day(5), amount=Decimal(10_000)))
    assert asked(company, command)["outcomes shop.tier"] == before
    company.add(Purchase(customer="c5", at=shop.day(29), amount=Decimal(10_000)))
    after = asked(company, command)["outcomes shop.tier"]
    assert [row["customers"] for row in after] == [row["customers"] for row in before]
    assert after[-1]["bought"] == 1


def test_who_was_archived_later_bought_all_the_same(company):
    command = f"backtest shop.tier --at {shop.day(30)} --horizon 30"
    before = asked(company, command)
    company.run(f"customer edit c1 --archived-at {shop.day(9)}").assert_ok()
    assert asked(company, command) == before


def test_a_company_without_customers_or_placements_is_told_so(crm_with):
    trial = crm_with(plugin, shop.module())
    assert "run `crm classify`" in trial.run("analyse").assert_ok().err
    assert "run `crm classify`" in trial.run("analyse shop.tier").assert_ok().err
    assert "nobody came into such a segment" in trial.run("playbook effect").assert_ok().err
    for command in COMMANDS:
        trial.run(command).assert_ok()


def test_days_beyond_the_calendar_are_refused(company):
    company.run("backtest shop.tier --at 9999-12-31 --horizon 99999d").assert_fails(
        "there are no dates any more", code=2
    )
    company.run("--setting insight.period_days=999999 analyse").assert_fails("36500 or less", code=2)


def test_days_without_any_purchase_are_noted(company):
    ran = company.run(f"backtest shop.tier --at {AS_OF} --horizon 90d").assert_ok()
    assert "no purchase is on record of the last 90 of the 90 days" in ran.err


# --- effect -----------------------------------------------------------------------------------------------------------


def test_treated_customers_are_compared_with_those_held_out(crm_with):
    trial = crm_with(plugin, shop.module())
    trial.set("crm.holdout", Decimal("0.5"))
    for number in range(40):
        trial.customer(f"k{number:02}")
    trial.classify()
    trial.as_of += timedelta(days=1)
    trial.add(*(Purchase(customer=f"k{number:02}", at=trial.as_of, amount=Decimal(50)) for number in range(40)))
    trial.classify()
    state = trial.crm.state()
    held = [f"k{number:02}" for number in range(40) if state.is_held_out(shop.care, f"k{number:02}")]
    assert 10 < len(held) < 30
    trial.as_of += timedelta(days=30)
    treated = [f"k{number:02}" for number in range(40) if f"k{number:02}" not in held]
    trial.add(*(Purchase(customer=key, at=trial.as_of, amount=Decimal(60)) for key in (*treated, held[0])))
    trial.as_of += timedelta(days=60)
    trial.classify()
    found = asked(trial, "playbook effect --horizon 90d")
    assert [(row["group"], row["customers"], row["up"]) for row in found["effect"]] == [
        *(("treated", len(treated), len(treated)), ("held_out", len(held), 1))
    ]
    (apart,) = found["difference"]
    assert apart["playbook"] == "shop.care"
    assert float(apart["difference"]) == pytest.approx(1 - 1 / len(held), abs=1e-3)
    assert apart["by_chance_to"] < 0.5
    assert asked(trial, "playbook effect shop.care --horizon 90d --up none")["effect"][0]["up"] == 0
    assert asked(trial, "playbook effect shop.care --horizon 120d")["effect"][0]["customers"] == 0


def test_only_who_entered_in_the_span_counts_and_only_its_first_entry():
    first = date(2026, 1, 1)
    stays_ = [("none", 0, 10), ("small", 10, 20), ("none", 20, 25), ("small", 25, None)]
    known = {"a": timeline(first, *stays_), "b": timeline(first, ("small", 0, None))}
    trial = trial_of(shop.care, 5)
    assert (trial.up, trial_of(shop.care, 5, ["none"]).up) == ({"key"}, {"none"})
    known["new"] = timeline(first, ("small", 3, None))  # came after the scheme had placed others
    assert list(entries(known, trial, (first, first + timedelta(days=40)))) == [("a", "small"), ("new", "small")]
    del known["new"]
    assert list(entries(known, trial, (first, first + timedelta(days=14)))) == []
    late = first + timedelta(days=22)
    assert list(entries(known, trial, (late, late + timedelta(days=40)))) == [("a", "small")]


# --- flapping ---------------------------------------------------------------------------------------------------------


def timeline(first, *stays_):
    placements = (
        Placement(name, first + timedelta(days=start), 1, "data", None if end is None else first + timedelta(days=end))
        for name, start, end in stays_
    )
    return Timeline(tuple(placements))


def test_who_comes_back_soon_is_flapping():
    first = date(2026, 1, 1)
    back = timeline(first, ("a", 0, 10), ("b", 10, 20), ("a", 20, None))
    away = timeline(first, ("a", 0, 10), ("b", 10, 60), ("a", 60, None))
    day = first + timedelta(days=70)
    assert [one[2].since for one in flapping(back.placements, first, 10)] == [first + timedelta(days=20)]
    assert flapping(back.placements, first, 9) == []
    assert flapping(back.placements, first + timedelta(days=20), 10) == []
    found = stability({"x": back, "y": away, "z": timeline(first, ("a", 80, None))}, day, 365, 10)
    assert (found.customers, found.moves, found.moved, found.returned) == (2, 4, 2, 1)
    assert found.moved_share == 1.0
    assert stability({"y": away}, day, 20, 10).moves == 1
    assert stays(shop.tier, [back], day) == {}
    key = timeline(first, ("key", 0, 10), ("small", 10, None))
    assert stays(shop.tier, [key], day) == {"key": 10, "small": 60}


def test_flapping_customers_are_reported(company):
    for step, amount in ((10, 50), (20, -50)):
        company.as_of = AS_OF + timedelta(days=step)
        company.add(Purchase(customer="c2", at=company.as_of, amount=Decimal(amount)))
    (rows,) = asked(company, "report insight.flapping").values()
    assert rows == [
        {"id": "c2", "name": "Bo", "from": "small", "to": "key", "returns": 1, "since": str(AS_OF + timedelta(days=20))}
    ]
    company.set("insight.flapping_days", 9)
    assert asked(company, "report insight.flapping") == {}


# --- sensitive schemes ------------------------------------------------------------------------------------------------


def test_nobody_is_named_with_answers_of_a_sensitive_scheme(crm_with):
    trial = crm_with(plugin, shop.module(shop.hidden, shop.asking))
    shop.fill(trial)
    trial.classify()
    for step, amount in ((10, 50), (20, -50)):
        trial.as_of = AS_OF + timedelta(days=step)
        trial.add(Purchase(customer="c2", at=trial.as_of, amount=Decimal(amount)))
    lists = (("whatif shop.hidden --set shop.key_spend=50", "movers"), ("report insight.flapping", "flapping"))
    for command, title in lists:
        assert not asked(trial, command).get(f"{title} shop.hidden")
        (row,) = asked(trial, f"--sensitive {command}")[f"{title} shop.hidden"]
        assert (row["id"], {row["from"], row["to"]}) == ("c2", {"small", "key"})


def test_an_explanation_does_not_tell_the_sensitive_answer_that_it_rests_on(crm_with):
    trial = crm_with(plugin, shop.module(shop.hidden, shop.asking))
    shop.fill(trial)
    trial.classify()
    trial.run("explain c1 shop.asking").assert_fails("shop.asking: sensitive", code=4)
    assert "hidden is" in trial.run("--sensitive explain c1 shop.asking").assert_ok().out


# --- reports ----------------------------------------------------------------------------------------------------------

REPORTS = ("segments", "migration", "upcoming", "work_list", "concentration", "flapping")
COMMANDS = (
    "analyse",
    "analyse shop.size",
    "analyse shop.tier --with shop.size",
    "whatif --set shop.key_spend=50",
    f"migration shop.tier --from {shop.day(90)} --evaluate",
    f"migration shop.tier --from {AS_OF} --cell small:key",
    f"backtest shop.tier --at {shop.day(30)} --horizon 30d",
    "playbook effect",
    *(f"report insight.{name}" for name in REPORTS),
)


def test_moves_upcoming_changes_and_tasks_are_reported(later):
    assert asked(later, "report insight.migration")["migration shop.tier"][-1]["from"] == "-"
    later.set("insight.ahead_days", 60)
    upcoming = asked(later, "report insight.upcoming")["upcoming shop.rest"]
    assert {
        "date": str(AS_OF + timedelta(days=26)),
        "id": "c3",
        "name": "Cy",
        "from": "awake",
        "to": "asleep",
    } in upcoming
    work = asked(later, "report insight.work_list")["work_list"]
    (call,) = [row for row in work if row["title"] == "Call them"]
    assert (call["playbook"], call["id"], call["name"], call["overdue"]) == ("shop.care", "c6", "Flo", 0)
    assert {row["overdue"] for row in work if row["title"] != "Call them"} == {0, 10}
    later.set("insight.period_days", 5)
    assert "migration shop.tier" in asked(later, "report insight.migration")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_table_prints_in_all_formats_and_in_chinese(later, command):
    for form in FORMATS:
        assert later.run(f"{command} --format {form}").assert_ok().code == 0
    told = later.run(f"--lang zh {command}").assert_ok().out
    named = (
        "Key account",
        "Small account",
        "Never bought",
        "Large shop",
        "Normal shop",
        "Awake",
        "Asleep",
        "Spend in all",
    )
    words = set(told.replace("│", " ").split())
    assert [name for name in named if name in told] == []
    assert (
        words & {"key", "small", "none", "large", "normal", "awake", "asleep", "Segment", "Customers", "From"} == set()
    )


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("analyse shop.tier --as-of 2025-12-01 --format json", '"customers": 4'),
        ("whatif --set shop.key_spend=50 --as-of 2025-12-01 --format json", '"revenue_moving": "60"'),
        ("migration shop.tier --from 2025-12-01 --to 2026-01-01 --evaluate --format csv", "none,0,1,2"),
        ("backtest shop.tier --at 2025-12-01 --format csv", "key,1,1,1.0"),
        ("playbook effect --as-of 2025-12-01 --format json", '"difference": null'),
    ],
)
def test_commands_look_at_the_day_that_is_asked_for(company, command, told):
    if command.startswith("analyse"):
        company.crm.classify(date(2025, 12, 1), rewind=True)
        company.customer("c7", name="Gus")
    assert told in company.run(command).assert_ok().out


@pytest.mark.parametrize("name", ["segments", "migration", "concentration"])
def test_reports_have_charts_on_a_page(later, name):
    assert "<svg" in later.run(f"report insight.{name} --format html").assert_ok().out
