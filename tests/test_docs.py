"""The documents are run: their code works, and what they show is what is printed."""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import crmcore

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.zh-CN.md"]


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


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
    printed = {re.sub(r"\s+", " ", line).strip() for line in demo[0].splitlines()}
    for block in blocks(name, "console"):
        for line in block.splitlines():
            plain = re.sub(r"\s+", " ", line).strip()
            if not plain or plain.startswith(("$", "--", "──")) or ".." in plain or re.search("[一-鿿]", plain):
                continue
            assert plain in printed


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
    (tmp_path / "crm.toml").write_text(next(iter(blocks(name, "toml"))), encoding="utf-8")
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


def test_the_library_code_of_the_readme_runs(demo, tmp_path, monkeypatch, capsys):
    shutil.copytree(demo[1], tmp_path / "company")
    monkeypatch.chdir(tmp_path / "company")
    exec(next(block for block in blocks("README.md", "python") if "crmcore.open" in block), {})
    assert capsys.readouterr().out == "A\n"
    assert crmcore.open("crm.json").state().customer("ERNSH").phone == "7675-3426"


def test_both_readmes_have_the_same_code():
    english, chinese = (next(block for block in blocks(name, "python") if "hookimpl" in block) for name in READMES)
    assert english.split('"""')[2] == chinese.split('"""')[2]


@pytest.mark.parametrize("path", [*sorted((ROOT / "docs").rglob("*.md")), *(ROOT / name for name in READMES)], ids=str)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", sorted((ROOT / "docs/decisions").glob("*.md")), ids=lambda path: path.name)
def test_a_decision_is_a_question_a_choice_and_a_price(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 40
    assert all(f"**{part}.**" in text for part in ("Question", "Choice", "Price"))
