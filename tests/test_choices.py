"""What people read for the texts that a value can be, and that they may enter what they read."""

import enum
from zoneinfo import ZoneInfo

import pytest
from company_kit import plugin

from crmcore import TEXT, TEXTS, Choices, Customer, Field, Record, Scheme, Segment, column, record, rows, state_machine
from crmcore.entities import ColumnType
from crmcore.errors import RuleError
from crmcore.files.parsing import parse
from crmcore.files.parsing_base import BadValue, Reading

STEPS = {"open": ("shut",), "shut": ()}
READING = Reading(ZoneInfo("UTC"), 2)
STATES = Choices(STEPS, zh=("未结", "已结"))


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


@record("case", links={"customer": "customer"}, label={"en": "Case", "zh": "案件"})
class Case(Record):
    customer: str = column(TEXT, required=True, refers_to=Customer)
    state: str = column(TEXT, choices=STATES, default="open", label={"en": "State", "zh": "状态"})
    marks: tuple[str, ...] = column(TEXTS, choices=Choices(("old", "hard"), zh=("旧", "难")), default=())


size = Field("desk.size", Size, on=Customer, choices=Choices(Size, zh=("小", "大")), label={"en": "Size", "zh": "规模"})
kind = rows(Customer).kind
tier = Scheme(
    "desk.tier",
    Segment("main", when=size.is_("large") & kind.is_in("organization", "department"), label={"zh": "主要"}),
    Segment("rest", label={"zh": "其余"}),
    label={"zh": "级别"},
)
DESK = plugin(
    "desk", records=[Case], fields=[size], schemes=[tier], constraints=[state_machine("desk.states", Case, STEPS)]
)


def test_choices_are_texts_with_what_people_read_in_a_language():
    assert STATES == ("open", "shut")
    assert [STATES.said("open", code) for code in ("en", "zh")] == ["open", "未结"]
    assert size.choices == ("small", "large")
    assert size.choices.words("zh") == {"small": "小", "large": "大"}
    assert Choices(("a",)).words("zh") == {}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Choices(("a", "b"), zh=("甲",)), "1 labels in 'zh' for 2 texts"),
        (lambda: column(TEXT, choices=Choices(("a",), zh=("甲\x1b[31m",))), "without control characters"),
        (lambda: column(TEXT, choices={"a": "甲"}), "Choices\\(...\\)"),
    ],
)
def test_labels_are_one_for_each_text_and_harmless(made, said):
    with pytest.raises((RuleError, TypeError), match=said):
        made()


@pytest.mark.parametrize(("given", "meant"), [("open", "open"), ("OPEN", "open"), ("未结", "open"), (" 已结 ", "shut")])
def test_what_is_read_may_be_entered(given, meant):
    assert parse(ColumnType("state", TEXT, choices=STATES), given, READING) == meant


def test_what_is_neither_is_refused():
    with pytest.raises(BadValue, match="is not one of the choices"):
        parse(ColumnType("state", TEXT, choices=STATES), "结", READING)


@pytest.fixture
def trial(crm_with):
    made = crm_with(DESK, language="zh")
    made.run("customer add --id c1 --name 甲 --kind 组织 --desk.size 大").assert_ok()
    made.run("case add --id k1 --customer c1 --state 未结 --marks 旧 --marks hard").assert_ok()
    made.classify()
    return made


def test_lists_show_what_people_read_and_data_what_is_stored(trial):
    assert trial.run("case list --columns id,state,marks").out.split()[-4:] == ["k1", "未结", "旧,", "难"]
    assert trial.run("case list --columns state,marks --format json").json == [
        {"state": "open", "marks": ["old", "hard"]}
    ]
    assert "未结" in trial.run("--lang zh case list --where state=未结").out
    assert "open" in trial.run("--lang en case list").out


def test_explanations_and_changes_say_what_people_read(trial):
    told = trial.run("explain c1 desk.tier --changes").out
    assert "规模为“大”" in told
    assert "“大”，界限 “大”" in told
    assert "“组织”" in told
    assert "规模由“大”变为“小”" in told


def test_a_step_that_is_not_allowed_is_named_as_people_read_it(trial):
    trial.run("case edit k1 --state shut").assert_ok()
    trial.run("case edit k1 --state open").assert_fails("已结 为最终状态")
