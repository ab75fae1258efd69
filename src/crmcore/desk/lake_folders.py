"""The folders of a lake: the company's facts beside its records, and the runs in the folder of its placements.

A run is one folder, ``run=000003``, which appears whole or not at all: it is written aside and renamed. ``run.json``
in it says what the next run needs to know; ``placement`` holds the placements that changed, ``move`` who moved.
"""

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from crmcore.errors import CrmError, Invalid, Problem, UsageError
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.configfile import Given
from crmcore.plugging.setting_values import checked_settings
from crmcore.work import company as companies
from crmcore.work import fitting
from crmcore.work.company import Company
from crmcore.work.fitting import Fit
from crmcore.work.placing import SchemeState, state_document, state_from

KIND: Final = "parquet"
COMPANY: Final = "company.json"
RUN: Final = "run.json"
FORMAT: Final = 1

_run_name: Final = re.compile(r"run=([0-9]{6})").fullmatch
_aside_name: Final = re.compile(r"\.run=[0-9]{6}").fullmatch


def folder_of(address: str, option: str) -> Path:
    """Return the folder in ``parquet:DIR``; raises `UsageError` for anything else."""
    kind, _, place = address.partition(":")
    if kind != KIND or not place:
        raise UsageError(
            f"{option} {address!r} is no lake", todo=f"Write {option} {KIND}:DIR, with the folder for DIR."
        )
    return Path(place)


def company_in(folder: Path, catalogue: Catalogue) -> tuple[Company, dict[str, Any]]:
    """Return the company of a lake and its settings, from ``company.json``; raises `CrmError` for what it lacks."""
    path = folder / COMPANY
    example = '{"currency": "EUR", "zone": "Europe/Berlin", "settings": {}}'
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", todo="Give the folder that has one folder per record type.")
    if not path.is_file():
        raise UsageError(
            f"there is no {path}: nothing says in which currency and time zone to read",
            todo=f"Write {example} into it.",
        )
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise Invalid([Problem(f"is no JSON: {error}", file=str(path))]) from error
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in ("currency", "zone")):
        raise Invalid([Problem("has no currency or no zone", file=str(path))], todo=f"Write it as {example}.")
    if unknown := sorted(found.keys() - {"currency", "zone", "settings"}):
        raise Invalid([Problem("is not known here", file=str(path), column=name) for name in unknown])
    given = found.get("settings", {})
    if not isinstance(given, dict):
        raise Invalid([Problem("is no mapping of names to values", file=str(path), column="settings")])
    known = {name: catalogue.setting(name) for name in catalogue.names("setting") if name in catalogue.rule_settings}
    checked = checked_settings({name: Given(value, str(path)) for name, value in given.items()}, known)
    settings = {name: one.value for name, one in checked.items()}
    return companies.company(found["currency"], found["zone"]), settings


@frozen
class Past:
    """What the runs before left: when, of which company, the state of each scheme, and the population values."""

    run: int = 0
    as_of: date | None = None
    company: Company | None = None
    states: Mapping[str, SchemeState] = field(factory=dict)
    fits: Mapping[str, Fit] = field(factory=dict)


@define(eq=False)
class Draft:
    """A run that is being written: aside, in ``folder``, and ``name`` is what it becomes unless it is not kept."""

    folder: Path
    name: Path
    is_kept: bool = True


@frozen
class Target:
    """The folder of the placements, with its runs, oldest first."""

    folder: Path
    runs: tuple[Path, ...]
    past: Past

    def placements(self, scheme: str) -> tuple[Path, ...]:
        """Return the files with the placements of a scheme, oldest first."""
        found = (placements_in(run, scheme) for run in self.runs)
        return tuple(path for path in found if path.is_file())

    @contextmanager
    def run(self) -> Iterator[Draft]:
        """Give a folder to write the next run into, which appears when that ends well, and otherwise is gone."""
        name = f"run={self.past.run + 1:06}"
        draft = Draft(self.folder / f".{name}", self.folder / name)
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.iterdir():
            if _aside_name(left.name):
                shutil.rmtree(left)
        draft.folder.mkdir()
        try:
            yield draft
            if draft.is_kept:
                _sync(draft.folder)
                _publish(draft)
        finally:
            shutil.rmtree(draft.folder, ignore_errors=True)


def placements_in(run: Path, scheme: str) -> Path:
    """Return where a run has its placements of a scheme."""
    return run / "placement" / f"{scheme}.parquet"


def target_in(folder: Path) -> Target:
    """Return a folder of placements; raises `UsageError` if it holds anything that no run has written."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder", todo="Give a folder of its own to the placements.")
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    runs = [path for path in there if _run_name(path.name) and (path / RUN).is_file()]
    strange = [path.name for path in there if path not in runs and not _aside_name(path.name)]
    if strange:
        shown = ", ".join(strange[:3]) + (" ..." if len(strange) > 3 else "")  # noqa: PLR2004 - one line of names
        todo = "Give a new or empty folder, or one that an earlier `crm classify --to` has written."
        raise UsageError(f"{folder} holds what no classification has written: {shown}", todo=todo)
    return Target(folder, tuple(runs), _past(runs[-1] / RUN) if runs else Past())


def _past(path: Path) -> Past:
    try:
        found = _of_our_format(json.loads(path.read_text("utf-8")))
        return Past(
            found["run"],
            date.fromisoformat(found["as_of"]),
            companies.from_document(found["company"]),
            {name: state_from(document) for name, document in found["schemes"].items()},
            {key: fitting.from_document(document) for key, document in found["population"].items()},
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        todo = "Bring the file back from a backup, or give another folder to the placements."
        raise CrmError(f"{path} is damaged: {error}", todo=todo) from error


def _of_our_format(found: Any) -> Any:
    if found["format"] != FORMAT:
        raise ValueError(f"its format is {found['format']}, this version reads {FORMAT}")
    return found


def write_past(folder: Path, past: Past, more: Mapping[str, Any]) -> None:
    """Write what the next run needs to know, and ``more`` for people."""
    if past.company is None or past.as_of is None:  # pragma: no cover - a run has both
        raise ValueError("no run")
    document = {
        "format": FORMAT,
        "run": past.run,
        "as_of": past.as_of.isoformat(),
        "company": past.company.document(),
        "schemes": {name: state_document(state) for name, state in past.states.items()},
        "population": {key: fitting.to_document(fitted) for key, fitted in past.fits.items()},
        **more,
    }
    (folder / RUN).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _publish(draft: Draft) -> None:
    try:
        draft.folder.rename(draft.name)
    except OSError as error:
        why = f"cannot be written: {error.strerror}"
        if error.errno in {errno.EEXIST, errno.ENOTEMPTY}:
            why = "was written by another run meanwhile"
        raise CrmError(f"{draft.name} {why}; nothing was changed", todo="Run it again.") from error
    _sync_one(draft.name.parent)


def _sync(folder: Path) -> None:
    """Have the disk keep everything in a folder before the folder gets its name."""
    for path in (*folder.rglob("*"), folder):
        _sync_one(path)


def _sync_one(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
