"""``crm config``: every setting with its origin, what may be set, and secrets that nobody ever sees."""

import tomllib

import click
import pytest
from cli_kit import Shop, new_shop

from crmcore.cli.commands import COMMANDS, RECORDS
from crmcore.cli.main import cli
from crmcore.plugging import secrets

PLUGIN = '''
"""A shop that writes letters."""

from decimal import Decimal

import click
from crmcore import Customer, Field, Purchase, Report, Scheme, Segment, Setting, Table, count, hookimpl, opened, rows

paper = Setting("shop.paper", "A4", choices=("A4", "letter"), label={"en": "Paper", "zh": "纸张"}, doc="Size of letters")
copies = Setting("shop.copies", 1, unit="sheets", least=1, greatest=9)
key = Setting("shop.key", "", secret=True, doc="Opens the letter service")
much = Setting("shop.much", 10, doc="Purchases of a big customer")


@hookimpl
def crm_settings():
    return [paper, copies, key]


@hookimpl
def crm_schemes():
    return [Scheme("shop.tier", Segment("big", when=count(rows(Purchase)) >= much), Segment("small"))]


@hookimpl
def crm_reports():
    return [
        Report("shop.page", lambda company: [Table(("paper", "much"), ((company.setting(paper), company.setting(much)),))]),
        Report("shop.leaky", leaky),
    ]


def leaky(company):
    raise RuntimeError("401 for " + company.setting(key))


@click.command("letters", help="Write letters.")
@click.option("--how", default="fine")
@click.pass_context
def letters(ctx, how):
    secret = opened(ctx).setting(key)
    if how == "error":
        raise RuntimeError(f"401 for {secret!r} at https://letters/?key={secret}")
    click.echo(f"{opened(ctx).setting(paper)} {opened(ctx).setting(copies)} {len(secret)}")


@hookimpl
def crm_commands():
    return [letters]
'''

SECRET = "hunter2'and\\more"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch, plugin=PLUGIN)
    monkeypatch.setattr(secrets, "_used", set())
    made.fine("init", "--currency", "EUR", "--zone", "Europe/Berlin")
    return made


def say(shop: Shop, text: str) -> None:
    shop.write("crm.toml", f'[plugins]\nlocal = ["shop"]\n\n[settings.shop]\n{text}\n')


def settings_of(shop: Shop, *arguments: str) -> dict:
    ran = shop.fine("config", "show", "shop", "--origin", "--format", "json", *arguments)
    return {row["key"].removeprefix("settings."): (row["value"], row["origin"]) for row in ran.json}


# --- show -------------------------------------------------------------------------------------------------------------


def test_every_setting_is_shown_with_where_it_comes_from(shop, monkeypatch):
    say(shop, "copies = 3\nmuch = 5")
    monkeypatch.setenv("CRM_SHOP_PAPER", "letter")
    shown = settings_of(shop)
    assert shown["shop.paper"] == ("letter", "environment CRM_SHOP_PAPER")
    assert shown["shop.copies"] == (3, "crm.toml:5")
    assert shown["shop.much"][0] == 10
    assert shown["shop.much"][1].startswith("default of shop (")
    shop.fine("config", "apply")
    assert settings_of(shop)["shop.much"] == (5, "store")


def test_a_flag_counts_for_one_command(shop):
    assert shop.fine("--setting", "shop.paper=letter", "letters").out == "letter 1 0\n"
    assert shop.fine("letters").out == "A4 1 0\n"
    refused = shop.crm("--setting", "shop.much=1", "letters")
    assert (refused.code, "crm config apply" in refused.err) == (2, True)


def test_a_users_own_file_sets_what_no_rule_uses(shop):
    file = shop.folder / "XDG_CONFIG_HOME/crm/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[settings.shop]\ncopies = 2\nmuch = 1\n")
    assert settings_of(shop)["shop.copies"] == (2, f"{file}:2")
    ran = shop.fine("config", "show")
    assert f"{file}:3 changes nothing: rules use shop.much" in ran.err
    assert shop.fine("config", "apply").err.endswith("crm: 0 settings changed\n")


def test_plugins_code_reads_plain_settings_and_those_of_rules_alike(shop):
    say(shop, "paper = 'letter'\nmuch = 4")
    shop.fine("config", "apply")
    assert shop.fine("report", "shop.page", "--format", "json").json[0]["rows"] == [{"paper": "letter", "much": 4}]


