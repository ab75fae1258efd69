"""The command itself: help, errors, exit codes, and what plugins add."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from cli_kit import BROKEN, PLUGIN, Shop, new_shop

from crmcore import opening
from crmcore.cli import extra, failures, stores
from crmcore.cli.commands import COMMANDS, RECORDS, SECTIONS, target
from crmcore.cli.main import cli

CRM = Path(sys.executable).with_name("crm")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    return new_shop(tmp_path, monkeypatch)


# -- help --------------------------------------------------------------------------------------------------------------


def test_every_command_exists_stands_in_the_help_and_cannot_be_taken_by_plugins():
    names = (*RECORDS, *COMMANDS)
    context = click.Context(cli)
    for name in names:
        assert target(name)
        assert isinstance(cli.get_command(context, name), click.Command)
    assert sorted(name for _, listed in SECTIONS for name in listed) == sorted(names)
    assert set(COMMANDS) <= opening.COMMAND_WORDS


def every_command(command=cli, path=()):
    context = click.Context(command, info_name=path[-1] if path else "crm")
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None, name
            yield from every_command(found, (*path, name))


def test_every_option_is_explained_and_every_command_has_an_example(shop: Shop):
    for path, command in every_command():
        if path in {("greet",), ("tally",)}:
            continue
        assert command.help, path
        assert "crm " in (command.epilog or ""), path
        context = click.Context(command)
        for option in command.get_params(context):
            if isinstance(option, click.Option) and not option.hidden:
                assert option.help, (path, option.name)
        assert shop.fine(*path, "--help").out.startswith("Usage: crm")


def test_help_lists_what_plugins_add(shop: Shop):
    text = shop.fine("--help").out
    assert "From plugin shop:" in text
    assert "greet" in text
    assert "visit" in text
    assert "Visit: list, show, add" in text
    assert shop.fine("greet").out == "hello\n"


@pytest.mark.parametrize("option", [("--no-plugins",), ("--no-plugin", "shop")])
def test_plugins_can_be_left_out(shop: Shop, option):
    assert "greet" not in shop.fine(*option, "--help").out
    assert shop.crm(*option, "greet").code == 2
    assert "greet" in shop.fine("--help").out


# -- the index of plugins' commands ------------------------------------------------------------------------------------


def index_of(shop: Shop) -> Path:
    (found,) = (shop.folder / "XDG_CACHE_HOME" / "crm").glob("commands-*.json")
    return found


@pytest.fixture
def rebuilds(monkeypatch):
    calls = []
    real = extra.rebuilt
    monkeypatch.setattr(extra, "rebuilt", lambda ctx: calls.append(1) or real(ctx))
    return calls


def test_help_asks_the_plugins_once_and_remembers_privately(shop: Shop, rebuilds):
    first, second = shop.fine("--help").out, shop.fine("--help").out
    assert first == second
    assert len(rebuilds) == 1
    assert index_of(shop).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: "{",
        lambda text: "[]",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"greet"', '"gr;et"'),
        lambda text: text.replace('"greet"', '"../greet"'),
        lambda text: text.replace("Greet somebody", "Greet\\u001b[31m somebody"),
        lambda text: text.replace('"command"', '"module"'),
        lambda text: text.replace('"entries"', '"entry"'),
        lambda text: json.dumps({**json.loads(text), "watched": {"/nowhere": 1}}),
        lambda text: json.dumps({**json.loads(text), "key": None}),
        lambda text: json.dumps({**json.loads(text), "entries": {"greet": 1}}),
        lambda text: text + " " * 2_000_000,
    ],
)
def test_an_index_that_is_off_in_any_way_is_made_anew_without_a_word(shop: Shop, rebuilds, damage):
    wanted = shop.fine("--help")
    index = index_of(shop)
    index.write_text(damage(index.read_text()))
    again = shop.fine("--help")
    assert (again.out, again.err) == (wanted.out, "")
    assert len(rebuilds) == 2
    assert shop.fine("--help").out == wanted.out
    assert len(rebuilds) == 2


def test_an_index_that_others_can_write_or_that_is_a_link_is_not_trusted(shop: Shop, rebuilds):
    shop.fine("--help")
    index = index_of(shop)
    index.chmod(0o666)
    shop.fine("--help")
    assert len(rebuilds) == 2
    index.rename(index.with_name("elsewhere"))
    index.symlink_to(index.with_name("elsewhere"))
    shop.fine("--help")
    assert len(rebuilds) == 3


def test_a_changed_plugin_or_configuration_is_seen(shop: Shop, rebuilds):
    shop.fine("--help")
    changed = PLUGIN.replace('"greet"', '"salute"')
    shop.write("crm_plugins/shop.py", changed)
    assert "salute" in shop.fine("--help").out
    shop.write("crm.toml", "")
    assert "salute" not in shop.fine("--help").out
    assert len(rebuilds) == 3


def test_help_works_without_a_place_for_the_index(shop: Shop, monkeypatch):
    shop.write("file", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(shop.folder / "file"))
    assert "greet" in shop.fine("--help").out


def test_an_unknown_command_is_looked_for_in_the_plugins_whatever_the_index_says(shop: Shop):
    shop.fine("--help")
    index = index_of(shop)
    content = json.loads(index.read_text())
    index.write_text(json.dumps({**content, "entries": []}))
    assert shop.fine("greet").out == "hello\n"


# -- what goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sgments"], "did you mean 'segments'"),
        (["gret"], "did you mean 'greet'"),
        (["vist", "list"], "did you mean 'visit'"),
        (["customer", "lst"], "list"),
        (["--nonsense"], "--nonsense"),
        (["customer", "list", "--store", "x"], "put it before the command"),
        (["customer", "list", "--format", "xml"], "'xml'"),
        (["segments", "--as-of", "7.5.1998"], "YYYY-MM-DD"),
        (["--store", "nonsense://x", "customer", "list"], "nonsense"),
        (["--store", "tinydb://x", "customer", "list"], "tinydb"),
    ],
)
def test_wrong_usage_is_exit_code_two_with_a_hint(shop: Shop, arguments, said):
    ran = shop.crm(*arguments)
    assert ran.code == 2
    assert ran.err.startswith("crm: ")
    assert said in ran.err
    assert ran.out == ""


def test_a_broken_plugin_is_one_line_and_the_rest_goes_on(shop: Shop):
    shop.write("crm_plugins/bad.py", BROKEN)
    shop.write("crm.toml", '[plugins]\nlocal = ["shop", "bad"]\n')
    shop.stock()
    ran = shop.fine("customer", "list", "--columns", "id", "--format", "jsonl")
    assert len(ran.jsonl) == 3
    assert ran.err.splitlines() == ["crm: 1 plugin does not work: bad; see `crm plugin show bad`"]
    shown = shop.fine("plugin", "show", "bad").out
    assert "no such luck" in shown
    assert "Traceback" not in shown
    assert "Traceback" in shop.fine("plugin", "show", "bad", "--debug").out
    assert "greet" in shop.fine("--help").out
    assert not list((shop.folder / "XDG_CACHE_HOME").rglob("commands-*.json")), "what may be mended is not remembered"


def test_plugins_can_be_inspected_even_if_everything_is_broken(shop: Shop):
    shop.write("crm.toml", "nonsense")
    shop.write("crm.json", "nonsense")
    assert "crm.toml:1" in shop.fine("plugin", "list").err
    assert "crm_schemes" in shop.fine("plugin", "hooks").out
    assert "crm.toml:1" in shop.fine("--help").err
    assert shop.crm("customer", "list").code == 1


def raising(monkeypatch, error):
    def command() -> None:
        raise error

    monkeypatch.setattr(stores, "init", click.Command("init", callback=command))


def test_an_error_of_ours_is_one_line_and_debug_has_the_rest(shop: Shop, monkeypatch):
    raising(monkeypatch, ZeroDivisionError("oh"))
    ran = shop.crm("init")
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "crm: internal error (ZeroDivisionError: oh). Please report it; --debug before the command shows the traceback."
    ]
    assert "Traceback" in shop.crm("--debug", "init").err


def test_a_command_of_a_plugin_works_on_the_chosen_store_and_its_errors_name_the_plugin(shop: Shop):
    shop.stock()
    (shop.folder / "crm.json").rename(shop.folder / "other.json")
    assert shop.fine("--store", "other.json", "tally").out == "3\n"
    ran = shop.crm("--store", "other.json", "tally", "--of", "0")
    assert ran.code == 1
    assert "the command 'tally' of the plugin 'shop' failed: ZeroDivisionError" in ran.err
    assert "Traceback" not in ran.err
    assert "tally" in shop.crm("--debug", "--store", "other.json", "tally", "--of", "x").err
    assert shop.crm("tally", "--off").code == 2


def test_interrupting_is_130(shop: Shop, monkeypatch):
    raising(monkeypatch, KeyboardInterrupt())
    ran = shop.crm("init")
    assert ran.code == 130
    assert ran.err.strip() == "crm: interrupted"


def test_an_error_that_nobody_hears_still_has_its_exit_code(monkeypatch):
    def deaf(*_, **__):
        raise BrokenPipeError

    monkeypatch.setattr(failures.click, "echo", deaf)
    assert failures.report(ZeroDivisionError(), debug=False) == 1


# -- as a process ------------------------------------------------------------------------------------------------------


def process(*arguments, **settings):
    return subprocess.run([CRM, *arguments], capture_output=True, check=False, text=True, **settings)


@pytest.mark.parametrize("arguments", [["--help"], ["purchase", "list"], ["purchase", "list", "--format", "jsonl"]])
def test_a_closed_pipe_is_quiet(shop: Shop, arguments):
    shop.stock()
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([CRM, *arguments], stdout=writer, stderr=subprocess.PIPE, check=False, text=True)
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == ""


LATE = [
    ["customer", "add", "--id", "late", "--name", "Late"],
    ["classify", "--as-of", "2024-06-01", "--format", "json"],
    ["config", "apply"],
]


@pytest.mark.parametrize("arguments", LATE)
def test_a_full_disk_on_stdout_does_not_hide_that_the_change_was_committed(shop: Shop, arguments):
    shop.stock()
    shop.write("crm.toml", '[plugins]\nlocal = ["shop"]\n[settings]\n"shop.much" = 50\n')
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([CRM, *arguments], stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    last = shop.fine("log", "--format", "jsonl").jsonl[-1]["commit"]
    assert last == 8
    assert done.returncode == 1
    assert f"commit {last} was: see `crm log {last}`" in done.stderr
    assert "No space left on device" in done.stderr


def test_a_closed_pipe_is_not_quiet_about_a_commit(shop: Shop):
    shop.stock()
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([CRM, *LATE[0]], stdout=writer, stderr=subprocess.PIPE, check=False, text=True)
    os.close(writer)
    assert done.returncode == 141
    assert "the output could not be written, but commit 8 was" in done.stderr


def test_notes_that_nobody_hears_do_not_make_a_change_fail(shop: Shop):
    shop.stock()
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([CRM, *LATE[0]], stdout=subprocess.PIPE, stderr=full, check=False, text=True)
    assert (done.returncode, done.stdout) == (0, "late\n")


@pytest.mark.parametrize("module", ["click", "crmcore/cli/commands"])
def test_an_interruption_while_modules_are_imported_is_no_traceback(tmp_path, module):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module.replace('/', '.')!r}:\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
    )
    command = [sys.executable, "-m", "crmcore", "--help"]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, check=False, text=True, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "crm: interrupted\n")


def test_a_real_process_prints_data_on_stdout_and_all_else_on_stderr(shop: Shop):
    shop.stock()
    done = process("customer", "list", "--columns", "id,name", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["id"] for row in json.loads(done.stdout)] == ["c1", "c2", "c3"]
    done = process("customer", "show", "nobody")
    assert (done.returncode, done.stdout) == (3, "")
    assert process("--version").stdout.startswith("crm, version ")


def test_text_that_the_terminal_cannot_show_is_escaped_rather_than_fatal(shop: Shop):
    shop.stock()
    done = process("customer", "list", "--columns", "name", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "\\u5ba2" in done.stdout
