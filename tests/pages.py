"""The pages of the documentation, block by block, and what it means to do what a page says.

A block with a caption is a file of that name; a diff with a caption changes the file. A console block holds commands after
``$`` and what they print, whole lines, ``...`` standing for any number of them; where nothing is shown nothing is compared.
A Python block without a caption is run, and a text block right after it is what it prints. ``<!-- exit: 3 -->`` before a
console block is the exit code of its last command. ``<!-- not run: why -->`` before a block is the one way not to be run.
"""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

from attrs import frozen
from click.testing import CliRunner

from crmcore.cli.main import cli

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
FENCE = re.compile(
    r"(?:^<!-- (?P<mark>exit|not run): (?P<word>.+?) -->\n+)?"
    r"^(?P<ticks>```+)(?:\{(?P<directive>[\w-]+)\}[ ]*)?(?P<language>[\w.-]*)[^\n]*\n"
    r"(?::caption: (?P<file>\S+)\n+)?(?P<text>.*?)^(?P=ticks)$",
    re.DOTALL | re.MULTILINE,
)


@frozen
class Block:
    """A fenced block of a page; ``exit`` is what its last command ends with."""

    language: str
    text: str
    file: str = ""
    exit: int = 0
    excuse: str = ""
    follows: bool = False

    @property
    def commands(self) -> list[tuple[str, list[str]]]:
        """The commands of a console block, each with the lines that it is said to print."""
        found: list[tuple[str, list[str]]] = []
        for line in re.sub(r" *\\\n *", " ", self.text).splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif found:
                found[-1][1].append(line)
        return found


def page_names():
    """Return every page of the documentation and both readmes, relative to the project."""
    pages = [path for path in DOCS.rglob("*.md") if "_build" not in path.parts]
    return sorted(str(path.relative_to(ROOT)) for path in [*pages, *ROOT.glob("README*.md")])


def blocks_of(name):
    """Return the blocks of a page that are code or its output."""
    text, found, end = (ROOT / name).read_text(encoding="utf-8"), [], 0
    for match in FENCE.finditer(text):
        if match["directive"] in {None, "code-block"}:
            marked = {match["mark"]: match["word"]}
            found.append(
                Block(
                    match["language"],
                    match["text"],
                    match["file"] or "",
                    int(marked.get("exit", 0)),
                    marked.get("not run", ""),
                    follows=not text[end : match.start()].strip(),
                )
            )
        end = match.end()
    return found


def do(page, folder):
    """Do what a page says in a folder, which is the current one; commands run in this process."""
    earlier: list[str] = []
    blocks = blocks_of(page)
    for block, after in zip(blocks, [*blocks[1:], Block("", "")], strict=True):
        if block.excuse:
            continue
        if block.file:
            put_file(folder, block)
        elif block.language == "console":
            for command, shown, code in expected(block):
                agree(command, shown, code, *run(command))
        elif block.language == "python":
            shown = after.text if after.language == "text" and after.follows else ""
            assert printed_by(block.text, earlier) == shown, block.text
            earlier.append(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)


def expected(block):
    """Yield each command of a console block with the lines shown and the exit code."""
    for number, (command, shown) in enumerate(block.commands, 1):
        yield command, shown, block.exit if number == len(block.commands) else 0


def run(command):
    """Run a command of a page in this process; return its exit code and all that it prints."""
    words = shlex.split(command)
    if words[0] != "crm":
        asked = [sys.executable, "-m", *words, "-p", "no:cacheprovider"] if words[0] == "pytest" else words
        ran = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return ran.returncode, ran.stdout
    done = CliRunner().invoke(cli, words[1:], prog_name="crm")
    return done.exit_code, done.output


def printed_by(code, earlier):
    """Run the Python code of a page after what stands before it, in a process of its own, and return what it prints."""
    before = (
        f"import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()):\n    exec({chr(10).join(earlier)!r})\n"
    )
    command = [sys.executable, "-c", f"{before}exec({code!r})"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{code}\n{done.stderr}"
    return done.stdout


def agree(command, shown, code, ended, printed):
    """Check that a command printed what the page shows, and ended as it should."""
    assert ended == code, f"$ {command}\n{printed}"
    if shown:
        lines = [plain(line) for line in printed.splitlines() if plain(line)]
        wanted = [plain(line) for line in shown if plain(line)]
        assert _fits(wanted, lines), f"$ {command}\nshown:\n" + "\n".join(shown) + f"\n\nprinted:\n{printed}"


def _fits(wanted, lines):
    """Whether the lines are those wanted; an ellipsis stands for any lines, messages (crm: ...) may be left out."""
    if not wanted:
        return all(line.startswith("crm: ") for line in lines)
    if wanted[0] == "...":
        return any(_fits(wanted[1:], lines[skipped:]) for skipped in range(len(lines) + 1))
    if lines and _same(wanted[0], lines[0]) and _fits(wanted[1:], lines[1:]):
        return True
    return bool(lines) and lines[0].startswith("crm: ") and _fits(wanted, lines[1:])


def _same(wanted, line):
    """Whether a line is the one wanted, in which an ellipsis stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, wanted.split("..."))), line) is not None


def plain(line):
    """Return a line without bars, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"[▏▎▍▌▋▊▉█]+", " ", line)).strip()


def put_file(folder, block):
    """Write the file that a block shows, or change it as a diff says."""
    path = Path(folder, block.file)
    assert path.resolve().is_relative_to(Path(folder).resolve()), block.file
    if block.language == "diff":
        path.write_text(changed(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")
    future = path.stat().st_mtime + 10  # a file changed twice within a second is still seen to have changed
    os.utime(path, (future, future))


def changed(text, diff):
    """Return a text with each hunk of a diff applied; what a hunk removes must be there exactly once."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = [line or " " for line in hunk.splitlines()]
        before = "".join(line[1:] + "\n" for line in lines if line[0] in " -")
        after = "".join(line[1:] + "\n" for line in lines if line[0] in " +")
        if before or after:
            assert text.count(before) == 1, f"found {text.count(before)} times:\n{before}\nin\n{text}"
            text = text.replace(before, after)
    return text
