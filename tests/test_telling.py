"""Explanations in words, in both languages, and as data."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from facts_kit import TODAY, case_of, world

from crmcore import (
    Customer,
    Field,
    Metric,
    Purchase,
    Scheme,
    Segment,
    Setting,
    latest,
    population_mean,
    rows,
    total,
)
from crmcore.entities import Stamp
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.explain import explain
from crmcore.evaluation.placements import Placement
from crmcore.speech.spoken import Reader
from crmcore.speech.telling import tell
from crmcore.speech.telling_data import to_data
from crmcore.speech.wording import describe

customer, purchase = rows(Customer), rows(Purchase)


def named(english, chinese):
    return {"en": english, "zh": chinese}


key_spend = Setting("dental.key_spend", 250, label=named("Spend of a key account", "重点客户消费额"))
chairs = Field("dental.chairs", int, on=Customer, default=2, unit="chairs", label=named("Chairs", "牙椅数"))
beds = Field("dental.beds", int, on=Customer, label=named("Beds", "床位"))
mood = Field("dental.mood", str, on=Customer, soft=True, label=named("Mood", "情绪"))
spend = Metric("dental.spend", total(purchase.amount), label=named("Spend", "消费额"))
SALES = (
    Purchase(id="p1", customer="ada", at=date(2026, 6, 1), amount=Decimal("99.5")),
    Purchase(id="p2", customer="ada", at=date(2026, 6, 10), amount=Decimal(100)),
    Purchase(id="p3", customer="ada", at=date(2026, 6, 12)),
)


def segment(name, label, when=None):
    return Segment(name, when=when, label=label)


def asked(when, *records, population=None, settings=None, **columns):
    """Return the explanation of a scheme whose first segment has the rule ``when``."""
    scheme = Scheme(
        "dental.tier",
        segment("key", named("Key account", "重点客户"), when),
        segment("rest", named("Standard", "普通客户")),
        label=named("Tier", "等级"),
    )
    case = case_of(*records, customer=Customer(id="ada", name="Ada", **columns))
    return explain(scheme, case, Evaluator(world("UTC", settings, population)))


def lines(explanation, language, stored=None, review_on=None):
    return list(tell(explanation, stored, review_on, Reader(language, "EUR")))


FACTS = (
    "199.50 EUR against 250 EUR; 50.50 EUR below; from 3 × Purchase, 2026-06-01 to 2026-06-12, "
    "1 of unknown value skipped; setting dental.key_spend = 250"
)


def test_a_whole_explanation_in_english():
    rule = spend >= key_spend
    found = lines(asked(rule, *SALES), "en", review_on=date(2026, 7, 1))
    assert found == [
        "Tier (dental.tier): Standard",
        "  time alone changes nothing before 2026-07-01",
        "  ✓ Standard: whoever is left",
        f"  ✗ Key account: {describe(rule, Reader('en', 'EUR'))}",
        f"      {FACTS}",
    ]


def test_a_whole_explanation_in_chinese():
    found = lines(asked(spend >= key_spend, *SALES), "zh")
    assert found[:3] == ["等级 (dental.tier): 普通客户", "  仅随时间推移不会变化", "  ✓ 普通客户: 其余客户"]
    assert found[3].startswith("  ✗ 重点客户: 消费额")
    assert found[4].strip() == (
        "199.50 EUR，界限 250 EUR；低 50.50 EUR；依据：3 条购买记录（2026-06-01 至 2026-06-12），"
        "其中 1 条数值未知已略过；设置 dental.key_spend = 250"
    )


STORED = Placement("key", date(2026, 5, 1), 3, "data")


@pytest.mark.parametrize(
    ("language", "cause", "expected"),
    [
        ("en", "data", "since 2026-05-01 (run 3, new data)"),
        ("en", "time", "since 2026-05-01 (run 3, time alone)"),
        ("en", "rule", "since 2026-05-01 (run 3, changed rule)"),
        ("en", "refit", "since 2026-05-01 (run 3, new population values)"),
        ("zh", "data", "自 2026-05-01 起（第 3 次运行，数据变化）"),
        ("zh", "time", "自 2026-05-01 起（第 3 次运行，时间推移）"),
        ("zh", "rule", "自 2026-05-01 起（第 3 次运行，规则变化）"),
        ("zh", "refit", "自 2026-05-01 起（第 3 次运行，总体数值更新）"),
    ],
)
def test_the_placement_on_record_says_since_when_and_why(language, cause, expected):
    stored = Placement("rest", date(2026, 5, 1), 3, cause)
    assert lines(asked(chairs > 9), language, stored)[1] == f"  {expected}"


def test_todays_evaluation_is_told_where_it_differs():
    assert lines(asked(chairs > 9), "en", STORED)[0] == "Tier (dental.tier): Key account"
    assert lines(asked(chairs > 9), "en", STORED)[2] == "  today's evaluation differs: Standard"
    assert lines(asked(chairs > 9), "zh", STORED)[2] == "  今日评估结果不同：普通客户"


@pytest.mark.parametrize(
    ("language", "title", "missing", "inner"),
    [
        (
            "en",
            "Tier (dental.tier): cannot tell",
            "missing: dental.beds",
            "missing: dental.beds; from Beds: not entered",
        ),
        (
            "zh",
            "等级 (dental.tier): 无法判断",
            "缺少：床位 (dental.beds)",
            "缺少：床位 (dental.beds)；依据：床位：未录入",
        ),
    ],
)
def test_cannot_tell_names_what_is_missing(language, title, missing, inner):
    found = lines(asked(beds > 9), language)
    assert (found[0], found[2], found[4].strip()) == (title, f"  {missing}", inner)
    assert found[3].startswith("  ? ")


TOLD = {
    "fields": {
        "dental.mood": {"value": "good", "on": "2026-04-01", "source": "call"},
        "dental.beds": 9,
    },
    "changed": Stamp(datetime(2026, 5, 1, 9, tzinfo=UTC), "eve"),
    "archived_at": date(2026, 6, 5),
}


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        (
            chairs >= 2,
            "2 chairs against 2; exactly on it; from Chairs: default",
            "2，界限 2；恰好等于界限；依据：牙椅数：默认值",
        ),
        (
            beds > 6,
            "9 against 6; 3 above; from Beds: in a record last changed 2026-05-01 by eve",
            "9，界限 6；高出 3；依据：床位：所在记录最后由 eve 于 2026-05-01 修改",
        ),
        (
            mood.is_("good"),
            '"good" against "good"; from Mood: entered 2026-04-01 by call',
            "“good”，界限 “good”；依据：情绪：call 于 2026-04-01 录入",
        ),
        (
            customer.archived_at > date(2026, 6, 3),
            "2026-06-05 against 2026-06-03; 2 days above; from Archived: in a record last changed 2026-05-01 by eve",
            "2026-06-05，界限 2026-06-03；高出 2 天；依据：归档日期：所在记录最后由 eve 于 2026-05-01 修改",
        ),
        (
            customer.archived_at.within(days=30),
            "2026-06-05; from Archived: in a record last changed 2026-05-01 by eve",
            "2026-06-05；依据：归档日期：所在记录最后由 eve 于 2026-05-01 修改",
        ),
    ],
)
def test_each_clause_tells_its_facts(rule, english, chinese):
    for language, expected in (("en", english), ("zh", chinese)):
        assert lines(asked(rule, **TOLD), language)[-1].strip() == expected


def test_rows_without_days_and_values_without_a_day_are_told():
    assert lines(asked(spend > 1), "en")[-1].strip() == "0 EUR against 1 EUR; 1 EUR below; from 0 × Purchase"
    always = {"dental.mood": {"value": "good", "on": "0001-01-01", "source": "call"}}
    assert lines(asked(mood.is_("good"), fields=always), "en")[-1].endswith("from Mood: entered by call")
    assert lines(asked(mood.is_("good"), fields=always), "zh")[-1].endswith("依据：情绪：call 录入")


def test_a_constant_has_no_source():
    average = population_mean(spend)
    found = lines(asked(average >= 1, population={average: Fraction(2)}), "en")
    assert found[-1].strip() == "2 EUR against 1 EUR; 1 EUR above"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("all of", "one of", "not", "(no if unknown)", "(yes if unknown)")),
        ("zh", ("须全部满足", "满足其一", "不满足", "（未知时视为不成立）", "（未知时视为成立）")),
    ],
)
def test_parts_stand_below_their_whole_with_their_own_marks(language, words):
    every, some, opposite, or_no, or_yes = words
    rule = (chairs > 1) & ((beds > 9) | ~(chairs > 9)) & (beds > 9).or_else(False)
    found = lines(asked(rule), language)[3:]
    assert found[0].endswith(every)
    assert found[1].startswith("    ✓ ")
    assert found[3].strip() == f"✓ {some}"
    assert found[4].startswith("      ? ")
    assert found[6].strip() == f"✓ {opposite}"
    assert found[7].startswith("        ✗ ")
    assert found[9].startswith("    ✗ ")
    assert found[9].endswith(or_no)
    assert lines(asked((beds > 9).or_else(True)), language)[2].endswith(or_yes)


def test_another_scheme_is_told_by_its_segment():
    inner = Scheme("dental.inner", Segment("many", when=chairs >= 2), Segment("few"))
    assert lines(asked(inner.is_("many")), "en")[-1].strip() == '"many"'


def test_the_same_as_data():
    found = to_data(asked(spend >= key_spend, *SALES), STORED, date(2026, 7, 1), Reader("en", "EUR"))
    clause = found["reasons"][0].pop("clause")
    assert found == {
        "customer": "ada",
        "scheme": "dental.tier",
        "as_of": TODAY,
        "segment": "rest",
        "missing": [],
        "since": date(2026, 5, 1),
        "stored_segment": "key",
        "cause": "data",
        "run": 3,
        "review_on": date(2026, 7, 1),
        "held_since": None,
        "held_until": None,
        "reasons": [{"segment": "key", "holds": False}, {"segment": "rest", "holds": True, "clause": None}],
    }
    assert (clause["value"], clause["bound"], clause["margin"]) == (Decimal("199.5"), 250, Decimal("-50.5"))
    assert clause["settings"] == {"dental.key_spend": 250}
    assert clause["sources"] == [
        {"of": "purchase", "rows": 3, "first": date(2026, 6, 1), "last": date(2026, 6, 12), "unknown": 1}
    ]
    assert clause["rule"] == describe(spend >= key_spend, Reader("en", "EUR"))


def test_data_holds_exact_numbers_and_every_part():
    average = population_mean(spend)
    rule = (spend > average) & (latest(purchase.at) < TODAY)
    found = to_data(asked(rule, *SALES, population={average: Fraction(100, 3)}), None, None, Reader("en"))
    both = found["reasons"][0]["clause"]
    assert [part["holds"] for part in both["parts"]] == [True, True]
    assert (both["parts"][0]["bound"], both["parts"][0]["margin"]) == ("100/3", "997/6")
    assert (found["since"], found["stored_segment"], found["cause"], found["run"]) == (None, None, None, None)
