"""The index of what plugins add is believed only as long as nothing changed, and only if it is our own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from attrs import frozen
from cli_kit import Shop, new_shop
from generated_plugins import generate, install

from crmcore.cli import index
from crmcore.cli.main import cli

CRM = Path(sys.executable).with_name("crm")


@frozen
class Site:
    """A folder on Python's path, a shop, and ``crm`` in processes of its own."""

    shop: Shop
    folder: Path

    def crm(self, *arguments: str) -> str:
        environ = {**os.environ, "PYTHONPATH": f"{self.folder}:{self.folder}/src"}
        done = subprocess.run([CRM, *arguments], capture_output=True, text=True, check=True, env=environ)
        return done.stdout

    @property
    def index(self) -> Path:
        (found,) = (self.shop.folder / "XDG_CACHE_HOME").rglob("commands-*.json")
        return found

    def listed(self) -> str:
        """The help, which must come from the index when it is asked for again."""
        first = self.crm("--help")
        before = self.index.stat().st_mtime_ns
        assert self.crm("--help") == first
        assert self.index.stat().st_mtime_ns == before
        return first


def new_site(folder, monkeypatch):
    shop = new_shop(folder, monkeypatch)
    shop.stock()
    (folder / "site" / "src").mkdir(parents=True)
    for cached in (folder / "site", folder / "site" / "src", folder / "crm_plugins"):
        (cached / "__pycache__").mkdir()  # a folder that gets it changes, and is not believed that time
    generate(folder / "site", 1)
    return Site(shop, folder / "site")


@pytest.fixture
def site(tmp_path, monkeypatch):
    return new_site(tmp_path, monkeypatch)


ASKED = (["greet"], ["view", "shop.best"])


@pytest.fixture(scope="module")
def site_once(tmp_path_factory):
    """A site, what it prints, and its index; for tests that change nothing but the index."""
    with pytest.MonkeyPatch.context() as patch:
        made = new_site(tmp_path_factory.mktemp("once"), patch)
        wanted = [made.crm(*words) for words in ASKED]
        made.crm("--help")
        yield made, wanted, made.index.read_bytes()


def test_what_is_installed_or_uninstalled_is_seen_at_once(site: Site):
    assert "made001" in site.listed()
    generate(site.folder, 1, first=2)
    text = site.listed()
    assert "made001" in text
    assert "made002" in text
    shutil.rmtree(site.folder / "crm_made001-1.0.dist-info")
    (site.folder / "crm_made001.py").unlink()
    assert "made001" not in site.listed()


def test_an_upgrade_is_seen(site: Site):
    assert "Say that plugin 1 is there" in site.listed()
    module = site.folder / "crm_made001.py"
    module.write_text(module.read_text().replace("Say that plugin 1 is there", "Say that version two is there"))
    shutil.rmtree(site.folder / "crm_made001-1.0.dist-info")
    install(site.folder, "made001", version="2.0")
    assert "Say that version two is there" in site.listed()


def test_a_reinstalled_distribution_with_another_entry_point_is_seen(site: Site):
    assert "made001" in site.listed()
    (site.folder / "crm_made001-1.0.dist-info" / "entry_points.txt").write_text("[crm.plugins]\n")
    assert "made001" not in site.listed()


@pytest.mark.parametrize("changed", ["crm_editable/__init__.py", "crm_editable/words.py", "company_words.py"])
def test_an_edited_source_of_an_editable_plugin_is_seen_and_that_of_what_it_imports(site: Site, changed):
    words = '"""Words."""\n\nHELP = "As it was."\n'
    package = site.folder / "src" / "crm_editable"
    package.mkdir()
    source = (site.folder / "crm_made001.py").read_text().replace("made001", "editable")
    home = {"crm_editable/words.py": "crm_editable.words", "company_words.py": "company_words"}.get(changed)
    head = f"from {home} import HELP\n" if home else 'HELP = "As it was."\n'
    source = head + source.replace('help="Say that plugin 1 is there."', "help=HELP")
    (package / "__init__.py").write_text(source)
    (package / "words.py").write_text(words)
    (site.folder / "src" / "company_words.py").write_text(words)
    install(site.folder, "editable")
    assert "As it was" in site.listed()
    file = site.folder / "src" / changed
    file.write_text(file.read_text().replace("As it was.", "As it is now."))
    assert "As it is now" in site.listed()


