"""In Chinese no English name is shown: everything declared has Chinese texts, and what is printed has no others."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from crm_satisfaction.feedback import Feedback, FeedbackCategory
from crm_satisfaction.records import Survey

from crmcore import Contact, Customer, Interaction, Purchase, PurchaseLine
from crmcore.entities import type_of
from crmcore.labels import Label
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.loading import load_plugins
from crmcore.testing import AS_OF, given
from crmcore.testing.trial import opened_trial

CATALOGUE = build_catalogue(load_plugins())
KINDS = ("field", "metric", "setting", "scheme", "playbook", "view", "report", "record")
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
LANGUAGE_NEUTRAL = re.compile(r"[A-Z]{1,3}|ICD-10|SNOMED|[-/ 0-9.]*")
"""Codes that are the same in every language: A, ABC, RFM, and those of diagnoses."""


def texts():
    """Yield the place and label of everything that people read."""
    for kind in KINDS:
        for part in CATALOGUE.values(kind):
            facts = type_of(part) if kind == "record" else part
            yield f"{kind} {facts.name}", facts.label
            if getattr(facts, "doc", None) is not None and facts.doc("en"):
                yield f"{kind} {facts.name}, its text", facts.doc
            for inner, label in parts(kind, facts):
                yield f"{kind} {facts.name}: {inner}", label


def parts(kind, facts):
    """Yield the labels inside a declaration: segments, tasks, columns."""
    match kind:
        case "scheme":
            for segment in facts.segments:
                yield segment.name, segment.label
                yield from ((f"{segment.name}, text", one) for one in (segment.doc, segment.treatment) if one("en"))
        case "playbook":
            yield from ((task.name, task.title) for task in facts.tasks)
            yield from (
                (name, getattr(facts, name))
                for name in ("service", "offers", "treatment")
                if getattr(facts, name)("en")
            )
        case "record":
            yield from ((column.name, column.label) for column in facts.columns)
            yield from (each for column in facts.columns for each in choices(column))
        case "field" | "setting":
            yield from choices(facts)


def choices(part):
    """Yield what people read for each text that a column, field or setting can be."""
    for choice in part.choices:
        yield choice, Label((("en", choice), ("zh", part.choices.said(choice, "zh"))))


def test_everything_that_is_declared_has_a_chinese_text():
    english = [place for place, label in texts() if not is_chinese(label("zh"))]
    assert english == []


def is_chinese(text):
    return bool(text) and bool(IDEOGRAPH.search(text) or LANGUAGE_NEUTRAL.fullmatch(text))


def test_an_english_text_would_be_noticed():
    assert not is_chinese("Customers")
    assert not is_chinese("")
    assert is_chinese("ABC分类")


# --- what is printed ----------------------------------------------------------------------------------------------

SHOWN_KINDS = ("person", "organization", "department", "public_body", "partner")


def facts(number):
    """Return a customer of whom more is known, the higher its number; every value is Chinese."""
    records = [
        Contact(customer="", name="王", decision_role="决策"),
        Survey(customer="", on=AS_OF, score=Decimal(3), scale="1-5", kind="csat"),
        Feedback(customer="", on=AS_OF, category="f", type="praise", subject="好"),
    ]
    for turn in range(number):
        key = f"p{number}{turn}"
        day = AS_OF - timedelta(days=30 * turn + 20 * number)
        records += [
            Purchase(id=key, customer="", at=day, amount=100 * number + turn, cost=40, channel="线上"),
            PurchaseLine(
                purchase=key, product="茶", category="饮料" if turn % 2 else "食品", quantity=Decimal(8), price=3
            ),
            Interaction(customer="", at=day, channel="电话", direction="in", subject="询价", responded_at=day),
        ]
    return given(
        {"profile.sex": "female", "relationship.purpose": "resale", "needs.stated_need": "basic"} if number % 2 else {},
        records=records,
        kind=SHOWN_KINDS[number % len(SHOWN_KINDS)],
        name=f"客户{number}",
        owner="张",
        **({"province": "江苏", "city": "苏州", "country": "中国", "source": "微信"} if number % 2 else {}),
    )


CHOSEN = tuple(field.name for field in CATALOGUE.fields_on(Customer) if field.choices and field.privacy != "sensitive")


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Return what commands print in Chinese, by command, in a company with all plugins and some customers."""
    names = [each.name for each in CATALOGUE.plugins.records if each.name != "bulk"]
    with opened_trial(tmp_path_factory.mktemp("zh"), names, language="zh") as trial:
        trial.add(FeedbackCategory(id="f", name="质量"))
        trial.crm.language = "en"
        for number in range(6):
            trial.customer(f"c{number}", facts(number))
        trial.classify()
        trial.as_of += timedelta(days=1)
        trial.add(
            *(Purchase(customer=f"c{number}", at=trial.as_of, amount=9000, channel="线上") for number in range(6))
        )
        trial.classify()
        trial.crm.language = "zh"
        commands = [f"{kind} {name}" for kind in ("view", "report") for name in CATALOGUE.names(kind)]
        commands += [f"explain {customer} {name}" for name in CATALOGUE.names("scheme") for customer in ("c0", "c5")]
        commands += [f"playbook show {name}" for name in CATALOGUE.names("playbook")]
        commands += ["segments", "playbook list", "playbook coverage", "upcoming", "history c5"]
        commands += [f"customer list --columns id,kind,{','.join(CHOSEN)}", "customer show c5", "feedback list"]
        commands += ["task list --columns customer,title,state,due", "explain c5 lifecycle.status --changes"]
        return {command: trial.run(f"--sensitive {command}").assert_ok().out for command in commands}


