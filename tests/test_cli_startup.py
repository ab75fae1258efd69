"""What a command imports, counted in a process of its own."""

import json
import os
import subprocess
import sys

import pytest
from cli_kit import Shop, new_shop, surround
from generated_plugins import generate

PROBE = """
import atexit, json, sys
from crmcore.cli.main import cli
try:
    cli.main({arguments!r}, prog_name="crm")
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""

HEAVY = {"rich", "polars", "narwhals", "duckdb", "pandas", "numpy", "sqlalchemy", "starlette", "filelock"}
MANY = 50


def modules(*arguments: str, **environ: str) -> set[str]:
    code = PROBE.format(arguments=list(arguments))
    more = {**os.environ, **environ}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, env=more)
    return set(json.loads(done.stderr.splitlines()[-1]))


def imported(*arguments: str, **environ: str) -> set[str]:
    return {name.partition(".")[0] for name in modules(*arguments, **environ)}


def plugins_of(found: set[str]) -> set[str]:
    return {name for name in found if name.startswith("crm_")}


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch)
    made.stock()
    return made


@pytest.fixture(scope="module")
def full_house(tmp_path_factory):
    """A shop with all installed plugins, 50 generated ones, and an index; made once, since it takes a while."""
    site = tmp_path_factory.mktemp("site")
    generate(site, MANY)
    with pytest.MonkeyPatch.context() as patch:
        made = new_shop(tmp_path_factory.mktemp("shop"), patch)
        made.stock()
        patch.delenv("CRM_DISABLE_PLUGINS")
        patch.setenv("PYTHONPATH", str(site))
        modules("classify")
        modules("--help")
    return made, site


@pytest.fixture
def many(full_house, monkeypatch):
    made, site = full_house
    surround(monkeypatch, made.folder)
    monkeypatch.delenv("CRM_DISABLE_PLUGINS", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(site))
    return made


def test_help_imports_neither_plugins_nor_anything_but_click(shop: Shop):
    imported("--help")  # makes the index
    found = imported("--help")
    assert "click" in found
    assert not found & {*HEAVY, "attr", "attrs", "cattrs", "tinydb", "pluggy", "orjson", "zoneinfo", "crm_plugins_shop"}


def test_help_with_fifty_more_plugins_imports_no_plugin_and_does_not_ask_what_is_installed(many: Shop):
    found = modules("--help")
    assert not plugins_of(found)
    assert not found & {"importlib.metadata", "pluggy", "attr", "zipfile", "email"}


def test_completing_names_imports_no_plugin(many: Shop):
    for line, count in (("crm explain c1 ", "4"), ("crm made0", "1"), ("crm view m", "2")):
        found = modules("--help", _CRM_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=count)
        assert not plugins_of(found), line
        assert "importlib.metadata" not in found


@pytest.mark.parametrize(
    "arguments",
    [
        ("made007",),
        ("view", "made007.best"),
        ("segments", "made007.tier"),
        ("explain", "c1", "made007.tier"),
        ("customer", "list", "--columns", "id,made007.tier,made007.spend"),
        ("customer", "list", "--where", "made007.tier=standard", "--columns", "id"),
        ("customer", "list", "--sort", "-made007.spend", "--columns", "id"),
        ("purchase", "list", "--columns", "id,customer.made007.seats"),
    ],
)
def test_a_command_imports_exactly_the_plugin_that_it_names(many: Shop, arguments):
    found = modules(*arguments)
    assert plugins_of(found) == {"crm_made007"}
    assert "importlib.metadata" not in found


@pytest.mark.parametrize("arguments", [("customer", "list"), ("purchase", "show", "p1"), ("log",), ("store", "info")])
def test_what_needs_no_plugin_imports_none(many: Shop, arguments):
    assert not plugins_of(modules(*arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        ("classify",),
        ("customer", "edit", "c1", "--name", "Eve"),
        ("customer", "add", "--name", "New"),
        ("report",),
        ("plugin", "list", "--times"),
    ],
)
def test_who_writes_or_cannot_say_what_he_reads_has_all_plugins(many: Shop, arguments):
    found = plugins_of(modules(*arguments))
    assert len([name for name in found if name.startswith("crm_made")]) == MANY
    assert "crm_value_tier" in found


def test_the_first_reading_command_makes_the_index_for_the_next(many: Shop):
    for path in (many.folder / "XDG_CACHE_HOME").rglob("commands-*.json"):
        path.unlink()
    assert len(plugins_of(modules("segments", "made007.tier"))) > MANY
    assert plugins_of(modules("segments", "made007.tier")) == {"crm_made007"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("customer", "show", "c1"),
        ("customer", "show", "c1", "--format", "json"),
        ("customer", "list", "--format", "json"),
        ("segments", "--format", "jsonl"),
    ],
)
def test_reading_imports_nothing_heavy(shop: Shop, arguments):
    assert not imported(*arguments) & HEAVY


def test_looking_after_the_store_does_not_import_plugins(shop: Shop):
    assert "crm_plugins_shop" not in imported("store", "info", "--format", "json")


def test_importing_the_library_imports_nothing_of_ours_before_it_is_used():
    code = "import sys, crmcore; print([name for name in sys.modules if name.startswith('crmcore.')], 'attrs' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[] False"
