"""What a new plugin may be called, and the files that are made for it."""

import ast
import keyword
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cli_kit import new_shop
from hatchling.builders.wheel import WheelBuilder
from hypothesis import assume, given
from hypothesis import strategies as st

import crmcore
from crmcore.author.new_folder import write_folder
from crmcore.author.new_kinds import KINDS, LICENSES, ONE_FILE
from crmcore.author.new_names import LONGEST, Taken, class_name, distribution, problems_with
from crmcore.author.new_templates import NewFile, NewPlugin, files_of, module_of
from crmcore.errors import CrmError

ROOT = Path(__file__).parent.parent
LONG = "a_company_of_thirty_letters_ab"
WORDS = re.compile(r"(?i:acme)|[A-Z]+_(NAME|YEAR|RANGE|PLUGIN|CLASSIFIER)\b|PART_IN")

names = st.from_regex(r"[a-z][a-z0-9]{0,9}(_[a-z0-9]{1,6}){0,2}", fullmatch=True)


def asked(name="north_wind", kind="scheme", terms="MIT"):
    return NewPlugin(name, kind, terms, "Ada Lovelace", 2031)


def texts(plugin):
    return {file.path: file.text for file in files_of(plugin)}


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Acme", "'acme' would do"),
        ("NorthWind", "'north_wind' would do"),
        ("crm-north-wind", "'north_wind' would do"),
        ("north-wind", "'north_wind' would do"),
        ("_acme", "'acme' would do"),
        ("acme_", "'acme' would do"),
        ("north__wind", "'north_wind' would do"),
        ("7up", "small letters"),
        ("", "small letters"),
        ("../acme", "'acme' would do"),
        ("acme\n", "'acme' would do"),
        ("牙医", "small letters"),
        ("class", "word of Python"),
        ("none", "word of Python"),
        ("classify", "command of crm"),
        ("customer", "record type of crm"),
        ("crm", "word of crmcore"),
        ("record", "word of crmcore"),
        ("tinydb", "word of crmcore"),
        ("crm_acme", "'acme' would do"),
        ("plugins", "folder crm_plugins"),
        ("plugins_acme", "folder crm_plugins"),
        ("a" * (LONGEST + 1), "31 letters"),
        ("shoe", "there is a plugin 'shoe' already (crm-shoe 1.0)"),
        ("visit", "of the plugin 'shoe'"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_a_way_out(name, why):
    taken = Taken(plugins=(("shoe", "crm-shoe 1.0"),), words=(("visit", "shoe"),))
    assert why in "\n".join(problems_with(name, taken))


@pytest.mark.parametrize("name", ["a", "acme", "north_wind", "shop24", "a1_b2", LONG])
def test_a_usual_name_is_fine(name):
    assert problems_with(name, Taken()) == ()


@given(names)
def test_a_name_that_is_taken_makes_sound_names_everywhere(name):
    assume(not problems_with(name, Taken()))
    assert class_name(name).isidentifier()
    assert not keyword.iskeyword(class_name(name))
    assert re.fullmatch(r"crm-[a-z0-9]+(-[a-z0-9]+)*", distribution(name))
    made = texts(asked(name, "record"))
    assert {path for path in made if path.startswith("crm_")} == {f"crm_{name}/__init__.py", f"crm_{name}/py.typed"}
    ast.parse(made[f"crm_{name}/__init__.py"])
    assert tomllib.loads(made["pyproject.toml"])["project"]["entry-points"]["crm.plugins"] == {name: f"crm_{name}"}


@given(st.text(max_size=40))
def test_any_other_text_is_refused_and_an_advice_is_good(name):
    assume(not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name))
    (problem,) = problems_with(name, Taken())
    advice = re.search(r"; '(\w+)' would do$", problem)
    assert advice is None or problems_with(advice[1], Taken()) == ()


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terms", LICENSES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_project_is_complete_and_nothing_of_ours_is_left_in_it(kind, terms):
    made = texts(asked(kind=kind, terms=terms))
    assert {
        ".gitignore",
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "crm_north_wind/__init__.py",
        "crm_north_wind/py.typed",
        "pyproject.toml",
        "tests/conftest.py",
        "tests/test_north_wind.py",
    } <= set(made)
    for path, text in made.items():
        assert not WORDS.search(path + text), path
        assert path.endswith("py.typed") or text.endswith("\n")
    project = tomllib.loads(made["pyproject.toml"])["project"]
    assert (project["name"], project["license"]) == ("crm-north-wind", LICENSES[terms])
    assert ("Private :: Do Not Upload" in project["classifiers"]) == (terms == "proprietary")
    assert project["authors"] == [{"name": "Ada Lovelace"}]
    assert terms == "Apache-2.0" or re.search(r"2031,? Ada Lovelace", made["LICENSE"])
    assert "## 中文说明" in made["README.md"]


def test_the_range_of_crmcore_has_an_upper_bound(monkeypatch):
    for version, wanted in (("0.1.0", ">=0.1,<0.2"), ("1.4.2", ">=1.4,<2")):
        monkeypatch.setattr(crmcore, "__version__", version)
        assert f'dependencies = ["crmcore{wanted}"]' in texts(asked())["pyproject.toml"]


