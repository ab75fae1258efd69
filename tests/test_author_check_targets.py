"""What can be checked, what cannot, and that checking leaves everything as it was."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from check_kit import GOOD_MODULE, QUICK, module, project, write

from crmcore import CrmError
from crmcore.author.checking import check
from crmcore.author.checks import cost
from crmcore.author.checks import wheel as wheels
from crmcore.author.checks.cost import budget
from crmcore.author.findings import Validator
from crmcore.author.targets import targets_of

NOTHING = ()


def one_file(folder, text=GOOD_MODULE, name="acme.py"):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


# -- what is a target ------------------------------------------------------------------------------------------------------


def test_a_folder_its_project_file_and_its_module_are_one_plugin(tmp_path):
    folder = write(tmp_path, {})
    for path in (folder, folder / "pyproject.toml", folder / "crm_acme/__init__.py"):
        (target,) = targets_of(path)
        assert (target.name, target.folder, target.root) == ("acme", folder, folder)


def test_sources_may_stand_in_src_or_where_the_build_backend_is_told(tmp_path):
    for place, told in (("src", ""), ("lib", '\n[tool.setuptools.packages.find]\nwhere = ["lib"]\n')):
        folder = tmp_path / place
        files = {f"{place}/crm_acme/__init__.py": GOOD_MODULE, "crm_acme/__init__.py": None, "crm_acme/py.typed": None}
        write(folder, files | project(('packages = ["crm_acme"]', ""), more=told))
        assert check(folder, validators=NOTHING).plugins == ("acme",)
        assert targets_of(folder)[0].root == folder / place


def test_a_project_may_have_several_plugins(tmp_path):
    files = {"crm_more.py": GOOD_MODULE.replace("acme.", "more.")}
    files |= project(('acme = "crm_acme"', 'acme = "crm_acme"\nmore = "crm_more"'))
    found = check(write(tmp_path, files), validators=(*QUICK, _of("wheel", wheels.wheel)))
    assert found.plugins == ("acme", "more")
    assert [one.message for one in found.findings if one.level == "error"] == ["crm_more.py is not in the wheel"]


def test_a_one_file_plugin_needs_no_project_and_reaches_bronze(tmp_path):
    found = check(one_file(tmp_path), validators=QUICK)
    assert (found.plugins, found.tier) == (("acme",), "bronze")
    assert [(one.id, one.level) for one in found.findings] == [("tests", "warning")]


def test_a_module_is_checked_as_it_is(tmp_path, monkeypatch):
    folder = write(tmp_path, {})
    monkeypatch.syspath_prepend(folder)
    found = importlib.import_module("crm_acme")
    try:
        assert check(found).tier == "gold"
        assert sys.modules["crm_acme"] is found
    finally:
        del sys.modules["crm_acme"]


def test_an_installed_plugin_is_checked_by_its_name(tmp_path, monkeypatch):
    folder = write(tmp_path, {})
    info = tmp_path / "crm_acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crm-acme\nVersion: 1.0\nRequires-Dist: crmcore\n")
    (info / "entry_points.txt").write_text("[crm.plugins]\nacme = crm_acme\n")
    monkeypatch.syspath_prepend(folder)
    try:
        found = check("acme", validators=QUICK)
        assert [one.id for one in found.findings] == ["tests"]  # they are in no wheel
        (info / "direct_url.json").write_text(f'{{"url": "file://{folder}", "dir_info": {{"editable": true}}}}')
        assert check("acme", validators=QUICK).tier == "gold"
    finally:
        sys.modules.pop("crm_acme", None)


# -- what is none ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "where", "told"),
    [
        ({}, "nowhere", "there is no file or folder"),
        ({}, "README.md", "is no plugin"),
        ({"pyproject.toml": None}, "", "has no pyproject.toml"),
        ({"pyproject.toml": "[project\n"}, "", "is no TOML"),
        ({"pyproject.toml": b"name = '\xff'\n"}, "", "is not UTF-8"),
        ({"pyproject.toml": '[project]\nname = "x"\n'}, "", "names no plugin"),
        ({"pyproject.toml": 'project = "x"\n'}, "", "names no plugin"),
        ({"pyproject.toml": '[project.entry-points."crm.plugins"]\nacme = 3\n'}, "", "names no plugin"),
    ],
)
def test_what_is_no_plugin_is_said_clearly(tmp_path, files, where, told):
    folder = write(tmp_path, files)
    with pytest.raises(CrmError) as error:
        check(folder / where)
    assert told in str(error.value)
    assert error.value.todo


def test_an_unknown_name_is_told_with_what_is_installed():
    with pytest.raises(CrmError, match="did you mean 'lifecycle'") as error:
        check("lifecicle")
    assert "Give a folder" in error.value.todo


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = 3\nversion = []\ndependencies = "crmcore"\nreadme = 7\n',
        '[project]\nname = "x"\ndependencies = [3, "???", "crmcore>=?"]\n[build-system]\nbuild-backend = 4\nrequires = 1\n',
        'tool = 1\n[project]\nname = "x"\n[build-system]\nbackend-path = ["../.."]\nbuild-backend = "crm_acme"\n',
    ],
)
def test_nonsense_in_the_project_file_is_found_and_breaks_nothing(tmp_path, text):
    text += '[project.entry-points."crm.plugins"]\nacme = "crm_acme"\n'
    found = check(write(tmp_path, {"pyproject.toml": text}))
    assert found.findings
    assert not [one for one in found.findings if "could not be checked" in one.message and "Internal" in one.message]


# -- it leaves everything as it was ------------------------------------------------------------------------------------------


def everything(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def test_nothing_is_written_beside_the_plugin_or_where_one_stands(tmp_path, monkeypatch):
    folder, here = write(tmp_path / "acme", {}), tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(here))
    before = everything(tmp_path)
    assert check(folder).tier == "gold"
    assert everything(tmp_path) == before


def test_this_process_is_as_it_was(tmp_path):
    before, path = dict(sys.modules), list(sys.path)
    assert check(write(tmp_path, {}), validators=NOTHING).plugins == ("acme",)
    assert sys.path == path
    assert not [name for name in sys.modules if name.partition(".")[0] == "crm_acme"]
    assert all(sys.modules[name] is module for name, module in before.items())


def test_a_plugin_is_read_anew_each_time(tmp_path):
    folder = write(tmp_path, {})
    assert check(folder, validators=NOTHING) == check(folder, validators=NOTHING)
    write(folder, module(('"acme.tier"', '"other.tier"')))
    assert [one.id for one in check(folder, validators=QUICK).errors] == ["names"]


def test_another_copy_that_is_in_use_stays_in_use(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(write(tmp_path / "one", {}))
    used = importlib.import_module("crm_acme")
    try:
        check(write(tmp_path / "two", module(('"key"', '"main"'))), validators=NOTHING)
        assert sys.modules["crm_acme"] is used
    finally:
        del sys.modules["crm_acme"]


def test_an_import_that_never_ends_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(cost, "LIMIT", 1.0)
    text = "import sys, time\nif sys.argv[1:2] in (['file'], ['module']):\n    time.sleep(60)\n"
    found = check(write(tmp_path, module(more=text)), validators=[_of("import-budget", budget)])
    assert [one.message for one in found.findings] == ["importing it took longer than 1 seconds, so it was given up"]


def test_a_build_that_never_ends_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(wheels, "LIMIT", 1.0)
    files = {"slow.py": "import time\ndef build_wheel(target):\n    time.sleep(60)\n"}
    files |= project(('requires = ["hatchling"]', 'backend-path = ["."]'), ("hatchling.build", "slow"))
    (found,) = check(write(tmp_path, files), validators=[_of("wheel", wheels.wheel)]).findings
    assert (found.message, found.level) == ("the wheel cannot be built: it took longer than 1 seconds", "error")


def _of(id_, function):
    return Validator(id_, "gold", "warning", "A check.", function)


def test_checking_is_not_imported_by_listing():
    code = "import sys; from crmcore.cli.plugins import plugin; print([n for n in sys.modules if n.startswith('crmcore.author.check')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
