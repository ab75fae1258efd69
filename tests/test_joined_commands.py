"""A plugin's group that has the name of its record type joins the commands of that type."""

import click
import pytest
from company_kit import plugin

from crmcore import TEXT, Customer, Record, column, opened, record
from crmcore.cli.playbooks import playbook
from crmcore.cli.records import _MAKERS
from crmcore.opening import JOINED, RESERVED, VERBS
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.contributions import OPEN_GROUPS
from crmcore.plugging.loading import load_plugins


@record("bike", links={"customer": "customer"}, label={"en": "Bike", "zh": "自行车"})
class Bike(Record):
    customer: str = column(TEXT, required=True, refers_to=Customer)
    model: str | None = column(TEXT)


def sell_command():
    @click.command("sell", help="Give a bike to another customer.")
    @click.argument("key")
    @click.argument("customer")
    @click.pass_context
    def sell(ctx, key, customer):
        if customer == "nobody":
            raise LookupError(customer)
        with opened(ctx).unit("sell") as unit:
            unit.edit(unit.get(Bike, key), customer=customer)

    return sell


def workshop(name="workshop", *, word="sell", command=None, records=(Bike,)):
    """Return a plugin with a record type and a group of one command."""
    sell = sell_command()
    sell.name = word
    group = click.Group("bike", {word: sell}, help="A bike can be sold.")
    return plugin(name, records=records, commands=[command or group])


@pytest.fixture
def trial(crm_with):
    made = crm_with(workshop())
    for key in ("ada", "bo"):
        made.customer(key)
    made.add(Bike(id="b1", customer="ada"))
    return made


def test_both_kinds_of_command_stand_in_one_group(trial):
    text = trial.run("bike --help").assert_ok().out
    assert "A bike can be sold." in text
    for word in (*VERBS, "sell"):
        assert f"\n  {word} " in text
    trial.run("bike sell b1 bo").assert_ok()
    assert trial.run("bike list --columns customer --format json").assert_ok().json == [{"customer": "bo"}]


def test_the_group_is_one_line_of_crm_help_and_says_what_it_can(trial):
    lines = [line for line in trial.run("--help").assert_ok().out.splitlines() if line.strip().startswith("bike ")]
    assert [line.split(maxsplit=1)[1] for line in lines] == ["Bike: list, show, add, edit, remove, export, sell."]


def test_an_unknown_word_is_told_from_those_that_resemble_it(trial):
    trial.run("bike sel b1 bo").assert_fails("did you mean 'sell'", code=2)


def test_where_a_joined_command_fails_its_plugin_is_named(trial):
    trial.run("bike sell b1 nobody").assert_fails("the command 'sell' of the plugin 'workshop' failed")


def refused(*plugins):
    """Return why the last of some plugins is set aside, if it is."""
    catalogue = build_catalogue(load_plugins(only=plugins), reserved=RESERVED)
    return catalogue.plugins.records[-1].reason


def test_a_group_says_nothing_that_every_record_type_can_do():
    reason = refused(workshop(word="list"))
    assert "has 'list', which the record type 'bike' has already; give it another name" in reason


def test_a_single_command_and_the_group_of_another_plugin_do_not_join():
    assert "'bike' is declared twice" in refused(workshop(command=click.Command("bike")))
    assert "'bike'" in refused(workshop(), workshop("yard", records=()))


# --- groups of the core ----------------------------------------------------------------------------------------------


def reviewer(name="reviewer", *, word="review"):
    """Return a plugin whose group joins ``crm playbook``."""
    said = click.Command(word, callback=lambda: click.echo(name), help="Say who reviews.")
    return plugin(name, commands=[click.Group("playbook", {word: said})])


def test_the_commands_of_several_plugins_join_a_group_of_the_core(crm_with):
    trial = crm_with(reviewer(), reviewer("judge", word="judge"))
    text = trial.run("playbook --help").assert_ok().out
    assert [word for word in ("list", "visits", "review", "judge") if f"\n  {word} " not in text] == []
    assert trial.run("playbook review").assert_ok().out == "reviewer\n"
    assert trial.run("playbook judge").assert_ok().out == "judge\n"
    trial.run("playbook judgr").assert_fails("did you mean 'judge'", code=2)
    trial.run("review").assert_fails("There is no command 'review'", code=2)


def test_what_the_group_of_the_core_can_do_and_what_another_joined_is_not_said_again():
    assert "'playbook list'" in refused(reviewer(word="list"))
    assert "'playbook review'" in refused(reviewer(), reviewer("judge"))
    assert "'playbook' (" in refused(plugin("single", commands=[click.Command("playbook")]))


def test_the_words_that_are_taken_are_those_of_the_core():
    assert tuple(f"{name} {word}" for name in sorted(OPEN_GROUPS) for word in playbook.commands) == JOINED


def test_the_verbs_are_those_that_every_record_type_has():
    assert tuple(_MAKERS) == VERBS
