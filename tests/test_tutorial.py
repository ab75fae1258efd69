"""The tutorial is followed to the letter, in an empty folder with only the built wheels: each command, each file, each line shown.

Commands run in a virtual environment of their own. `pip install` is done by `uv pip install` with our constraints, and
`python3 -m venv` by `uv venv`: the same wheels by the same rules in a tenth of the time.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, agree, blocks_of, expected, put_file

UV = Path(sys.executable).parent / "uv"
CONSTRAINTS = ROOT / "constraints.txt"
PAGES = ["docs/quickstart.md", "docs/tutorial.md"]


def ran(words, folder, environ):
    """Run a program; return its exit code and all that it prints."""
    done = subprocess.run(
        words, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


class Reader:
    """Somebody at a terminal, who types what the page says."""

    def __init__(self, folder, wheels):
        self.folder = folder
        (folder / "wheels").symlink_to(wheels)
        hidden = ("CRM_", "LC_", "PYTHON", "VIRTUAL_ENV", "XDG_", "PYTEST", "COV", "HYPOTHESIS")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        place = {name: str(folder.parent / name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
        kept = {"UV_CACHE_DIR": uv_cache()}
        self.environ = {**environ, **place, **kept, "LANG": "C.UTF-8", "CRM_ACTOR": "ada", "COLUMNS": "200"}

    def follow(self, page):
        """Do what a page says, block by block."""
        for block in blocks_of(page):
            if block.file:
                put_file(self.folder, block)
            elif block.language == "console":
                for command, shown, code in expected(block):
                    agree(command, shown, code, *self.type(command))

    def type(self, command):
        """Run a command and return its exit code and what it prints."""
        match shlex.split(command):
            case ["cd", folder]:
                self.folder = (self.folder / folder).resolve()
                return 0, ""
            case [".", activate]:
                home = (self.folder / activate).parent
                self.environ |= {"PATH": f"{home}{os.pathsep}{self.environ['PATH']}", "VIRTUAL_ENV": str(home.parent)}
                return 0 if (home / "activate").exists() else 1, ""
            case ["python3", "-m", "venv", folder]:
                return ran([UV, "venv", "--quiet", "--python", sys.executable, folder], self.folder, self.environ)
            case ["pip", "install", *_]:
                rest = command.removeprefix("pip install")
                typed = f"{shlex.quote(str(UV))} pip install --quiet -c {shlex.quote(str(CONSTRAINTS))}{rest}"
                return ran(["sh", "-c", typed], self.folder, self.environ)
            case _:
                return ran(["sh", "-c", command], self.folder, self.environ)


def uv_cache():
    """Return where uv keeps what it has downloaded; the reader's own folders are elsewhere."""
    return subprocess.run([UV, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """The wheels of the core and of the bundled plugins, as `make wheels` builds them."""
    folder = tmp_path_factory.mktemp("wheels")
    for place in (ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))):
        command = [UV, "build", "--quiet", "--wheel", "--out-dir", folder, place]
        subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_who_does_what_the_page_says_sees_what_it_shows(tmp_path, wheels, page):
    (tmp_path / "empty").mkdir()
    Reader(tmp_path / "empty", wheels).follow(page)


def test_both_languages_of_the_tutorial_have_the_same_blocks():
    english, chinese = blocks_of("docs/tutorial.md"), blocks_of("docs/tutorial.zh.md")
    assert english == chinese, "the Chinese one is not followed a second time, since it is the same"
    assert len(english) > 10
