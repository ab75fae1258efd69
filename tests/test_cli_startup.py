"""What a command imports, counted in a process of its own."""

import json
import subprocess
import sys

import pytest
from cli_kit import Shop, new_shop

PROBE = """
import atexit, json, sys
from crmcore.cli.main import cli
try:
    cli.main({arguments!r}, prog_name="crm")
finally:
    print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
"""

HEAVY = {"rich", "polars", "narwhals", "duckdb", "pandas", "numpy", "sqlalchemy", "starlette", "filelock"}


def imported(*arguments: str) -> set[str]:
    code = PROBE.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch)
    made.stock()
    return made


def test_help_imports_neither_plugins_nor_anything_but_click(shop: Shop):
    imported("--help")  # makes the index
    found = imported("--help")
    assert "click" in found
    assert not found & {*HEAVY, "attr", "attrs", "cattrs", "tinydb", "pluggy", "orjson", "zoneinfo", "crm_plugins_shop"}


def test_help_does_not_import_installed_plugins(shop: Shop, monkeypatch):
    monkeypatch.delenv("CRM_DISABLE_PLUGINS")
    imported("--help")
    assert not {name for name in imported("--help") if name.startswith("crm_")}


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