def test_words_in_the_authors_name_are_not_replaced():
    made = texts(NewPlugin("shoe", "scheme", "MIT", "Acme THIS_YEAR acme", 2031))
    assert "2031 Acme THIS_YEAR acme" in made["LICENSE"]


@pytest.mark.parametrize("name", ["b", LONG])
def test_the_code_is_formatted_whatever_the_length_of_the_name(name, tmp_path):
    for kind in KINDS:
        write_folder(tmp_path / kind, files_of(asked(name, kind)))
    for check in (["check"], ["format", "--check"]):
        code = [sys.executable, "-m", "ruff", *check, "--no-cache", str(tmp_path)]
        done = subprocess.run(code, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", sorted(ONE_FILE))
def test_a_local_plugin_is_the_module_of_the_project(kind):
    assert module_of("north_wind", kind) == texts(asked(kind=kind))["crm_north_wind/__init__.py"]


def test_every_template_is_in_our_own_wheel():
    folder = ROOT / "src/crmcore/author/templates"
    packed = {file.path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    files = {str(path) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert len(files) > len(KINDS) * 3
    assert files <= packed


# --- the folder -------------------------------------------------------------------------------------------------------

FILES = (NewFile("a.txt", "a"), NewFile("deep/b.txt", "b"))


def test_a_folder_is_written_whole(tmp_path):
    write_folder(tmp_path / "new", FILES)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "b.txt", "deep", "new"]


@pytest.mark.parametrize("thing", ["a file", "an empty folder", "a link to nowhere"])
def test_nothing_is_overwritten(tmp_path, thing):
    target = tmp_path / "new"
    match thing:
        case "a file":
            target.write_text("mine")
        case "an empty folder":
            target.mkdir()
        case _:
            target.symlink_to("nowhere")
    with pytest.raises(CrmError, match="there already"):
        write_folder(target, FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_failure_half_way_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        write_folder(tmp_path / "new", (*FILES, NewFile("a.txt/c.txt", "c")))
    assert list(tmp_path.iterdir()) == []


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path, monkeypatch):
    return new_shop(tmp_path, monkeypatch)


def test_the_command_writes_a_project_and_says_what_comes_next(shop):
    ran = shop.fine("plugin", "new", "north_wind", "--kind", "field", "--author", "Ada")
    assert {
        str(path.relative_to(shop.folder)) for path in Path("crm-north-wind").resolve().rglob("*") if path.is_file()
    }
    assert all(Path(line).is_file() for line in ran.out.splitlines())
    assert "crm-north-wind/crm_north_wind/__init__.py" in ran.out.splitlines()
    commands = [line.strip() for line in ran.err.splitlines()[-4:]]
    assert commands == ["cd crm-north-wind", 'pip install -e ".[test]"', "crm plugin check", "pytest"]
    assert "MIT License" in Path("crm-north-wind/LICENSE").read_text(encoding="utf-8")


def test_a_dry_run_lists_the_same_files_and_writes_none(shop):
    before = sorted(shop.folder.rglob("*"))
    listed = shop.fine("plugin", "new", "north_wind", "--dry-run")
    assert sorted(shop.folder.rglob("*")) == before
    assert "nothing was written" in listed.err
    assert shop.fine("plugin", "new", "north_wind").out == listed.out


def test_another_place_is_asked_for_with_into(shop):
    (shop.folder / "work").mkdir()
    shop.fine("plugin", "new", "north_wind", "--into", "work")
    assert (shop.folder / "work/crm-north-wind/pyproject.toml").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("class",), 2, "word of Python"),
        (("visit",), 2, "of the plugin 'shop'"),
        (("greet",), 2, "of the plugin 'shop'"),
        (("lifecycle",), 2, "there is a plugin 'lifecycle' already (crm-lifecycle 0.1.0)"),
        (("north_wind", "--author", 'Ada"'), 2, "--author"),
        (("north_wind", "--author", "Ada\n"), 2, "--author"),
        (("north_wind", "--kind", "shema"), 2, "shema"),
        (("north_wind", "--license", "GPL"), 2, "GPL"),
        (("north_wind", "--into", "nowhere"), 1, "there is no folder nowhere"),
        (("taken",), 1, "nothing is overwritten"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(shop, arguments, code, message):
    (shop.folder / "crm-taken").mkdir()
    before = sorted(shop.folder.rglob("*"))
    ran = shop.crm("plugin", "new", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert sorted(shop.folder.rglob("*")) == before


def test_a_local_plugin_may_grow_into_a_project_of_the_same_name(shop):
    assert "take 'shop' out of local" in shop.fine("plugin", "new", "shop").err


def test_the_kinds_can_be_chosen_and_have_templates(shop):
    shown = shop.fine("plugin", "new", "--help").out
    assert all(f"{kind:<10}{text}" in shown for kind, text in KINDS.items())
    folder = ROOT / "src/crmcore/author/templates"
    assert {path.name for path in folder.iterdir()} == {*KINDS, "common", "licenses"}
    assert {path.stem for path in (folder / "licenses").glob("*.txt")} == set(LICENSES)