def test_a_local_plugin_a_company_file_and_a_users_file_are_seen(site: Site):
    assert "greet" in site.listed()
    shop = site.shop
    file = shop.folder / "crm_plugins" / "shop.py"
    file.write_text(file.read_text().replace('"greet"', '"hails"'))
    assert "hails" in site.listed()
    config = shop.folder / "XDG_CONFIG_HOME" / "crm"
    config.mkdir(parents=True)
    before = site.index.stat().st_mtime_ns
    (config / "config.toml").write_text('lang = "zh"\n')
    assert "made001" in site.listed()
    assert site.index.stat().st_mtime_ns > before
    shop.write("crm.toml", '[plugins]\ndisabled = ["made001"]\n')
    text = site.listed()
    assert "made001" not in text
    assert "hails" not in text


def test_a_change_while_the_plugins_are_asked_is_not_remembered(site: Site):
    file = site.folder / "crm_made001.py"
    later = "import os, time\nos.utime(__file__, ns=(time.time_ns(),) * 2)\n"
    file.write_text(later + file.read_text())
    assert "made001" in site.crm("--help")
    assert not list((site.shop.folder / "XDG_CACHE_HOME").rglob("commands-*.json"))


# -- whose it is -------------------------------------------------------------------------------------------------------


@pytest.fixture
def context():
    return click.Context(cli, info_name="crm")


def test_another_python_has_another_index(site: Site, context, monkeypatch):
    key, path = index.key_of(context), index.path_of(context)
    monkeypatch.setattr(sys, "version", "3.99.0 of somebody else")
    assert index.key_of(context) != key
    monkeypatch.setattr(sys, "prefix", "/elsewhere")
    assert index.path_of(context) != path


def test_the_index_of_another_user_is_not_read(site: Site, monkeypatch):
    shop = site.shop
    shop.fine("--help")
    assert index.read(click.Context(cli)) is not None
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert index.read(click.Context(cli)) is None


def test_a_pipe_in_its_place_does_not_stop_anybody(site: Site):
    site.crm("--help")
    site.index.unlink()
    path = Path(index.path_of(click.Context(cli)))
    site.shop.fine("--help")
    path.unlink()
    os.mkfifo(path, 0o600)
    assert "greet" in site.shop.fine("--help").out


def test_without_a_current_folder_there_is_help(site: Site, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); os.execv({str(CRM)!r}, ['crm', '--help'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "customer" in done.stdout


# -- what it says ------------------------------------------------------------------------------------------------------


EVIL = "import sys\nprint('evil was imported', file=sys.stderr)\nsys.exit('evil')\n"


def forged(site: Site, change) -> None:
    content = json.loads(site.index.read_text())
    change(content)
    site.index.write_text(json.dumps(content))


def source_of(content, name):
    fields = index.Source._fields
    (found,) = (item for item in content["plugins"] if item[0] == name)
    return found, fields


@pytest.mark.parametrize("points", ["keep", "evil"])
def test_an_index_cannot_make_us_import_what_no_distribution_names(site: Site, points):
    site.crm("--help")
    (site.folder / "evil.py").write_text(EVIL)
    elsewhere = site.shop.folder / "evil-1.0.dist-info"
    elsewhere.mkdir()
    (elsewhere / "entry_points.txt").write_text("[crm.plugins]\nmade001 = evil\n")
    site.crm("--help")  # the folder has changed

    def change(content):
        item, fields = source_of(content, "made001")
        item[fields.index("module")] = "evil"
        if points == "evil":
            item[fields.index("points")] = str(elsewhere / "entry_points.txt")

    forged(site, change)
    assert site.crm("made001") == "made001 is there\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(plugins=[]),
        lambda content: content["plugins"][0].__setitem__(0, "no such; name"),
        lambda content: content["plugins"][0].__setitem__(1, "failed"),
        lambda content: content["plugins"][0].__setitem__(-1, ["nobody"]),
        lambda content: content["plugins"][0].__setitem__(-1, "shop"),
        lambda content: content["plugins"][0].append("more"),
        lambda content: content["entries"][0].append("more"),
        lambda content: content["entries"].clear(),
        lambda content: [item.__setitem__(2, "made001") for item in content["entries"]],
        lambda content: content["entries"].append(["shop.gone", "scheme", "shop", "", ""]),
        lambda content: content.pop("plugins"),
        lambda content: content["plugins"][0].__setitem__(3, 7),
        lambda content: content["entries"].append(["x" * 5000, "scheme", "shop", "", ""]),
    ],
)
def test_an_index_that_says_something_wrong_does_no_harm(site_once: tuple[Site, list[str], bytes], change):
    site, wanted, right = site_once
    site.index.write_bytes(right)
    forged(site, change)
    assert [site.crm(*words) for words in ASKED] == wanted