WORD = re.compile(r"[A-Za-z][\w.:-]*[A-Za-z]")
QUOTED = re.compile("“[^”]*”")
PLAYBOOKS = CATALOGUE.values("playbook")
TASKS = {task.name for playbook in PLAYBOOKS for task in playbook.tasks}
TASKS |= {word for playbook in PLAYBOOKS for word in playbook.owner.split()}
"""The names of tasks, which stand beside their titles, for they are what a task's origin says; and of teams."""


def words(text):
    """Return the English words of a text.

    Full names such as value_tier.abc are what one types, and no words; texts with which a rule compares are quoted.
    """
    return {word for word in WORD.findall(QUOTED.sub("", text)) if "." not in word and ":" not in word}


def named():
    """Return every name and English label of segments, fields, metrics, settings, views, reports and columns."""
    for kind in KINDS:
        for part in CATALOGUE.values(kind):
            facts = type_of(part) if kind == "record" else part
            yield from (facts.label("en"), facts.name.rpartition(".")[2])
            yield from (title("en") for title in (facts.titles if kind == "playbook" else ()))
            # The name of a task stands beside its title, for it is what the task's origin says.
            yield from (
                text for inner, label in parts(kind, facts) for text in (inner, label("en")) if kind != "playbook"
            )


def test_no_command_prints_an_english_name(printed):
    names = {name for name in named() if name and not LANGUAGE_NEUTRAL.fullmatch(name)} - TASKS
    single = {name for name in names if WORD.fullmatch(name)}
    several = {name for name in names if " " in name and not IDEOGRAPH.search(name)}
    shown = {
        command: found
        for command, text in printed.items()
        if (found := (words(text) & single) | {name for name in several if name in QUOTED.sub("", text)})
    }
    assert shown == {}


def test_tables_of_views_and_reports_have_chinese_headings_and_titles(printed):
    tables = {command: text for command, text in printed.items() if command.startswith(("view", "report"))}
    english = {
        command: found
        for command, text in tables.items()
        if (found := {word for word in words(text) if not LANGUAGE_NEUTRAL.fullmatch(word)})
    }
    assert english == {}


def test_what_can_be_chosen_is_shown_and_entered_in_chinese(printed):
    assert {"部门", "女", "转售", "基础需求"} <= set(
        printed[f"customer list --columns id,kind,{','.join(CHOSEN)}"].split()
    )
    assert "表扬" in printed["feedback list"]


def test_tasks_that_were_raised_in_english_are_listed_in_chinese(printed):
    assert "待办" in printed["task list --columns customer,title,state,due"]
    assert "回访客户：" in printed["task list --columns customer,title,state,due"]