def test_what_is_wrong_with_settings_is_said_at_once_and_where(shop):
    say(shop, "papr = 'A4'\ncopies = 10\nmuch = 'many'")
    for command in (("config", "show"), ("config", "apply"), ("letters",)):
        ran = shop.crm(*command)
        assert ran.code == 1
        assert ran.err.splitlines()[:4] == [
            "crm: these settings cannot be used:",
            "crm.toml:5: shop.papr: no setting named 'shop.papr'; did you mean 'shop.paper' or 'shop.copies' or 'shop.key'?",
            "crm.toml:6: shop.copies='10': must be 9 or less",
            "crm.toml:7: shop.much='many': must be a number such as 0.05",
        ]
    assert shop.crm("customer", "list").code == 0


def test_settings_of_plugins_that_are_not_there_are_shown_without_their_values(shop):
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n[settings]\ngone.x = "maybe a secret"\nshpo.paper = "A4"\n')
    ran = shop.fine("config", "show", "--origin", "--format", "json")
    shown = {row["key"]: row for row in ran.json}
    assert shown["settings.gone.x"]["value"] is None
    assert "crm.toml:4, passed over: no plugin named 'gone'" in shown["settings.gone.x"]["origin"]
    assert "did you mean 'shop'?" in shown["settings.shpo.paper"]["origin"]
    assert "crm.toml:4: gone.x is passed over" in ran.err


@pytest.mark.parametrize(
    ("variable", "said"),
    [("CRM_SHOP_PAPR", "did you mean 'shop.paper'"), ("CRM_SHOP_MUCH", "run `crm config apply`")],
)
def test_a_variable_that_changes_nothing_is_said_once(shop, monkeypatch, variable, said):
    monkeypatch.setenv(variable, "5")
    ran = shop.fine("letters")
    assert ran.out == "A4 1 0\n"
    assert ran.err.count(f"environment {variable} changes nothing") == 1
    assert said in ran.err


@pytest.mark.parametrize("command", ["show", "template"])
def test_an_unknown_plugin_has_no_settings(shop, command):
    ran = shop.crm("config", command, "shpo")
    assert (ran.code, "did you mean 'shop'?" in ran.err) == (2, True)


@pytest.mark.parametrize("command", ["show", "template"])
def test_of_a_plugin_that_does_not_work_the_reason_is_said(shop, command):
    shop.write("crm_plugins/shop.py", "raise RuntimeError('no such luck')\n")
    ran = shop.crm("config", command, "shop")
    assert (ran.code, "the plugin 'shop' is failed: RuntimeError: no such luck" in ran.err) == (1, True)


# --- template and plugin show -----------------------------------------------------------------------------------------


def test_a_template_is_a_section_for_crm_toml_that_changes_nothing(shop):
    before = settings_of(shop)
    text = shop.fine("config", "template", "shop").out
    say(shop, "")
    shop.write("crm.toml", f'[plugins]\nlocal = ["shop"]\n\n{text}')
    assert {name: value for name, (value, _) in settings_of(shop).items()} == {
        name: value for name, (value, _) in before.items()
    }
    assert tomllib.loads(text)["settings"] == {"shop": {}}
    assert '#paper = "A4"' in text.splitlines()
    assert '# one of "A4", "letter"; or: CRM_SHOP_PAPER' in text.splitlines()
    assert "crm.refit_days" not in text


def test_a_template_of_everything_speaks_the_asked_language(shop):
    text = shop.fine("--lang", "zh", "config", "template").out
    assert "# 纸张" in text.splitlines()
    assert set(tomllib.loads(text)["settings"]) == {"crm", "shop"}


def test_a_plugin_without_settings_says_so(shop):
    shop.write("crm_plugins/shop.py", "from crmcore import hookimpl\n@hookimpl\ndef crm_views():\n    return []\n")
    ran = shop.fine("config", "template", "shop")
    assert (ran.out, ran.err) == ("", "crm: the plugin 'shop' has no settings\n")


def test_showing_a_plugin_lists_its_settings_with_what_they_mean(shop):
    found = shop.fine("plugin", "show", "shop", "--format", "json").json["settings"]
    assert found[2] == {
        "name": "shop.much",
        "used by": "rules",
        "default": 10,
        "unit": "",
        "doc": "Purchases of a big customer",
    }
    assert [(one["name"], one["used by"]) for one in found] == [
        ("shop.copies", "code"),
        ("shop.key", "code"),
        ("shop.much", "rules"),
        ("shop.paper", "code"),
    ]
    assert "Purchases of a big customer" in shop.fine("plugin", "show", "shop").out


# --- secrets ----------------------------------------------------------------------------------------------------------


