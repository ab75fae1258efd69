"""Commands that load only the plugins that they need print the same as if they had loaded all."""

import click
import pytest
from cli_kit import PLUGIN, Shop, new_shop, surround

from crmcore import opening
from crmcore.cli import choosing, context
from crmcore.cli.commands import COMMANDS
from crmcore.cli.main import cli
from crmcore.cli.records import RecordGroup

NEIGHBOUR = '''
"""A plugin that uses what another one declares, and shows it by name."""

import click
from crmcore import Customer, Field, Playbook, Scheme, Segment, Setting, Task, View, hookimpl
from crm_plugins_shop import Visit, spend, tier

visits = Field("neighbour.rating", int, on=Visit, label={"en": "Rating"})
bound = Setting("neighbour.bound", 10)
friend = Scheme(
    "neighbour.friend",
    Segment("yes", when=tier.is_("big") & (spend > bound), label={"en": "Friend", "zh": "朋友"}),
    Segment("no"),
)


@hookimpl
def crm_fields():
    return [visits]


@hookimpl
def crm_schemes():
    return [friend]


@hookimpl
def crm_playbooks():
    return [Playbook("neighbour.calls", friend, "yes", cadence=30)]


@hookimpl
def crm_views():
    named = View("neighbour.named", ("id", "shop.spend", "shop.tier"), sort="-shop.spend", bar="shop.spend")
    return [named, View("neighbour.calls", ("id", "title"), on=Task)]


@hookimpl
def crm_settings():
    return [Setting("neighbour.colour", "red")]
'''

READING = [
    "view",
    "report",
    "report shop.names",
    "segments",
    "segments --format jsonl",
    "segments shop.tier neighbour.friend --lang",
    "explain c1",
    "explain c1 --format json",
    "explain c2 neighbour.friend",
    "explain nobody neighbour.friend",
    "history c1",
    "history c2 neighbour.friend --format json",
    "upcoming --days 400",
    "upcoming neighbour.friend --days 400",
    "log",
    "log 2",
    "customer show c1",
    "customer show c1 --format json",
    "customer show nobody",
    "customer export -",
    "purchase show p1",
    "visit show v1",
    "task list",
    "task list --columns id,title --lang",
    "task list --due 2030-01-01 --lang",
    "view neighbour.calls --lang",
    "visit list",
    "visit list --columns id,neighbour.rating,customer.shop.tier",
    "visit list --where neighbour.rating=",
    "visit export -",
    "purchase list",
    "purchase list --columns id,customer.name,customer.shop.tier,customer.value_tier.abc",
    "customer list --columns id,name,lifecycle.stage --sort -shop.spend",
    "customer list --columns id,shop.tier.missing,shop.tier.since --where shop.tier=big",
    "customer list --where shop.level=high --where name=lifecycle",
    "customer list --as-of 2024-05-10 --columns id,shop.spend,value_tier.rfm",
    "--lang zh customer list --columns id,shop.tier,shop.spend",
    "greet",
    "tally",
]
WRONG = [
    "view shop.bst",
    "view best",
    "segments shop.tir",
    "explain c1 tier",
    "customer list --columns id,shop.spnd",
    "customer list --columns nam",
    "customer list --where shop.spend",
    "customer list --where shop.spend=much",
    "customer list --sort value_tier.rfn",
    "visit list --columns neighbour.ratin",
    "visit lst",
    "vist list",
    "purchase list --columns customer.shop.ter",
]


def stocked_shop(folder, patch):
    """Return a shop whose customers are classified, with an index of all plugins."""
    made = new_shop(folder, patch)
    made.stock()
    patch.delenv("CRM_DISABLE_PLUGINS")
    made.write("crm_plugins/neighbour.py", NEIGHBOUR)
    made.write("crm.toml", '[plugins]\nlocal = ["shop", "neighbour"]\n')
    made.fine("visit", "add", "--id", "v1", "--customer", "c1", "--on", "2024-05-03", "--neighbour.rating", "3")
    made.fine("classify", "--as-of", "2024-06-01")
    made.fine("--help")
    return made


