"""The documents are run: their code works, and what they show is what is printed."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import crmcore
from crmcore.cli.main import cli
from crmcore.hookspecs import ENTRY_POINT_GROUP

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.zh-CN.md"]


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def run(command: str) -> str:
    done = CliRunner().invoke(cli, shlex.split(command))
    assert done.exit_code == 0, f"{command}: {done.output}"
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Everything that the Northwind demo prints, and the folder it leaves behind."""
    folder = tmp_path_factory.mktemp("demo")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "CRM_LANG": "en", "XDG_CACHE_HOME": str(folder / "cache")}
    script = ROOT / "examples/northwind/demo.sh"
    done = subprocess.run(
        ["sh", script],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout, folder / "demo/northwind"


@pytest.mark.parametrize("name", READMES)
def test_what_the_readme_shows_is_what_the_demo_prints(demo, name):
    printed = {plain(line) for line in demo[0].splitlines()}
    for block in blocks(name, "console"):
        for line in map(plain, block.splitlines()):
            if line and not line.startswith(("$", "--", "──")) and line != "..." and not re.search("[一-鿿]", line):
                assert line in printed


def test_the_chinese_explanation_in_the_readme_is_real(demo):
    shown = next(block for block in blocks("README.zh-CN.md", "console") if "explain" in block)
    environ = {**os.environ, "NO_COLOR": "1"}
    command = [sys.executable, "-m", "crmcore", "--lang", "zh", "explain", "ERNSH", "value_tier.abc"]
    done = subprocess.run(command, cwd=demo[1], env=environ, capture_output=True, text=True, check=True)
    assert shown.split("\n", 1)[1].split() == done.stdout.split()


@pytest.mark.parametrize("name", READMES)
def test_the_company_in_one_file_works_as_written(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    plugin = next(block for block in blocks(name, "python") if "hookimpl" in block)
    (tmp_path / "crm_plugins").mkdir()
    (tmp_path / "crm_plugins/dental.py").write_text(plugin, encoding="utf-8")
    (tmp_path / "crm.toml").write_text(_toml_with(name, "local"), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "crmcore", "init"], check=True, capture_output=True)
    crm = crmcore.open("crm.json")
    with crm.unit("two customers") as unit:
        unit.add(crmcore.Customer(id="big", name="Big"))
        unit.add(crmcore.Customer(id="small", name="Small"))
        unit.add(crmcore.Purchase(customer="big", at=date(2024, 5, 1), amount=Decimal(300_000)))
        unit.add(crmcore.Purchase(customer="small", at=date(2022, 5, 1), amount=Decimal(5)))
    crm.classify(date(2024, 6, 1))
    assert crm.timeline("big", "dental.tier").current.segment == "key"
    assert crm.timeline("small", "dental.tier").current.segment == "sleeping"
    with crm.unit("more chairs") as unit:
        unit.edit(unit.get(crmcore.Customer, "small"), fields={"dental.chairs": 45})
    assert crm.timeline("small", "dental.tier").current.segment == "key"


@pytest.mark.parametrize("name", READMES)
def test_the_library_code_of_the_readme_runs(demo, tmp_path, monkeypatch, capsys, name):
    shutil.copytree(demo[1], tmp_path / "company")
    monkeypatch.chdir(tmp_path / "company")
    exec(next(block for block in blocks(name, "python") if "crmcore.open" in block), {})
    assert capsys.readouterr().out == "A\n"
    assert crmcore.open("crm.json").state().customer("ERNSH").phone == "7675-3426"


@pytest.mark.parametrize("name", READMES)
def test_a_setting_goes_into_force_and_back_as_the_readme_says(demo, tmp_path, monkeypatch, name):
    shutil.copytree(demo[1], tmp_path / "company")
    monkeypatch.chdir(tmp_path / "company")
    with Path("crm.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + _toml_with(name, "a_share"))
    assert "0.7" in run("config apply")
    kept = Path("crm.toml").read_text(encoding="utf-8")
    Path("crm.toml").write_text(kept.replace("a_share = 0.7\n", ""), encoding="utf-8")
    run("config apply")
    assert _a_share() == "0.7"
    last = json.loads(run("log --limit 1 --format json"))[-1]
    assert last["why"] == "settings"
    run(f"undo {last['commit']}")
    assert _a_share() == "0.8"


def _a_share() -> str:
    shown = json.loads(run("config show --format json"))
    return str(next(row["value"] for row in shown if row["key"] == "settings.value_tier.a_share"))


def _toml_with(name: str, word: str) -> str:
    return next(block for block in blocks(name, "toml") if word in block)


def test_both_readmes_have_the_same_code():
    english, chinese = (next(block for block in blocks(name, "python") if "hookimpl" in block) for name in READMES)
    assert english.split('"""')[2] == chinese.split('"""')[2]


# -- the pages on plugins and on the library ---------------------------------------------------------------------------


def harbour_commands() -> list[tuple[str, list[str]]]:
    """The commands of the page on plugins, each with the lines that it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for line in "".join(blocks("docs/plugins.md", "console")).splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ crm "), []))
        else:
            found[-1][1].append(plain(line))
    return found


def found_company(folder: Path) -> None:
    (folder / "crm_plugins").mkdir(parents=True)
    plugin = "\n\n".join(blocks("docs/plugins.md", "python"))
    (folder / "crm_plugins/harbour.py").write_text(plugin, encoding="utf-8")
    (folder / "crm.toml").write_text(blocks("docs/plugins.md", "toml")[0], encoding="utf-8")


@pytest.fixture
def harbour(tmp_path, monkeypatch):
    """The folder of the workshop, empty of data."""
    for name in ("CRM_STORE", "CRM_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    found_company(tmp_path / "harbour")
    monkeypatch.chdir(tmp_path / "harbour")


_STOCK: dict[str, bytes] = {}


@pytest.fixture
def opened_workshop(harbour):
    """The workshop as the page on the library finds it, the first of June being its book date; entered once."""
    if not _STOCK:
        for command, _ in harbour_commands():
            if command == "reminders":
                break
            run(command)
        _STOCK.update({path.name: path.read_bytes() for path in Path().glob("crm.json*")})
    for name, content in _STOCK.items():
        Path(name).write_bytes(content)


def test_the_workshop_of_the_page_on_plugins_works_as_shown(harbour):
    for command, shown in harbour_commands():
        printed = [plain(line) for line in run(command).splitlines()]
        bare = [re.sub(r" [▏▎▍▌▋▊▉█]+$", "", line) for line in printed]
        assert [line for line in shown if line not in bare] == [], f"{command}: {printed}"


def test_everything_that_the_page_on_plugins_declares_is_used(harbour):
    run("init")
    listed = json.loads(run("plugin show harbour --format json"))
    assert listed["status"] == "active", listed
    kinds = {one["kind"] for one in listed["adds"]}
    assert kinds == {
        *[
            "record",
            "field",
            "rule",
            "constraint",
            "setting",
            "metric",
            "scheme",
            "playbook",
            "view",
            "report",
            "command",
        ]
    }
    run("view harbour.due")
    run("view harbour.cargo_repairs")
    run("customer list --columns harbour.cargo,harbour.beside_typical,harbour.mechanic,harbour.last_repair")


def test_the_workshops_rule_refuses_a_negative_price(opened_workshop):
    done = CliRunner().invoke(cli, shlex.split("repair add --bike b1 --on 2024-05-01 --price=-1"))
    assert done.exit_code == 1
    assert "A repair has no negative price" in done.stderr


def reminders():
    listed = json.loads(run("task list --columns customer,title,due --format json"))
    return [task for task in listed if task["title"].startswith("Remind")]


def test_the_workshops_constraints_refuse_a_second_repair_of_a_day_and_another_bike(opened_workshop):
    second = CliRunner().invoke(cli, shlex.split("repair add --bike b1 --on 2024-05-02"))
    assert (second.exit_code, "The bike was repaired on that day already" in second.stderr) == (1, True)
    moved = CliRunner().invoke(cli, shlex.split("repair edit r1 --bike b2"))
    assert (moved.exit_code, "A repair stays with its bike" in moved.stderr) == (1, True)


def test_the_workshops_reminders_are_tasks_unless_it_is_a_dry_run(opened_workshop):
    assert run("reminders --dry-run") == "Bo\n"
    assert reminders() == []
    assert run("reminders") == "Bo\n"
    assert reminders() == [{"customer": "bo", "title": "Remind Bo", "due": "2024-06-01"}]


def test_the_workshops_event_tells_who_lapsed(opened_workshop, caplog):
    run("classify --as-of 2024-07-01")
    assert [record.getMessage() for record in caplog.records if record.name == "harbour"] == [
        "bo has lapsed since 2024-07-01"
    ]


def test_the_workshop_is_a_plugin_as_a_distribution_too(tmp_path, harbour):
    project = tomllib.loads(blocks("docs/plugins.md", "toml")[1])
    place = tmp_path / "site"
    package, info = place / "crm_harbour", place / "crm_harbour-0.1.0.dist-info"
    info.mkdir(parents=True)
    package.mkdir()
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [package.name]
    shutil.move("crm_plugins/harbour.py", package / "__init__.py")
    Path("crm.toml").unlink()
    facts = project["project"]
    meta = [f"Name: {facts['name']}", f"Version: {facts['version']}", f"Requires-Dist: {facts['dependencies'][0]}"]
    (info / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *meta, ""]), encoding="utf-8")
    points = [f"{name} = {module}" for name, module in facts["entry-points"][ENTRY_POINT_GROUP].items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{ENTRY_POINT_GROUP}]", *points, ""]), encoding="utf-8")
    command = [sys.executable, "-m", "crmcore", "plugin", "show", "harbour", "--format", "json"]
    environ = {**os.environ, "PYTHONPATH": str(place)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert (found["status"], found["distribution"], found["version"]) == ("active", "crm-harbour", "0.1.0")


def test_the_code_of_the_page_on_the_library_prints_what_is_shown(opened_workshop, capsys):
    text = (ROOT / "docs/library.md").read_text(encoding="utf-8")
    names: dict = {}
    for code, shown in re.findall(
        r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", text, re.DOTALL | re.MULTILINE
    ):
        exec(code, names)
        assert capsys.readouterr().out == shown, code
    assert Path("new/crm.json").exists()


@pytest.mark.parametrize("path", [*sorted((ROOT / "docs").rglob("*.md")), *(ROOT / name for name in READMES)], ids=str)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", sorted((ROOT / "docs/decisions").glob("0*.md")), ids=lambda path: path.name)
def test_a_decision_is_a_question_a_choice_and_a_price(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 40
    assert all(f"**{part}.**" in text for part in ("Question", "Choice", "Price"))
