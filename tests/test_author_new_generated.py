"""What `crm plugin new` writes works untouched: loaded, tested, checked, typed, built, installed, tried as its README says."""

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from cli_kit import _installed
from click.testing import CliRunner

import crmcore
from crmcore.author.checking import check
from crmcore.author.new_folder import write_folder
from crmcore.author.new_kinds import KINDS
from crmcore.author.new_names import distribution
from crmcore.author.new_templates import NewPlugin, files_of
from crmcore.cli.main import cli

NAMES = {kind: f"north_{kind}" for kind in KINDS}
BUILD = """
import sys
from hatchling.builders.wheel import WheelBuilder
for folder in sys.argv[2:]:
    print(*WheelBuilder(folder).build(directory=sys.argv[1]))
"""


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Return a folder with a project of each kind."""
    folder = tmp_path_factory.mktemp("projects")
    for kind, name in NAMES.items():
        write_folder(folder / distribution(name), files_of(NewPlugin(name, kind, "Apache-2.0", "Ada", 2031)))
    return folder


@pytest.fixture(scope="module")
def site(projects, tmp_path_factory):
    """Return a folder in which the wheels of all projects are installed."""
    wheels, site = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    run(projects, "-c", BUILD, str(wheels), *map(str, sorted(projects.glob("crm-*"))))
    for wheel in wheels.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(site)
    return site


def run(projects, *arguments):
    """Run Python with the projects on its path; return what it printed."""
    path = os.pathsep.join(str(folder) for folder in sorted(projects.glob("crm-*")))
    environ = {**os.environ, "PYTHONPATH": path, "MYPYPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=projects, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_it_loads_by_its_path(projects, kind, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(projects / distribution(NAMES[kind]))
    module = importlib.import_module(f"crm_{NAMES[kind]}")
    crm = crmcore.open(tmp_path / "crm.json", plugins=[module])
    (record,) = crm.catalogue.plugins.records
    assert (record.name, record.status, record.reason) == (NAMES[kind], "active", "")
    assert {one.plugin for one in crm.catalogue.contributions} >= {NAMES[kind]}


def test_its_own_tests_pass(projects):
    places = [f"{folder.name}/tests" for folder in sorted(projects.glob("crm-*"))]
    options = ("--import-mode=importlib", "-p", "no:cacheprovider", "-W", "error", "--rootdir", ".", "-c", os.devnull)
    # what `crm plugin check` says is asked for below, and more strictly
    told = run(projects, "-m", "pytest", "-q", "-k", "not it_passes_crm_plugin_check", *options, *places)
    assert re.search(r"^\d{3} passed, \d+ deselected in", told, re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_it_reaches_gold_without_an_exception(projects, kind):
    checked = check(projects / distribution(NAMES[kind]))
    assert (checked.tier, checked.findings, checked.exempt) == ("gold", (), ())


def test_its_types_are_sound(projects):
    packages = [part for name in NAMES.values() for part in ("-p", f"crm_{name}")]
    assert "no issues found" in run(projects, "-m", "mypy", "--strict", "--cache-dir", os.devnull, *packages)


@pytest.mark.parametrize("kind", KINDS)
def test_its_wheel_names_the_plugin_and_says_that_it_is_typed(site, kind):
    name = NAMES[kind]
    assert (site / f"crm_{name}/py.typed").is_file()
    points = (site / f"crm_{name}-0.1.0.dist-info/entry_points.txt").read_text(encoding="utf-8")
    assert points.split() == ["[crm.plugins]", name, "=", f"crm_{name}"]
    assert (site / f"crm_{name}-0.1.0.dist-info/licenses/LICENSE").is_file()


@pytest.fixture
def company(site, tmp_path, monkeypatch):
    """Return a way to run `crm` in an empty folder where all projects are installed."""
    for name in ("CRM_STORE", "CRM_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("CRM_ACTOR", "tester")
    monkeypatch.setenv("CRM_DISABLE_PLUGINS", ",".join(_installed()))
    monkeypatch.syspath_prepend(site)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, arguments, prog_name="crm")


def tried(readme):
    """Return the commands that a README tells to try."""
    part = readme.partition("## Try it")[2].partition("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", part, re.DOTALL)
    return [shlex.split(line)[1:] for line in "".join(blocks).splitlines()]


@pytest.mark.parametrize("kind", KINDS)
def test_its_readme_can_be_followed(projects, company, kind):
    readme = (projects / distribution(NAMES[kind]) / "README.md").read_text(encoding="utf-8")
    commands = tried(readme)
    assert len(commands) >= 4
    for command in commands:
        done = company(*command)
        assert done.exit_code == 0, f"{command}: {done.stderr}"
        assert "not work" not in done.stderr
    last = company(*commands[-1])
    assert last.stdout.strip() or "nothing was written" in last.stderr


def test_the_settings_in_a_readme_can_be_applied(projects, company):
    readme = (projects / distribution(NAMES["scheme"]) / "README.md").read_text(encoding="utf-8")
    toml = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)[0]
    assert tomllib.loads(toml) == {"settings": {"north_scheme": {"key_spend": 5000}}}
    Path("crm.toml").write_text(toml, encoding="utf-8")
    assert company("init").exit_code == 0
    assert "5000" in company("config", "apply").stdout


def test_names_in_a_readme_are_declared(projects, company):
    listed = json.loads(company("plugin", "list", "--format", "json").stdout)
    assert set(NAMES.values()) <= {row["name"] for row in listed if row["adds"]}
    for name in NAMES.values():
        readme = (projects / distribution(name) / "README.md").read_text(encoding="utf-8")
        told = set(re.findall(rf"\| `({name}\.\w+)`|, `({name}\.\w+)`", readme.partition("## Try it")[0]))
        added = company("plugin", "show", name, "--format", "json").stdout
        assert all(f'"{first or second}"' in added for first, second in told)
