"""Inputs that nobody would write, for whatever reads files: seeds that are taken apart and put together wrongly.

A reader may refuse what it is given, with the error that it documents; anything else that it raises is a fault.
"""

import gzip
import hashlib
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

from crmcore.entities import type_of
from crmcore.errors import CrmError
from crmcore.files.file_rows import RowReader
from crmcore.files.parsing_base import Reading
from crmcore.files.readers import open_table
from crmcore.plugging.tomlfile import read_toml
from crmcore.records import Customer, Purchase
from crmcore.storage import store_backup
from crmcore.storage.state_file import parse, to_state
from crmcore.upkeep.purged_file import read_purged

READING = Reading(ZoneInfo("Europe/Berlin"), money_digits=6)
LONGEST = 4000

CSV = (
    b"id,customer,at,amount\np1,c1,2024-05-01,100.25\np2,c2,2024-05-02T13:30,-5\n",
    b'id;name;phone\nc1;"Ad""a";+49 30 1\nc2;"two\nlines";\n',
    "id\tname\n牙\t客户乙\n".encode(),
    "id,name\nc1,Ångström\n".encode("utf-16"),
)
JSONL = (
    b'{"id":"p1","customer":"c1","at":"2024-05-01","amount":1.5}\n{"id":"p2","amount":null,"tags":["a"]}\n',
    b'{"id":"c1","name":"\\ud83e\\uddb7","n":1e400}\n[1]\n{"a":{"b":[]}}\n',
)
TOML = (
    b'store = "crm.json"\n[plugins]\nlocal = ["shop"]\ndisabled = []\n[settings]\nshop.level = 3.5\n',
    b"[a.b]\nc = 2024-05-01T10:00:00Z\nd = '''x\ny'''\ne = { f = [1, 2,\n3] }\n",
)
BITS = (
    *(
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b'"',
        b"'",
        b"\n",
        b"\r",
        b",",
        b";",
        b"\t",
        b"\\",
        b"{",
        b"[",
        b"]",
    ),
    *(b"}", b":", b"=", b"NaN", b"Infinity", b"null", b"9" * 400, b"1e999999999", b"-0", b"[" * 300, b'{"a":' * 120),
    *(
        b"\\ud800",
        b"\xed\xa0\x80",
        b"\xe2\x80\xae",
        b"\x1b[31m",
        b"0000-00-00",
        b"9999-12-31T23:59:60",
        b"\x1f\x8b",
        b"#",
    ),
    b"true",
    b"\n\n\n",
)


def mutated(rng, seeds):
    """Return a seed, or a piece of several, with some damage."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randrange(1, 6)):
        at, length = rng.randrange(len(data) + 1), rng.randrange(1, 12)
        match rng.randrange(6):
            case 0:
                data[at:at] = rng.choice(BITS)
            case 1:
                del data[at : at + length]
            case 2:
                data[at : at + length] = rng.randbytes(length)
            case 3:
                data[at:at] = data[rng.randrange(len(data) + 1) :][:length] * rng.choice((1, 1, 2, 50))
            case 4 if data:
                data[at % len(data)] ^= 1 << rng.randrange(8)
            case _:
                other = rng.choice(seeds)
                data[at:] = other[rng.randrange(len(other)) :]
    return bytes(data[:LONGEST])


def rows_of(path, form):
    """Read a table as an import does: its columns, and every row as a customer and as a purchase."""
    with open_table(path, format=form) as table:
        for record in (Customer, Purchase):
            for _ in RowReader(type_of(record), READING, mapping={"*": "-"}, partial=True).read(table):
                pass


def read_summed(path):
    """Read a backup, damaged before its sum was taken."""
    lines = [line + b"\n" for line in path.read_bytes().split(b"\n")[:-1]]
    digest = hashlib.sha256(b"".join(lines)).hexdigest()
    path.write_bytes(b"".join(lines) + b'{"lines":%d,"sha256":"%s"}\n' % (len(lines), digest.encode()))
    store_backup.read(path)


def backup(folder):
    """Return the bytes of a small backup."""
    from crmcore.storage.tinydb_store import open_tinydb  # noqa: PLC0415 - made once
    from crmcore.store import Change, LogEntry  # noqa: PLC0415 - the same

    store = open_tinydb(f"tinydb:///{folder}/crm.json")
    store.create()
    with store.write() as work:
        work.put("customer", "c1", {"id": "c1", "name": "Ada"})
        work.commit_as(
            LogEntry(0, "2026-01-01T00:00:00Z", "ada", "put", (Change("customer", "c1", None, {"id": "c1"}),))
        )
    store.backup(Path(folder, "backup"))
    return Path(folder, "backup").read_bytes(), Path(folder, "crm.json").read_bytes()


def readers(folder):
    """Return each reader by name: what it does with a path, and its seeds, or what makes an input of a random source."""
    from fuzz_fhir import bundle, reader, twisted  # noqa: PLC0415 - only where the medical plugin is

    packed, state = backup(folder)
    plain = gzip.decompress(packed)
    purged = json.dumps({"crm_plugin_data": 1, "plugin": "a", "commit": 1, "mark": None, "documents": [], "values": []})
    return {
        "CSV": (lambda path: rows_of(path, "csv"), CSV),
        "TSV": (lambda path: rows_of(path, "tsv"), CSV),
        "JSON lines": (lambda path: rows_of(path, "jsonl"), JSONL),
        "unknown tables": (lambda path: rows_of(path, None), CSV + JSONL),
        "TOML": (lambda path: read_toml(path, "crm.toml"), TOML),
        "backups": (store_backup.read, (plain, packed)),
        "backups whose sum agrees": (read_summed, (plain[: plain.rindex(b'{"lines"')],)),
        "stores": (lambda path: to_state(parse(path.read_bytes(), "crm.json"), "crm.json"), (state,)),
        "purged data": (read_purged, (purged.encode(),)),
        "FHIR bundles": (reader(), (json.dumps(bundle()).encode(),)),
        "FHIR bundles that are JSON": (reader(), twisted),
    }


def fuzzed(read, seeds, times, seed=1):
    """Give a reader so many inputs; returns how many it took, refused and failed on, and how much memory it used."""
    rng, figures = random.Random(seed), Counter({"read": 0, "refused": 0, "other errors": 0})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112 - a file for each input, written often
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place, "input")
        for _ in range(times):
            data = seeds(rng) if callable(seeds) else mutated(rng, seeds)
            path.write_bytes(data)
            try:
                read(path)
                figures["read"] += 1
            except CrmError:
                figures["refused"] += 1
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                figures["other errors"] += 1
                print(f"{type(error).__name__}: {error}: {data!r}", file=sys.stderr)  # noqa: T201 - to be looked into
    figures["MB more at most"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    figures["CPU seconds"] = round(time.process_time() - began)
    return figures


def all_readers(times):
    """Yield the name of each reader, and what became of its inputs."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (read, seeds) in readers(folder).items():
            yield name, fuzzed(read, seeds, times)


if __name__ == "__main__":
    for found in all_readers(int(sys.argv[1])):
        print(*found)  # noqa: T201 - a script
