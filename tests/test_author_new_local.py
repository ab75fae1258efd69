"""A plugin of one file beside the store: the file, and its name in crm.toml."""

import os
import tomllib

import pytest
from cli_kit import new_shop
from hypothesis import given
from hypothesis import strategies as st

from crmcore.author.new_kinds import ONE_FILE
from crmcore.author.new_toml import line_for, with_local


@pytest.fixture
def shop(tmp_path, monkeypatch):
    return new_shop(tmp_path, monkeypatch)


def states(shop):
    return {row["name"]: row["status"] for row in shop.fine("plugin", "list", "--format", "json").json}


# --- crm.toml ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[plugins]\nlocal = ["new"]\n'),
        ('lang = "en"', 'lang = "en"\n\n[plugins]\nlocal = ["new"]\n'),
        ('lang = "en"\n', 'lang = "en"\n\n[plugins]\nlocal = ["new"]\n'),
        ("# only a remark\n", '# only a remark\n\n[plugins]\nlocal = ["new"]\n'),
        ("[plugins]\n", '[plugins]\nlocal = ["new"]\n'),
        ("[plugins] # ours", '[plugins] # ours\nlocal = ["new"]'),
        ('[plugins]\n# why\ndisabled = ["b"]\n', '[plugins]\nlocal = ["new"]\n# why\ndisabled = ["b"]\n'),
        ('[plugins]\r\ndisabled = ["b"]\r\n', '[plugins]\r\nlocal = ["new"]\r\ndisabled = ["b"]\r\n'),
        ("[plugins]\nlocal = []\n", '[plugins]\nlocal = ["new"]\n'),
        ('[plugins]\nlocal = ["a"] # [x]\n', '[plugins]\nlocal = ["a", "new"] # [x]\n'),
        ("[plugins]\nlocal=['a',]\n", "[plugins]\nlocal=['a', \"new\"]\n"),
        ('plugins.local = ["a"]\nlang = "en"\n', 'plugins.local = ["a", "new"]\nlang = "en"\n'),
        ('[plugins]\nlocal = [\n  "a",\n]\n', '[plugins]\nlocal = [\n  "a",\n  "new",\n]\n'),
        ("[plugins]\nlocal = [\n]\n", '[plugins]\nlocal = [\n    "new",\n]\n'),
        ('[plugins]\nlocal = [\n  "a",  # ]\n]\n', '[plugins]\nlocal = [\n  "a",  # ]\n  "new",\n]\n'),
        ('[plugins]\nlocal = [\n  "a"  # the first\n]\n', '[plugins]\nlocal = [\n  "a", "new"  # the first\n]\n'),
        ('[store]\nurl = "[plugins]"\n', '[store]\nurl = "[plugins]"\n\n[plugins]\nlocal = ["new"]\n'),
    ],
)
def test_a_name_more_changes_nothing_else(before, after):
    assert with_local(before, "new") == after


@pytest.mark.parametrize(
    "text",
    [
        'plugins = {local = ["a"]}\n',
        'plugins = {disabled = ["b"]}\n',
        'plugins.disabled = ["b"]\nlang = "en"\n',
        "[settings]\n'a.b' = nan\n",  # nothing can be compared with it
    ],
)
def test_where_no_small_change_does_it_there_is_a_line_to_write(text):
    assert with_local(text, "new") is None
    line = line_for(text, "new")
    kept = tomllib.loads(text).get("plugins", {}).get("local", [])
    assert tomllib.loads(line) == {"local": [*kept, "new"]}


lists = st.lists(st.sampled_from(["a", "b_c", "d"]), unique=True, max_size=3)
remarks = st.sampled_from(["", "  # remark", "  # ] , [", '  # "x"'])
gaps = st.sampled_from(["", " ", "\n  ", "\n\n"])


@given(lists, remarks, gaps, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_however_a_list_is_written_it_gets_the_name_and_keeps_every_remark(names, remark, gap, comma, end):
    items = ",".join(f'{gap}"{name}"' for name in names) + ("," if comma and names else "")
    inside = f"{items}{remark if gap.startswith(chr(10)) else ''}{gap if not remark else chr(10)}"
    text = f'[plugins]{remark}\nlocal = [{inside}]{remark}\n[store]\nurl = "x"\n'.replace("\n", end)
    changed = with_local(text, "new")
    assert changed is not None
    assert tomllib.loads(changed)["plugins"] == {"local": [*names, "new"]}
    rest = iter(changed)
    assert all(letter in rest for letter in text), "every letter of the old text stands there in its order"
    assert len(changed) - len(text) <= len('    "new",') + len(end)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(ONE_FILE))
