"""A trial is a company of its own: these plugins, this day, this folder, and nothing of the machine around it."""

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import click
import pytest
from company_kit import plugin

from crmcore import (
    TEXT,
    Customer,
    Field,
    Invalid,
    Metric,
    Purchase,
    Record,
    Scheme,
    Segment,
    Setting,
    UnknownName,
    column,
    hookimpl,
    opened,
    record,
    rows,
    total,
)
from crmcore.errors import CrmError, NotFound, UsageError
from crmcore.testing import AS_OF, Ran, given
from crmcore.testing.surroundings import surroundings

spend = Metric("acme.spend", total(rows(Purchase).amount))
much = Setting("acme.much", 100)
chairs = Field("acme.chairs", int, on=Customer)
tier = Scheme("acme.tier", Segment("key", when=spend >= much), Segment("big", when=chairs >= 40))


@record("visit", links={"customer": "customer"})
class Visit(Record):
    customer: str = column(TEXT, required=True, refers_to=Customer)


@pytest.fixture
def acme():
    """Return a plugin that also listens."""
    made = plugin("acme", fields=[chairs], schemes=[tier], records=[Visit])

    def crm_placements_changed(moves):
        made.told = [move.customer for move in moves]

    made.crm_placements_changed = hookimpl(crm_placements_changed)
    return made


@pytest.fixture
def trial(crm_with, acme):
    return crm_with(acme)


# -- plugins -----------------------------------------------------------------------------------------------------------


def test_exactly_the_named_plugins_take_part(crm_with, acme, tmp_path):
    file = tmp_path / "north.py"
    file.write_text(
        "from crmcore import Setting, hookimpl\n@hookimpl\ndef crm_settings():\n    return [Setting('north.x', 1)]\n"
    )
    found = crm_with(acme, "value_tier", file).crm.catalogue.plugins
    assert sorted(found.active) == ["acme", "north", "value_tier"]
    assert crm_with().crm.catalogue.plugins.active == ()


def test_a_plugin_that_does_not_work_fails_the_test_with_its_reason(crm_with):
    broken = plugin("broken", schemes=[tier])
    silent = plugin("silent", fields=None)
    with pytest.raises(pytest.fail.Exception) as caught:
        crm_with(broken, silent)
    said = str(caught.value)
    assert said.startswith("crm_with(...) takes plugins that work:\nplugin 'broken' is not active (failed): ")
    assert "its name must begin with 'broken.'" in said
    assert "plugin 'silent' is not active (failed): crm_fields() " in said


def test_a_plugin_that_raises_fails_the_test_with_its_traceback(crm_with, tmp_path):
    file = tmp_path / "unlucky.py"
    file.write_text("def choose():\n    raise RuntimeError('no such luck')\nchoose()\n")
    with pytest.raises(pytest.fail.Exception, match=r"(?s)no such luck.*unlucky.py:2.*Traceback.*in choose"):
        crm_with(file)


def test_a_plugin_that_is_not_installed_is_named(crm_with):
    with pytest.raises(UnknownName, match="no plugin named 'value_tear'; did you mean 'value_tier'"):
        crm_with("value_tear")


# -- what surrounds it -------------------------------------------------------------------------------------------------


