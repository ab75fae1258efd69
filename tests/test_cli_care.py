"""``crm task list|done|drop`` and ``crm playbook``: what is due for whom, and what playbooks have people do."""

import pytest
from cli_kit import Shop, new_shop

PLUGIN = '''
"""A shop that looks after its big customers."""

from crmcore import Playbook, Purchase, Scheme, Segment, Setting, TaskTemplate, hookimpl, rows, total

spend = total(rows(Purchase).amount)
every = Setting("shop.every", 30, least=1)
tier = Scheme(
    "shop.tier",
    Segment("big", when=spend >= 1000, label={"en": "Big customer", "zh": "大客户"}),
    Segment("some", when=spend > 0, label={"en": "Buyer", "zh": "买过的客户"}),
    Segment("none", label={"en": "Nothing yet", "zh": "尚未购买"}),
    label={"en": "Tier", "zh": "等级"},
)
big = Playbook(
    "shop.big",
    tier,
    "big",
    TaskTemplate("plan", {"en": "Agree on a plan", "zh": "商定计划"}, due=14),
    cadence=every,
    service={"en": "A team of their own", "zh": "专门团队"},
    label={"en": "Care of big customers", "zh": "大客户维护"},
)
some = Playbook("shop.some", tier, "some", owner="Desk", treatment={"en": "Thank them", "zh": "致谢"})


@hookimpl
def crm_schemes():
    return [tier]


@hookimpl
def crm_playbooks():
    return [big, some]
'''


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Shop:
    """A shop whose books are closed on 2024-05-01; Ada has become big on that day, Bo a buyer."""
    made = new_shop(tmp_path, monkeypatch, plugin=PLUGIN)
    made.fine("init", "--currency", "EUR", "--zone", "Europe/Berlin")
    for key, name in (("a", "Ada"), ("b", "Bo"), ("c", "Cy")):
        made.fine("customer", "add", "--id", key, "--name", name, "--owner", "eve")
    made.fine("interaction", "add", "--customer", "a", "--at", "2024-03-20")
    made.fine("classify", "--as-of", "2024-05-01")
    made.fine("purchase", "add", "--id", "p1", "--customer", "a", "--at", "2024-05-01", "--amount", "1000")
    made.fine("purchase", "add", "--id", "p2", "--customer", "b", "--at", "2024-05-01", "--amount", "5")
    made.fine("task", "add", "--id", "t", "--customer", "b", "--title", "Send a card", "--due", "2024-04-28")
    return made


def due(shop: Shop, command: str) -> list[tuple[object, ...]]:
    rows = shop.fine(*command.split(), "--format", "json").json
    return [(row["customer"], row["title"], row["due"], row["overdue"]) for row in rows]


def test_the_list_of_what_is_due_begins_with_what_is_overdue_longest(shop: Shop):
    visit, card = ("a", "Get in touch: Big customer", "2024-04-19", 12), ("b", "Send a card", "2024-04-28", 3)
    plan = ("a", "Agree on a plan", "2024-05-15", None)
    assert due(shop, "task list --due") == [visit, card]
    assert due(shop, "task list --due 2024-05-15") == [visit, card, plan]
    assert due(shop, "task list --due 2024-04-20") == [visit]
    later = due(shop, "task list --due --as-of 2024-05-16")
    assert later == [(*visit[:3], 27), (*card[:3], 18), (*plan[:3], 1)]


def test_due_tasks_are_those_of_an_owner_a_customer_or_a_playbook(shop: Shop):
    assert [row[1] for row in due(shop, "task list --due 2025-01-01 --owner Eve")] == [
        "Get in touch: Big customer",
        "Agree on a plan",
    ]
    assert [row[1] for row in due(shop, "task list --due 2025-01-01 --customer b")] == ["Send a card"]
    assert [row[1] for row in due(shop, "task list --due 2025-01-01 --playbook shop.big")] == [
        "Get in touch: Big customer",
        "Agree on a plan",
    ]
    assert due(shop, "task list --due --playbook shop.some") == []


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "md", "html"])
def test_what_is_due_is_printed_in_every_format(shop: Shop, form):
    out = shop.fine("task", "list", "--due", "--format", form).out
    assert out.index("2024-04-19") < out.index("2024-04-28")


def test_a_date_that_is_none_is_refused(shop: Shop):
    assert "'soon' is no date" in shop.crm("task", "list", "--due", "soon").assert_fails(code=2).err


def test_tasks_are_closed_by_their_ids_and_what_follows_is_raised(shop: Shop):
    visit = shop.fine(
        "task", "list", "--due", "--playbook", "shop.big", "--columns", "id", "--format", "csv"
    ).out.split()[1]
    assert "2 tasks done (dry run" in shop.fine("task", "done", "t", visit, "--dry-run").err
    assert "1 task dropped (dry run" in shop.fine("task", "drop", "t", "--dry-run").err
    assert "2 tasks done\n" in shop.fine("task", "done", "t", visit, "t").err
    assert due(shop, "task list --due") == []
    assert [row[1:3] for row in due(shop, "task list --due 2024-06-30 --playbook shop.big")] == [
        ("Agree on a plan", "2024-05-15"),
        ("Get in touch: Big customer", "2024-05-31"),
    ]
    assert "0 tasks done, 1 already were" in shop.fine("task", "done", "t").err
    assert "1 task dropped" in shop.fine("task", "drop", "t").err
    assert shop.fine("task", "show", "t", "--format", "json").json["state"] == "dropped"