def test_right_after_it_is_active(shop, kind):
    ran = shop.fine("plugin", "new", "north_wind", "--local", "--kind", kind)
    assert ran.out.splitlines() == ["crm_plugins/north_wind.py", "crm.toml"]
    assert states(shop)["north_wind"] == "active"
    assert (shop.folder / "crm.toml").read_text() == '[plugins]\nlocal = ["shop", "north_wind"]\n'


def test_without_a_crm_toml_one_is_made(shop):
    (shop.folder / "crm.toml").unlink()
    shop.fine("plugin", "new", "north_wind", "--local")
    assert (shop.folder / "crm.toml").read_text() == '[plugins]\nlocal = ["north_wind"]\n'
    assert states(shop)["north_wind"] == "active"


def test_it_classifies_at_once(shop):
    shop.stock()
    shop.fine("plugin", "new", "north_wind", "--local")
    shop.fine("classify", "--as-of", "2024-06-01")
    listed = shop.fine("customer", "list", "--columns", "id,north_wind.tier", "--format", "json").json
    assert [row["north_wind.tier"] for row in listed] == ["active", "active", "prospect"]


def test_it_stands_beside_the_store_that_is_asked_for(shop):
    (shop.folder / "far").mkdir()
    shop.fine("--store", "far/crm.json", "plugin", "new", "north_wind", "--local")
    assert (shop.folder / "far/crm_plugins/north_wind.py").is_file()
    assert "north_wind" not in (shop.folder / "crm.toml").read_text()


def test_a_dry_run_writes_nothing(shop):
    before = {path: path.stat().st_mtime_ns for path in shop.folder.rglob("*") if path.is_file()}
    listed = shop.fine("plugin", "new", "north_wind", "--local", "--dry-run")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert listed.out == shop.fine("plugin", "new", "north_wind", "--local").out


def test_rights_marks_and_links_of_crm_toml_stay(shop):
    kept = shop.folder / "kept.toml"
    kept.write_bytes(b"\xef\xbb\xbf[plugins]\r\nlocal = []\r\n")
    kept.chmod(0o640)
    (shop.folder / "crm.toml").unlink()
    (shop.folder / "crm.toml").symlink_to("kept.toml")
    shop.fine("plugin", "new", "north_wind", "--local")
    assert kept.read_bytes() == b'\xef\xbb\xbf[plugins]\r\nlocal = ["north_wind"]\r\n'
    assert kept.stat().st_mode & 0o777 == 0o640
    assert (shop.folder / "crm.toml").is_symlink()


def test_a_name_that_crm_toml_has_already_gets_its_file(shop):
    shop.write("crm.toml", '[plugins]\nlocal = ["shop", "north_wind"]  # to come\n')
    shop.fine("plugin", "new", "north_wind", "--local")
    assert (shop.folder / "crm.toml").read_text() == '[plugins]\nlocal = ["shop", "north_wind"]  # to come\n'
    assert states(shop)["north_wind"] == "active"


@pytest.mark.parametrize(
    ("toml", "arguments", "code", "message"),
    [
        ("", ("--kind", "store"), 2, "needs a project of its own"),
        ("", ("--kind", "industry"), 2, "needs a project of its own"),
        ("", ("--license", "MIT", "--into", "x"), 2, "no use for --license, --into"),
        ('plugins = {local = ["shop"]}\n', (), 1, '    local = ["shop", "north_wind"]'),
        ('[plugins]\nlocal = ["shop"]\ndisabled = ["north_wind"]\n', (), 1, "crm.toml:3 disables"),
        ('[plugins]\nlocal = "shop"\n', (), 1, "crm.toml:2"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(shop, toml, arguments, code, message):
    if toml:
        shop.write("crm.toml", toml)
    before = {path: path.read_bytes() for path in shop.folder.rglob("*") if path.is_file()}
    ran = shop.crm("plugin", "new", "north_wind", "--local", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert {path: path.read_bytes() for path in shop.folder.rglob("*") if path.is_file()} == before


def test_a_local_plugin_and_a_file_that_nobody_names_are_not_overwritten(shop):
    assert "there is a plugin 'shop' already" in shop.crm("plugin", "new", "shop", "--local").err
    shop.write("crm_plugins/north_wind.py", "mine")
    ran = shop.crm("plugin", "new", "north_wind", "--local")
    assert (ran.code, "nothing is overwritten" in ran.err) == (1, True)
    assert (shop.folder / "crm_plugins/north_wind.py").read_text() == "mine"


def test_where_crm_toml_cannot_be_written_no_plugin_stays(shop, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    ran = shop.crm("plugin", "new", "north_wind", "--local")
    assert (ran.code, "No space left" in ran.err) == (1, True)
    assert sorted(path.name for path in (shop.folder / "crm_plugins").iterdir()) == ["shop.py"]