def test_nothing_of_the_machine_shows_inside_and_nothing_of_the_trial_afterwards(tmp_path, monkeypatch):
    theirs = {"CRM_STORE": "x.json", "CRM_LANG": "zh", "CRM_DISABLE_PLUGINS": "acme", "LC_ALL": "zh_CN.UTF-8"}
    for name, value in {**theirs, "COLUMNS": "20", "XDG_CONFIG_HOME": "/etc", "CRM_ACTOR": "me"}.items():
        monkeypatch.setenv(name, value)
    before, folder = dict(os.environ), Path.cwd()
    with surroundings(tmp_path, "en"):
        assert Path.cwd() == tmp_path
        assert not {*theirs, "COLUMNS"} & set(os.environ)
        assert os.environ["CRM_ACTOR"] == "tester"
        assert all(os.environ[name].startswith(str(tmp_path)) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"))
    assert (dict(os.environ), Path.cwd()) == (before, folder)


def test_each_company_has_a_folder_of_its_own_also_for_commands(crm_with, acme):
    first, second = crm_with(acme), crm_with(acme)
    first.customer("c1")
    second.customer("c2")
    assert Path.cwd() == second.folder
    for trial, key in ((first, "c1"), (second, "c2")):
        assert [one["id"] for one in trial.run("customer list --format json").json] == [key]
        (trial.folder / "more.csv").write_text(f"id,name\n{key}x,X\n")
        trial.run("import more.csv --as customer").assert_ok()
        assert trial.crm.state().customer(f"{key}x").name == "X"
    assert Path.cwd() == second.folder


def test_the_day_is_frozen_at_noon_in_the_companys_zone(crm_with, acme):
    trial = crm_with(acme, as_of=date(2024, 7, 1), zone="Asia/Shanghai", currency="CNY")
    noon = datetime(2024, 7, 1, 4, tzinfo=UTC)
    assert trial.customer("c1").created.at == noon
    trial.run("customer add --id c2 --name Bob").assert_ok()
    stored = trial.crm.state()
    assert (stored.customer("c2").created.at, stored.day) == (noon, date(2024, 7, 1))
    assert (stored.company.zone.key, stored.company.currency) == ("Asia/Shanghai", "CNY")


def test_time_passes_when_the_test_says_so(trial):
    trial.as_of = date(2026, 3, 1)
    trial.run("customer add --id c1 --name Ada").assert_ok()
    assert (
        trial.as_of == trial.crm.state().day == trial.crm.state().customer("c1").created.at.date() == date(2026, 3, 1)
    )


def test_the_language_is_that_of_the_company(crm_with, acme):
    for language, heading in (("en", "Name"), ("zh", "名称")):
        trial = crm_with(acme, language=language)
        trial.customer("c1")
        assert heading in trial.run("customer list --columns name").out
        assert trial.crm.language == language


# -- what is entered ---------------------------------------------------------------------------------------------------


def test_a_customer_comes_with_what_is_given_of_it(trial):
    facts = given({"acme.chairs": 3}, purchases=[(10, 60)], records=[Visit(customer="")], name="X", city="Bonn")
    made = trial.customer("c1", facts, name="Ada")
    assert (made.id, made.name, made.city, made.fields, made.version) == ("c1", "Ada", "Bonn", {"acme.chairs": 3}, 1)
    (bought,) = trial.crm.state().book.all(Purchase)
    assert (bought.customer, bought.at, bought.amount) == ("c1", date(2025, 12, 22), Decimal(60))
    assert [visit.customer for visit in trial.crm.state().book.all(Visit)] == ["c1"]


@pytest.mark.parametrize(
    ("enter", "error", "text"),
    [
        (lambda trial: trial.customer("c1", nme="x"), UnknownName, "did you mean 'name'"),
        (lambda trial: trial.customer("c1", kind="robot"), Invalid, "kind='robot'"),
        (lambda trial: trial.customer("c1", given({"acme.chair": 1})), UnknownName, "did you mean 'acme.chairs'"),
        (lambda trial: trial.customer("c1", given(id="c2")), UsageError, "'c1' is given another id"),
        (lambda trial: trial.customer("c1", id="c2"), UsageError, "'c1' is given another id"),
        (lambda trial: trial.add(Visit(customer="c7")), Invalid, "there is no customer with this id"),
        (lambda trial: trial.set("acme.mch", 1), UnknownName, "did you mean 'acme.much'"),
        (lambda trial: trial.set(much, "x"), Invalid, "acme.much='x': must be a number"),
        (lambda trial: trial.segment("c1", "acme.tier"), NotFound, "there is no customer with id 'c1'"),
        (lambda trial: trial.calls("crm_scheme"), UnknownName, "did you mean 'crm_schemes'"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_entered(trial, enter, error, text):
    with pytest.raises(error) as caught:
        enter(trial)
    assert text in str(caught.value)
    assert list(trial.crm.state().book.customers()) == []


def test_records_are_entered_together(trial):
    before = trial.crm.store.read().commit
    one, other = trial.add(Customer(id="c1", name="Ada"), Purchase(customer="c1", at=AS_OF, amount=Decimal(1)))
    assert (one.id, other.customer, len(other.id)) == ("c1", "c1", 26)
    assert trial.crm.store.read().commit == before + 1


@pytest.mark.parametrize(("paper", "value"), [("A4", "letter"), (True, False), (Decimal("1.5"), Decimal(2)), (5, "7")])
def test_settings_that_no_rule_uses_are_set_for_code_and_commands(crm_with, paper, value):
    declared = Setting("acme.paper", paper)
    command = click.Command("paper", callback=lambda: click.echo(_told(declared)))
    trial = crm_with(plugin("acme", settings=[declared], commands=[command]))
    assert trial.crm.setting(declared) == paper
    trial.set("acme.paper", value)
    assert str(trial.crm.setting(declared)) == str(value)
    assert trial.run("paper").assert_ok().out == f"{value}\n"
    assert not [name for name in os.environ if name.startswith("CRM_ACME")]


def _told(setting):
    return opened(click.get_current_context()).setting(setting)


def test_a_setting_that_no_rule_uses_is_checked_as_well(crm_with):
    trial = crm_with(plugin("acme", settings=[Setting("acme.paper", "A4", choices=("A4", "letter"))]))
    with pytest.raises(Invalid, match=r"acme\.paper='A5': must be one of A4, letter"):
        trial.set("acme.paper", "A5")


# -- what becomes of it ------------------------------------------------------------------------------------------------


def test_segments_are_those_of_the_last_classification(trial):
    trial.customer("c1", given(purchases=[(10, 60)]))
    trial.customer("c2", given({chairs: 40}))
    with pytest.raises(CrmError, match=r"'c1' is not placed in acme.tier: call trial.classify\(\) first"):
        trial.segment("c1", tier)
    run = trial.classify()
    assert {move.customer: move.after for move in run.moves} == {"c2": "big"}
    assert [trial.segment(key, "acme.tier") for key in ("c1", "c2")] == [None, "big"]
    trial.set(much, 60)
    assert trial.segment("c1", tier) is None
    trial.classify(full=True)
    assert trial.segment("c1", tier) == "key"
    with pytest.raises(UnknownName, match=r"acme\.tier"):
        trial.segment("c1", "acme.teir")


def test_an_archived_customer_is_not_placed(trial):
    trial.customer("c1", archived_at=AS_OF)
    trial.classify()
    with pytest.raises(CrmError, match="it is archived"):
        trial.segment("c1", tier)


def test_hooks_are_recorded_with_what_they_were_told_and_returned(crm_with, acme):
    trial = crm_with(acme, "lifecycle")
    (fields, theirs) = trial.calls("crm_fields")
    assert (fields.hook, fields.plugin, fields.told, fields.returned) == ("crm_fields", "acme", {}, (chairs,))
    assert (theirs.plugin, len(theirs.returned)) == ("lifecycle", 5)
    assert trial.calls("crm_reports") == trial.calls("crm_placements_changed") == ()
    trial.customer("c1", given({chairs: 40}))
    trial.classify()
    (call,) = trial.calls("crm_placements_changed")
    assert acme.told == ["c1"] * 6
    assert (call.plugin, call.returned, call.failure) == ("acme", None, "")
    assert {move.scheme: move.after for move in call.told["moves"]}["acme.tier"] == "big"
    trial.run("customer edit c1 --acme.chairs 3").assert_ok()
    assert [one.after for one in trial.calls("crm_placements_changed")[1].told["moves"]] == [None]


def test_a_hook_that_fails_is_recorded_with_what_it_raised(crm_with):
    def crm_committed(changes):
        raise RuntimeError("no such luck")

    listening = plugin("acme")
    listening.crm_committed = hookimpl(crm_committed)
    trial = crm_with(listening)
    trial.customer("c1")
    (call,) = trial.calls("crm_committed")
    assert [change.key for change in call.told["changes"]] == ["c1"]
    assert "no such luck" in call.failure


# -- commands ----------------------------------------------------------------------------------------------------------


def test_commands_are_words_as_in_a_shell_or_a_list(trial):
    trial.run("customer add --id c1 --name 'Ada Lovelace'").assert_ok()
    trial.run(["customer", "edit", "c1", "--notes", "it's odd"]).assert_ok()
    shown = trial.run("customer show c1 --format json").assert_ok().json
    assert (shown["name"], shown["notes"]) == ("Ada Lovelace", "it's odd")


def test_a_command_reads_what_is_given_as_input(trial):
    ran = trial.run("import - --as customer", input="id,name\nc1,Ada\n").assert_ok()
    assert "1 new" in ran.out + ran.err
    assert trial.run("customer list --columns id --format jsonl").jsonl == [{"id": "c1"}]


def test_commands_know_the_trials_plugins_and_can_do_without_them(trial):
    trial.customer("c1", given({chairs: 5}))
    assert trial.run("--help").assert_ok().out.count("  visit ") == 1
    assert trial.run("visit list --format json").json == []
    assert trial.run("customer show c1 --format json").json["acme.chairs"] == 5
    for without in ("--no-plugins", "--no-plugin acme"):
        ran = trial.run(f"{without} visit list")
        assert ran.code
        assert "here is no command 'visit'" in ran.err
    listed = trial.run("--no-plugin acme plugin list --format json").json
    assert [(one["name"], one["status"]) for one in listed] == [("acme", "disabled")]


def test_a_plugins_own_command_works_on_the_trial(crm_with):
    @click.command("tally")
    @click.pass_context
    def tally(ctx):
        click.echo(opened(ctx).state().day)

    trial = crm_with(plugin("acme", commands=[tally]))
    assert trial.run("tally").assert_ok().out == "2026-01-01\n"


# -- what a command printed --------------------------------------------------------------------------------------------


def test_output_is_read_as_json():
    assert Ran(0, '{"a": 1}\n', "").json == {"a": 1}
    assert Ran(0, '{"a": 1}\n[2]\n', "").jsonl == [{"a": 1}, [2]]
    assert Ran(0, "", "").jsonl == []


def test_what_is_as_expected_can_be_gone_on_with():
    fine, failed = Ran(0, "out", ""), Ran(3, "out", "err")
    assert fine.assert_ok() is fine
    assert failed.assert_fails("err", "out", code=3) is failed


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        (lambda ran: ran.assert_ok(), "crm customer show 'c 1' should have ended well\nexit code: 1\nstderr:\n    crm: no\n    more\nstdout: (nothing)"),
        (lambda ran: ran.assert_fails(code=3), "crm customer show 'c 1' should have ended with exit code 3\nexit code: 1"),
        (lambda ran: ran.assert_fails("no", "ye", "s"), "should have said 'ye' and 's'\nexit code: 1\nstderr:\n    crm: no"),
        (lambda ran: ran.json, "should have printed JSON (Expecting value: line 1 column 1 (char 0))"),
    ],
)  # fmt: skip
def test_what_is_not_as_expected_fails_with_all_that_is_known(expect, said):
    with pytest.raises(pytest.fail.Exception) as caught:
        expect(Ran(1, "", "crm: no\nmore\n", ("customer", "show", "c 1")))
    assert said in str(caught.value)


def test_long_output_is_cut_in_a_failure_and_bad_lines_are_found():
    with pytest.raises(pytest.fail.Exception, match=r"\n    39\n    \.\.\. \(60 more lines\)$"):
        Ran(1, "\n".join(map(str, range(100))), "").assert_ok()
    with pytest.raises(pytest.fail.Exception, match="should have printed JSON lines"):
        _ = Ran(0, "1\nx\n", "").jsonl