def test_unknown_ids_are_all_named_and_nothing_is_closed(shop: Shop):
    failed = shop.crm("task", "drop", "x", "t", "y").assert_fails(code=3)
    assert "there is no task with id 'x' or 'y'" in failed.err
    assert "Nothing was written" in failed.err
    assert shop.fine("task", "show", "t", "--format", "json").json["state"] == "open"


def test_a_task_shows_its_playbook_and_by_how_much_it_is_overdue(shop: Shop):
    shown = shop.fine("task", "show", "t", "--format", "json").json
    assert (shown["playbook"], shown["overdue"]) == (None, 3)
    found = shop.fine("task", "list", "--where", "playbook=shop.big", "--columns", "title,overdue", "--format", "json")
    assert {(row["title"], row["overdue"]) for row in found.json} == {
        ("Agree on a plan", None),
        ("Get in touch: Big customer", 12),
    }
    assert "逾期天数" in shop.fine("--lang", "zh", "task", "list", "--due").out


def test_playbooks_are_listed_with_their_customers(shop: Shop):
    rows = shop.fine("playbook", "list", "--format", "json").json
    assert [tuple(row.values()) for row in rows] == [
        ("shop.big", "shop.tier", "big", 1, 1, 30, "owner"),
        ("shop.some", "shop.tier", "some", 1, 0, None, "Desk"),
    ]
    before = shop.fine("playbook", "list", "--as-of", "2024-04-30", "--format", "json").json
    assert [row["customers"] for row in before] == [0, 0]


def test_a_playbook_is_shown_with_its_tasks(shop: Shop):
    shown = shop.fine("playbook", "show", "shop.big", "--format", "json").json
    assert shown["service"] == "A team of their own"
    assert (shown["customers"], shown["held_out"], shown["cadence"]) == (1, 0, 30)
    assert shown["tasks"] == [{"task": "plan", "title": "Agree on a plan", "on": "enter", "due_days": 14}]
    text = shop.fine("playbook", "show", "shop.big").out
    assert "Days between visits  30" in text
    assert "Agree on a plan" in text
    assert "<table" in shop.fine("playbook", "show", "shop.big", "--format", "html").out
    assert shop.fine("playbook", "show", "shop.big", "--as-of", "2024-04-30", "--format", "csv").out.count("\n") == 2


def test_an_unknown_playbook_gets_a_hint(shop: Shop):
    assert "did you mean 'shop.big'" in shop.crm("playbook", "show", "shop.bog").assert_fails(code=2).err


def test_held_out_customers_of_a_playbook_are_counted(shop: Shop):
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n[settings.crm]\nholdout = 1\n')
    shop.fine("config", "apply")
    assert shop.fine("playbook", "show", "shop.big", "--format", "json").json["held_out"] == 1


def test_coverage_lists_the_segments_that_no_playbook_is_for(shop: Shop):
    ran = shop.fine("playbook", "coverage", "--format", "json")
    assert ran.json == [{"scheme": "shop.tier", "segment": "none", "customers": 1, "playbooks": []}]
    assert "3 segments, 1 of them without a playbook" in ran.err
    every = shop.fine("playbook", "coverage", "--all", "--as-of", "2024-05-02", "--format", "json").json
    assert [(row["segment"], row["playbooks"]) for row in every] == [
        ("big", ["shop.big"]),
        ("some", ["shop.some"]),
        ("none", []),
    ]


def test_the_visits_that_are_due_are_listed_with_the_last_contact(shop: Shop):
    (row,) = shop.fine("playbook", "visits", "--format", "json").json
    assert row.pop("id")
    assert row == {
        "due": "2024-04-19",
        "overdue": 12,
        "customer": "a",
        "name": "Ada",
        "playbook": "shop.big",
        "last_contact": "2024-03-20",
        "owner": "eve",
    }
    shop.fine("interaction", "add", "--customer", "a", "--at", "2024-05-01")
    assert shop.fine("playbook", "visits", "--format", "json").json == []
    (row,) = shop.fine("playbook", "visits", "--days", "30", "--format", "json").json
    assert (row["due"], row["overdue"], row["last_contact"]) == ("2024-05-31", None, "2024-05-01")
    assert shop.fine("playbook", "visits", "--days", "36500", "--as-of", "9999-01-01", "--format", "json").json


def test_in_chinese_no_english_name_of_a_segment_shows(shop: Shop):
    for words in (("list",), ("show", "shop.big"), ("coverage", "--all"), ("visits",)):
        out = shop.fine("--lang", "zh", "playbook", *words).out
        assert not {"big", "some", "none", "Agree", "owner", "Tier", "team"} & set(out.split()), out
    assert "大客户" in shop.fine("--lang", "zh", "playbook", "list").out
