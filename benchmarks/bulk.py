"""The bulk engine beside scripts written by hand that give the same answers: ratios of one run, in Markdown.

    python benchmarks/bulk.py [--data DIR] [--sizes 10000,100000,1000000] [--rounds 5] [--others PYTHON]

Two versions run in turn, each in a process of its own that has its libraries loaded; the best time of each counts. Peak
memory is that of a process that runs once. Processor time is the steadier figure where the machine is also busy with other
things. What needs pandas, lifetimes or pymc-marketing runs in the interpreter PYTHON, in which they are installed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

from attrs import frozen
from bulk_answers import differences, written
from generate import generate

HERE = Path(__file__).parent
LIBRARIES = ("crm-bulk", "narwhals", "polars", "duckdb", "pyarrow", "numpy", "pyspark")
PAIRS = (
    ("polars", "polars by hand", "AB"),
    ("duckdb", "duckdb by hand", "AB"),
    ("polars", "pandas by hand", "AB"),
    ("polars", "lifetimes", "B"),
    ("polars", "pymc-marketing", "B"),
)
OTHERS = ("pandas by hand", "lifetimes", "pymc-marketing")
COUNTS = ("1 scheme", "10 schemes", "50 schemes")
Told = dict[str, float]


@frozen
class Bench:
    """How and where it is measured."""

    data: Path
    rounds: int
    others: str

    def folder(self, customers: int) -> Path:
        """Return the files of so many customers, which are made if they are not there."""
        found = self.data / str(customers)
        if not (found / "company.json").exists():
            generate(found, customers)
        return found

    @contextmanager
    def worker(self, name: str, folder: Path, outputs: str) -> "Iterator[Callable[..., Told]]":
        """Start a version in a process, and return what runs it once."""
        python = self.others if name in OTHERS else sys.executable
        with subprocess.Popen(
            [python, HERE / "bulk_worker.py", name, folder, outputs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:

            def run(into: str = "") -> Told:
                if process.stdin is None or process.stdout is None:
                    raise TypeError(name)
                process.stdin.write(f"{into}\n")
                process.stdin.flush()
                line = process.stdout.readline()
                if not line:
                    raise LookupError(name)
                told: Told = json.loads(line)
                return told

            yield run
            if process.stdin:
                process.stdin.close()

    def best(self, names: Sequence[str], folder: Path, outputs: str) -> list[Told]:
        """Run versions in turn, each in a process that stays, and return the best times of each."""
        with ExitStack() as stack:
            runs = [stack.enter_context(self.worker(name, folder, outputs)) for name in names]
            for run in runs:
                run()
            taken = [[run() for run in runs] for _ in range(self.rounds)]
        columns = list(zip(*taken, strict=True))
        return [{kind: min(told[kind] for told in column) for kind in ("wall", "cpu")} for column in columns]

    def check(self, names: Sequence[str], folder: Path, outputs: str) -> None:
        """Stop if two versions do not give the same answers."""
        found = []
        for name in names:
            with tempfile.TemporaryDirectory() as made, self.worker(name, folder, outputs) as run:
                run(made)
                found.append(written(Path(made)))
        wrong = differences(*found)
        if wrong:
            raise SystemExit(f"{names} differ: {wrong}")

    def peak(self, name: str, folder: Path, outputs: str) -> float:
        """Return the peak memory in MB of a process that runs a version once."""
        with self.worker(name, folder, outputs) as run:
            return run()["peak"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--others", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        bench = Bench(given.data or Path(made), given.rounds, given.others)
        sizes = [int(size) for size in given.sizes.split(",")]
        print_machine()
        print_pairs(bench, sizes)
        print_counts(bench, sizes[-1])


def print_machine() -> None:
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}; {versions}; load {load}"
    )


def print_pairs(bench: Bench, sizes: Sequence[int]) -> None:
    """Print a row for each pair of versions, size and set of outputs; say which versions could not run."""
    print("\n| customers | outputs | ours | beside | processor time | wall time | peak memory | ours: s, MB |")
    print("|--:|---|---|---|--:|--:|--:|--:|")
    left_out = set() if bench.others else set(OTHERS)
    for size in sizes:
        for ours, beside, sets in PAIRS:
            for outputs in sets if beside not in left_out else "":
                try:
                    print_pair(bench, size, (ours, beside), outputs)
                except LookupError as error:
                    left_out |= {str(error.args[0])}
    if left_out:
        print(f"\nLeft out, since --others names no interpreter that has them: {', '.join(sorted(left_out))}.")


def print_pair(bench: Bench, size: int, names: tuple[str, str], outputs: str) -> None:
    """Print the row of a pair; raises `LookupError` with the name of a version that cannot run."""
    folder = bench.folder(size)
    if names[1].endswith("by hand"):
        bench.check(names, folder, outputs)
    one, two = bench.best(names, folder, outputs)
    first, second = (bench.peak(name, folder, outputs) for name in names)
    ratios = f"{one['cpu'] / two['cpu']:.2f} | {one['wall'] / two['wall']:.2f} | {first / second:.2f}"
    print(f"| {size:,} | {outputs} | {' | '.join(names)} | {ratios} | {one['wall']:.2f}, {first:.0f} |", flush=True)


def print_counts(bench: Bench, size: int) -> None:
    """Print what more schemes cost that share their metrics."""
    found = bench.best(COUNTS, bench.folder(size), "B")
    print(f"\n| schemes that share 4 metrics, {size:,} customers | processor time, 1 scheme = 1 |\n|---|--:|")
    for name, told in zip(COUNTS, found, strict=True):
        print(f"| {name} | {told['cpu'] / found[0]['cpu']:.2f} |", flush=True)


if __name__ == "__main__":
    main()
