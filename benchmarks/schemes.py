"""Thirty schemes of the bundled plugins at once beside the same written by hand in Polars: ratios of one run, in Markdown.

    python benchmarks/schemes.py [--data DIR] [--customers 100000] [--rounds 5]

Both read the same Parquet files, are checked to give the same answers cell by cell, and run in turn, each in a process of
its own that has its libraries loaded; the best time of each counts.
"""

import argparse
import tempfile
from pathlib import Path

import schemes_data
from bulk import Bench, print_machine

OURS, BY_HAND = "30 schemes", "30 schemes by hand"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        bench = Bench(given.data or Path(made), given.rounds, "")
        folder = bench.folder(given.customers)
        schemes_data.add(folder)
        bench.check((OURS, BY_HAND), folder, "A")
        print_machine()
        print_times(bench, folder, given.customers)


def print_times(bench: Bench, folder: Path, customers: int) -> None:
    """Print a row for each version: the thirty, the twelve of the bulk benchmark, and both by hand."""
    names = (OURS, BY_HAND, "polars", "polars by hand")
    found = dict(zip(names, bench.best(names, folder, "A"), strict=True))
    peaks = {name: bench.peak(name, folder, "A") for name in names}
    print(
        f"\n| {customers:,} customers, answers only | processor time | wall time | peak memory | ours: s of processor, MB |"
    )
    print("|---|--:|--:|--:|--:|")
    for title, ours, beside in (("30 schemes", names[0], names[1]), ("12 of them", names[2], names[3])):
        one, two = found[ours], found[beside]
        ratios = f"{one['cpu'] / two['cpu']:.2f} | {one['wall'] / two['wall']:.2f} | {peaks[ours] / peaks[beside]:.2f}"
        print(f"| {title}, ours / by hand | {ratios} | {one['cpu']:.2f}, {peaks[ours]:.0f} |", flush=True)
    more, less = found[OURS], found["polars"]
    print(
        f"| 30 schemes / 12 schemes, both ours | {more['cpu'] / less['cpu']:.2f} | {more['wall'] / less['wall']:.2f} | | |"
    )


if __name__ == "__main__":
    main()
