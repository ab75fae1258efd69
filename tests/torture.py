"""Long campaigns against the stores and the readers of files: ``python tests/torture.py --report docs/torture.md``.

Each campaign says what it did, what it found, and what the same campaign finds once a defence is taken away. Figures
are kept beside the report, so that one campaign can be done again by itself: ``--only "sqlite kill"``.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections import Counter
from pathlib import Path

import fuse_disk
import fuzzing
import torture_server
import torture_stores as stores
from attrs import frozen

PAGE = """# Torture

What long campaigns found, and what the same campaigns find once a defence is taken away. `make torture` makes this page anew
and `make test` runs short forms of all of it. A campaign that finds something broken stops there and says `broken`, `lost`,
`corrupt`, `wrong` or `faults`; words that are not there were counted and are none.

{tables}
- A kill is followed by a look at every document, every logged commit, leftovers, and one more commit.
- A watched disk is a file system of the test's own (FUSE): after every call to it the power is cut, and what was not synced is lost,
  or its names are kept, or half of it, or all.
- A fault is an error that the disk reports at one call; a disk that is full at some size has room again afterwards.
- Each flipped bit and each cut either leaves what was there, or is told by `crm store check` with the name of the file; commands that
  read a file that others changed say so.
- Inputs of readers are pieces of seeds, put together wrongly, with bits that readers stumble over. Only the documented error counts
  as refused.
"""

POSTGRESQL = "postgresql"
NO_DEFENCE = "none is taken away"


@frozen
class Campaign:
    """What is done, and how a defence is taken away from it, in words and in deed."""

    name: str
    run: object
    without: str = ""
    control: object = None


def campaigns(folder, scale):
    """Yield every campaign, the default store's first."""
    for kind, address in (("tinydb", stores.TINYDB), ("sqlite", stores.SQLITE), (POSTGRESQL, None)):
        yield from of_writers(kind, address, folder / kind, scale)
        if address:
            yield from of_disks(kind, address, folder / kind, scale)
    yield Campaign(
        "postgresql: server killed 30 times",
        lambda: torture_server.deaths(30 // min(scale, 10)),
        "what was not synced is lost with it",
        lambda: torture_server.deaths(3, forgets=True),
    )
    for name, (read, seeds) in fuzzing.readers(folder).items():
        yield Campaign(f"reader of {name}", lambda r=read, s=seeds: fuzzing.fuzzed(r, s, 1_000_000 // scale))


def of_writers(kind, address, folder, scale):
    """Yield the campaigns with several processes."""
    where = torture_server.address if address is None else lambda: address
    careless = {
        "tinydb": ("writing in place", ("careless",), stores.LOOP),
        "sqlite": ("a commit in two parts", ("careless",), stores.LOAD),
        POSTGRESQL: ("a commit in two parts", ("careless",), stores.LOAD),
    }[kind]
    for number in (1, 4):
        yield Campaign(
            f"{kind}: kill -9, {number} at work",
            lambda n=number: stores.kills(where(), folder, max(25, 1000 // scale), n),
            careless[0],
            lambda n=number: stores.kills(where(), folder / "careless", 25, n, careless=careless[2]),
        )
    for number in (2, 4, 8, 16):
        yield Campaign(
            f"{kind}: {number} writers",
            lambda n=number: stores.writers(where(), folder, n, 1000 // scale),
            "no lock, no look at what others changed",
            lambda n=number: stores.writers(beside(where()), folder / "careless", n, 40, careless=True),
        )
    yield Campaign(
        f"{kind}: transfers, and pairs of which one stays",
        lambda: stores.transfers(where(), folder, 500 // scale, 400 // scale),
        "units that do not ask to be alone",
        (lambda: stores.transfers(beside(where()), folder / "beside", 20, 60, serializable=False))
        if kind == POSTGRESQL
        else None,
    )
