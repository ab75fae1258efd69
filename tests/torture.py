"""Long campaigns against the stores and the readers of files: ``python tests/torture.py --report docs/torture.md``.

Each campaign says what it did, what it found, and what the same campaign finds once a defence is taken away. Figures
are kept beside the report, so that a campaign can be done again by itself: ``--only "sqlite: kill"``.
"""

import argparse
import json
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import fuse_disk
import fuzzing
import torture_stores as stores
from attrs import frozen

sys.path += [str(stores.LOAD.parent), str(Path(__file__).parents[1] / "plugins" / "industry_medical" / "tests")]

PAGE = """# Torture

What long campaigns found, and what the same campaigns find once a defence is taken away. `make torture` makes this page anew,
`make test` runs short forms of all of it. What must not be is counted as broken, lost, corrupt, wrong, crashed or other errors; what is not named
was looked for and did not happen.

{tables}
- A kill is followed by a look at every document, every logged commit, leftovers, and one more commit.
- A watched disk is a file system of the test's own (FUSE): the power is cut after every call to it, and what was not synced is lost,
  or its names are kept, or half of it, or all. A fault is an error that it reports at one call; a full disk has room again afterwards.
- Each flipped bit and each cut either leaves what was there, or is told by `crm store check` with the name of the file; commands that
  read a file that others changed say so.
- Inputs of readers are pieces of seeds, put together wrongly, with bits that readers stumble over. Only the documented error counts
  as refused.
"""
HEAD = "| campaign | figures | without {} | day |\n|---|---|---|---|\n"


@frozen
class Campaign:
    """What is done to what, and what is found once a defence is taken away, which `without` names."""

    of: str
    name: str
    run: Callable[[], dict]
    without: str = ""
    control: Callable[[], dict] | None = None


def campaigns(folder, scale):
    """Yield every campaign, the default store's first."""
    why = fuse_disk.why_not(folder)
    for kind, address in (("tinydb", stores.TINYDB), ("sqlite", stores.SQLITE)):
        yield from of_writers(kind, address, folder / kind, scale)
        yield from of_disks(kind, address, folder / kind, scale, why)
    for units in ("alone", "checked"):
        yield from of_writers(f"postgresql, units={units}", _server(units), folder / units, scale)
    yield Campaign(
        "postgresql, units=alone",
        "server killed 30 times under 4 writers",
        lambda: deaths(30 if scale < 10 else 3),
        "synced commits",
        lambda: deaths(3, careless=True),
    )
    for name, (read, seeds) in fuzzing.readers(folder).items():
        times = (
            100_000 if callable(seeds) else 1_000_000
        ) // scale  # the former are read to their end, which takes long
        yield Campaign("readers", name, lambda read=read, seeds=seeds, n=times: fuzzing.fuzzed(read, seeds, n))


def _server(units):
    """Return an address at a server that is started for it; a store has a schema there by its number."""
    from postgres_kit import server  # noqa: PLC0415 - only where there is a server

    return f"{server().get_uri()}&schema=torture_{units}_{{number}}&units={units}"


def deaths(times, *, careless=False):
    """Kill a server so often, under writers."""
    from server_deaths import lived_through, server  # noqa: PLC0415 - only where there is a server

    with server() as made:
        found = lived_through(made, times, pause=2 if careless else 1, careless=careless)
    return {"deaths": times, "commits": len(found.acknowledged), "lost": len(found.lost), "wrong": len(found.wrong)}


def of_writers(kind, address, folder, scale):
    """Yield the campaigns with several processes."""
    whole = "renamed files" if kind == "tinydb" else "one transaction"
    for number in (1, 4):
        yield Campaign(
            kind,
            f"kill -9, {number} at work",
            lambda n=number: stores.kills(address, folder, max(25, 1000 // scale), n),
            whole,
            lambda n=number: stores.kills(address, folder / "careless", 100, n, careless=True),
        )
    for number in (2, 4, 8, 16):
        yield Campaign(
            kind,
            f"{number} writers",
            lambda n=number: stores.writers(address, folder, n, 1000 // scale),
            "locks and looks at what others changed",
            lambda n=number: stores.writers(address, folder / "careless", n, 40, careless=True),
        )
    beside = "checked" in kind
    yield Campaign(
        kind,
        "transfers of money, and pairs of which one stays",
        lambda: stores.transfers(address, folder, 500 // scale, 400 // scale),
        "being alone" if beside else "",
        (lambda: stores.transfers(address, folder / "beside", 20, 200, serializable=False)) if beside else None,
    )


def of_disks(kind, address, folder, scale, why):
    """Yield the campaigns against a store that is a file; `why` says why no disk can be watched here."""
    sync = "sync_folder" if kind == "tinydb" else "sync"
    watched = {
        "power cuts after every call, 4 loss modes": (
            lambda: stores.power(address, folder / "p", 20 if scale == 1 else 3),
            "syncing the folder" if kind == "tinydb" else "syncing",
            lambda: stores.power(address, folder / "q", 3, forgets=(sync,)),
        ),
        "two faults at every call": (lambda: stores.faults(address, folder / "f", 2, scale), "", None),
        "full disks": (
            lambda: stores.full(address, folder / "u", range(2_000, 258_000, 4_000 * min(scale, 16))),
            "",
            None,
        ),
    }
    for name, (run, without, control) in watched.items():
        yield Campaign(kind, name, (lambda: {f"NOT RUN: {why}": 0}) if why else run, without, None if why else control)
    yield Campaign(
        kind,
        "a flipped bit and a cut at every byte of a store of 20 KB",
        lambda: stores.damage(address, folder / "d", scale),
        "sums",
        lambda: stores.damage(address, folder / "e", 41, careless=True),
    )


def page(results):
    """Return the report of all results that are there."""
    tables = []
    for kind in dict.fromkeys(one["of"] for one in results):
        rows = [_row(one) for one in results if one["of"] == kind]
        tables.append(
            f"## {kind}\n\n| | figures | with a defence taken away | run |\n|---|---|---|---|\n" + "".join(rows)
        )
    return PAGE.format(tables="\n".join(tables))


def _row(one):
    control = f"without {one['without']}: {_told(one['control'])}" if one["control"] else ""
    return f"| {one['name']} | {_told(one['figures'])} | {control} | {one['run']} |\n"


def _told(figures):
    return ", ".join(
        f"{number:,} {name}" if number else name for name, number in figures.items() if number or "NOT" in name
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=1, help="do so many times less")
    parser.add_argument("--only", default="", help='campaigns whose "kind: name" has this regular expression in it')
    parser.add_argument("--report", type=Path, help="a page; its figures are kept beside it, as .json")
    asked = parser.parse_args()
    report = asked.report and asked.report.absolute()  # mounting a disk leaves the folder
    kept = report and report.with_suffix(".json")
    results = json.loads(kept.read_text("utf-8")) if kept and kept.exists() else []
    machine = f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {platform.system()} {platform.release().partition('-')[0]}, 2 cores"
    with tempfile.TemporaryDirectory() as folder:
        for one in campaigns(Path(folder), asked.scale):
            if not re.search(asked.only, f"{one.of}: {one.name}"):
                continue
            figures = {"of": one.of, "name": one.name, "figures": one.run(), "without": one.without}
            figures |= {"control": one.control() if one.control else None, "run": machine}
            print(_row(figures), end="", flush=True)  # noqa: T201 - it takes long
            results = [each for each in results if (each["of"], each["name"]) != (one.of, one.name)] + [figures]
            if kept:
                kept.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
                report.write_text(page(results), "utf-8")


if __name__ == "__main__":
    main()