def in_plain_sight(shop, monkeypatch):
    say(shop, f"key = {tomllib_text(SECRET)}")


def in_its_variable(shop, monkeypatch):
    monkeypatch.setenv("CRM_SHOP_KEY", SECRET)


def in_another_variable(shop, monkeypatch):
    monkeypatch.setenv("LETTERS", SECRET)
    say(shop, 'key = {"$env" = "LETTERS"}')


def in_a_file(shop, monkeypatch):
    (shop.folder / "key").write_text(f"{SECRET}\n")
    (shop.folder / "key").chmod(0o600)
    say(shop, 'key = {"$file" = "key"}')


def in_a_file_for_all(shop, monkeypatch):
    in_a_file(shop, monkeypatch)
    (shop.folder / "key").chmod(0o644)


def in_a_misspelt_line(shop, monkeypatch):
    say(shop, f"kye = {tomllib_text(SECRET)}")


def in_a_list(shop, monkeypatch):
    say(shop, f"key = [{tomllib_text(SECRET)}]")


def in_a_broken_line(shop, monkeypatch):
    say(shop, f"key = {tomllib_text(SECRET)} x")


def of_a_broken_plugin(shop, monkeypatch):
    in_plain_sight(shop, monkeypatch)
    shop.write("crm_plugins/shop.py", PLUGIN + "\n1 / 0\n")


def tomllib_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\") + '"'


WORKING = {in_plain_sight: "crm.toml:5", in_its_variable: "environment CRM_SHOP_KEY"}
WORKING |= {in_another_variable: "environment LETTERS (crm.toml:5)", in_a_file: "file key (crm.toml:5)"}
PLACES = [*WORKING, in_a_file_for_all, in_a_misspelt_line, in_a_list, in_a_broken_line, of_a_broken_plugin]


def commands():
    """Yield every command of the core, with the shop's name where it takes one."""
    for path in [(name,) for name in (*COMMANDS, *RECORDS)]:
        found = cli.get_command(click.Context(cli), path[0])
        group = found.commands if isinstance(found, click.Group) else {}
        for name, command in group.items() or [("", found)]:
            takes = any(isinstance(one, click.Argument) for one in command.params)
            yield (*path, *([name] if name else []), *(["shop"] if takes else []))


EVERY_COMMAND = [
    *commands(),
    ("letters",),
    ("letters", "--how", "error"),
    ("report", "shop.leaky"),
    ("report", "shop.page"),
]
FORMATS = [("config", "show", "--origin", "--format", form) for form in ("table", "json", "jsonl", "csv", "md")]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_secret_is_in_nothing_that_any_command_prints_or_stores(shop, monkeypatch, place):
    place(shop, monkeypatch)
    for arguments in (*EVERY_COMMAND, *FORMATS):
        ran = shop.crm("--debug", *arguments)
        printed = ran.out + ran.err
        for part in (SECRET, repr(SECRET)[1:-1], "hunter2"):
            assert part not in printed, arguments
    for file in shop.folder.glob("crm.json*"):
        assert "hunter2" not in file.read_text()


@pytest.mark.parametrize("place", WORKING, ids=lambda place: place.__name__)
def test_code_gets_the_secret_and_people_see_its_origin(shop, monkeypatch, place):
    place(shop, monkeypatch)
    assert shop.fine("letters").out == f"A4 1 {len(SECRET)}\n"
    assert settings_of(shop)["shop.key"] == ("***", WORKING[place])
    leaked = shop.crm("--debug", "letters", "--how", "error")
    assert "401 for" in leaked.err
    assert "***" in leaked.err
    assert ("in plain sight" in shop.fine("letters").err) == (place is in_plain_sight)


def test_a_secret_that_was_never_set_is_shown_as_nothing(shop):
    assert settings_of(shop)["shop.key"][0] == ""


def test_a_secret_that_is_missing_stops_only_who_needs_it(shop):
    say(shop, 'key = {"$env" = "LETTERS"}')
    for command in (("customer", "list"), ("classify",), ("report", "shop.page")):
        shop.fine(*command)
    ran = shop.crm("letters")
    assert (ran.code, "crm.toml:5: shop.key: the environment variable LETTERS is not set" in ran.err) == (1, True)
    shown = shop.fine("config", "show", "--origin", "--format", "json")
    assert {
        "key": "settings.shop.key",
        "value": None,
        "origin": "crm.toml:5: the environment variable LETTERS is not set",
    } in shown.json
    assert "LETTERS is not set" in shown.err