@pytest.fixture
def shop(tmp_path, monkeypatch):
    return stocked_shop(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def shop_once(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield stocked_shop(tmp_path_factory.mktemp("once"), patch)


@pytest.fixture
def shop_to_read(shop_once, monkeypatch):
    """A shop for tests that only read in it."""
    surround(monkeypatch, shop_once.folder)
    monkeypatch.delenv("CRM_DISABLE_PLUGINS", raising=False)
    return shop_once


@pytest.fixture
def loads(monkeypatch):
    """What was loaded by each command: names of plugins."""
    found = []
    real = context.opened

    def noted(ctx):
        crm = real(ctx)
        found.append(crm.catalogue.plugins.loaded)
        return crm

    for module in ("extra", "views", "segments"):
        monkeypatch.setattr(f"crmcore.cli.{module}.opened", noted)
    return found


def arguments(line: str) -> list[str]:
    words = line.split()
    if words[-1] == "--lang":  # labels of people who read Chinese
        return ["--lang", "zh", *words[:-1]]
    return words


def said(shop: Shop, line: str) -> tuple[int, str, str]:
    ran = shop.crm(*arguments(line))
    return ran.code, ran.out, ran.err


@pytest.mark.parametrize(
    "line", ["task list", "task list --columns id,title", "task list --due 2030-01-01", "view neighbour.calls"]
)
def test_titles_of_tasks_are_in_the_readers_language(shop_to_read: Shop, line):
    assert "Get in touch: Friend" in shop_to_read.fine(*line.split()).out
    assert "回访客户：朋友" in shop_to_read.fine("--lang", "zh", *line.split()).out


@pytest.mark.parametrize("line", [*READING, *WRONG])
def test_the_output_is_the_same_as_with_all_plugins(shop_to_read: Shop, monkeypatch, line):
    some = said(shop_to_read, line)
    monkeypatch.setattr(choosing, "needed", lambda ctx, config: None)
    monkeypatch.setattr(choosing, "closed", lambda found, names: None)
    assert some == said(shop_to_read, line)
    assert (some[0] == 0) is (line in READING and "nobody" not in line)


@pytest.mark.parametrize("every", [16, pytest.param(1, marks=pytest.mark.torture)])
def test_every_view_scheme_and_report_of_the_bundled_plugins_is_the_same(shop: Shop, monkeypatch, every):
    catalogue = opening.catalogue_of(opening.configuration("", {}))
    lines = [f"view {name}" for name in catalogue.names("view")]
    lines += [f"report {name}" for name in catalogue.names("report")]
    for name in catalogue.names("scheme"):
        lines += [f"segments {name}", f"--sensitive explain c2 {name}", f"customer list --columns id,{name}"]
    lines += [f"customer list --columns id,{name}" for name in catalogue.names("metric")]
    lines = lines[::every]
    some = [said(shop, line) for line in lines]
    monkeypatch.setattr(choosing, "needed", lambda ctx, config: None)
    for line, before in zip(lines, some, strict=True):
        assert before == said(shop, line), line
        assert before[0] == 0, line
    assert len(lines) > 400 // every


@pytest.mark.parametrize(
    ("line", "loaded"),
    [
        ("customer list", set()),
        ("purchase list --columns id,amount", set()),
        ("purchase show p1", set()),
        ("view shop.best", {"shop"}),
        ("view neighbour.named", {"shop", "neighbour"}),
        ("segments neighbour.friend", {"shop", "neighbour"}),
        ("segments shop.tier", {"shop"}),
        ("visit list", {"shop"}),
        ("visit show v1", {"shop", "neighbour"}),
        ("customer list --columns id,value_tier.abc", {"value_tier"}),
    ],
)
def test_a_plugin_brings_what_it_needs_and_nothing_else(shop: Shop, loads, line, loaded):
    said(shop, line)
    assert loads[-1] == loaded


def test_every_other_command_loads_all_plugins(shop: Shop):
    # of a group that a plugin adds, nobody remembers what it needs, so it gets all
    ours = {*records(), *COMMANDS}
    reading = {
        path
        for path, command in commands()
        if path[:1] and path[0] in ours and choosing.is_reading(context_of(path, command))
    }
    assert reading == {
        *((name,) for name in ("view", "segments", "explain", "history", "upcoming")),
        ("log", "list"),
        ("log", "verify"),
        *((name, verb) for name in records() for verb in ("list", "show", "export")),
    }


def records():
    return [name for name in cli.list_commands(click.Context(cli)) if is_record(name)]


def is_record(name):
    return isinstance(cli.get_command(click.Context(cli), name), RecordGroup)


def commands(command=cli, path=()):
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            yield from commands(command.get_command(click.Context(command), name), (*path, name))


def context_of(path, command):
    found = click.Context(cli, info_name="crm")
    for name in path:
        found = click.Context(command, info_name=name, parent=found)
    return found


def test_with_some_plugins_nothing_can_be_written(shop: Shop):
    before = (shop.folder / "crm.json").read_bytes()
    store = choosing.for_reading(opening.open("crm.json").store)
    assert store.read().get("customer", "c1")
    with pytest.raises(AssertionError), store.write():
        pass
    assert (shop.folder / "crm.json").read_bytes() == before


# -- when all of them are needed after all -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("CRM_SHOP_MUCH", "5", "crm config apply"), ("CRM_NEIGHBOUR_COLOR", "blue", "neighbour.colour")],
)
def test_a_variable_that_changes_nothing_is_told_whatever_is_read(shop: Shop, monkeypatch, loads, *, name, value, told):
    monkeypatch.setenv(name, value)
    some = said(shop, "customer list --columns id,value_tier.abc")
    assert name in some[2]
    assert told in some[2]
    assert len(loads[-1]) > 1
    monkeypatch.setattr(choosing, "needed", lambda ctx, config: None)
    assert some == said(shop, "customer list --columns id,value_tier.abc")


def test_a_variable_that_sets_something_of_another_plugin_does_not_load_it(shop: Shop, monkeypatch, loads):
    monkeypatch.setenv("CRM_NEIGHBOUR_COLOUR", "blue")
    assert said(shop, "view shop.best")[2].count("CRM_") == 0
    assert loads[-1] == {"shop"}


def test_data_of_a_plugin_that_is_gone_or_disabled_is_spoken_of_as_ever(shop: Shop, monkeypatch, loads):
    monkeypatch.setenv("CRM_DISABLE_PLUGINS", "lifecycle")
    shop.fine("--help")
    some = said(shop, "view shop.best")
    assert "value_tier" in loads[-1], "what the store has of lifecycle nobody declares now"
    monkeypatch.setattr(choosing, "needed", lambda ctx, config: None)
    assert some == said(shop, "view shop.best")


def test_a_plugin_that_breaks_without_a_trace_is_reported_as_ever(shop: Shop, monkeypatch):
    """A plugin may depend on what no index can watch; then it is loaded again with all others, and told of."""
    shop.write("crm_plugins/shop.py", PLUGIN.replace("import click", "import os, click; os.environ['SHOP_IS_OPEN']", 1))
    monkeypatch.setenv("SHOP_IS_OPEN", "1")
    shop.fine("--help")
    shop.fine("view", "shop.best")
    monkeypatch.delenv("SHOP_IS_OPEN")
    ran = shop.crm("view", "shop.best")
    assert ran.code == 2
    assert "SHOP_IS_OPEN" in ran.err
    assert "not work" in ran.err
    assert "not work" in shop.fine("customer", "list").err, "the index is gone"
