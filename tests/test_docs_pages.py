"""Each page of the documentation is done, block by block, in an empty folder."""

import tomllib

import pytest
from pages import ROOT, blocks_of, do, page_names

from crmcore.author.new_templates import NewPlugin, files_of

ELSEWHERE = {
    "README.md": "tests/test_docs.py",
    "README.zh-CN.md": "tests/test_docs.py",
    "docs/library.md": "tests/test_docs.py",
    "docs/plugins.md": "tests/test_docs.py",
    "docs/quickstart.md": "tests/test_tutorial.py",
    "docs/tutorial.md": "tests/test_tutorial.py",
    "docs/tutorial.zh.md": "tests/test_tutorial.py",
}
RUN = {"python", "console", "toml", "diff"}
PAGES = [name for name in page_names() if name not in ELSEWHERE and blocks_of(name)]


@pytest.mark.parametrize("page", PAGES)
def test_what_the_page_says_works_and_what_it_shows_is_printed(tmp_path, monkeypatch, page):
    for name in ("CRM_STORE", "CRM_LANG", "LC_ALL", "LC_MESSAGES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("CRM_ACTOR", "ada")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    do(page, tmp_path / "empty")


@pytest.mark.parametrize("page", page_names())
def test_every_block_is_of_a_language_that_is_run_or_shows_what_is_printed(page):
    for block in blocks_of(page):
        assert block.language in {*RUN, "text"}, block.text


def test_no_block_goes_without_being_run():
    assert [(page, block.excuse) for page in page_names() for block in blocks_of(page) if block.excuse] == []


def test_the_parts_of_a_distribution_are_those_that_a_new_one_has():
    shown = tomllib.loads(next(block.text for block in blocks_of("docs/howto/publish.md") if block.language == "toml"))
    made = files_of(NewPlugin("acme", "scheme", "MIT", "Ada", 2026))
    written = tomllib.loads(next(file.text for file in made if file.path == "pyproject.toml"))
    assert shown["project"].items() <= written["project"].items()


@pytest.mark.parametrize(("page", "test"), ELSEWHERE.items())
def test_pages_with_a_test_of_their_own_have_one(page, test):
    assert page.removeprefix("docs/").removesuffix(".md") in (ROOT / test).read_text(encoding="utf-8")
