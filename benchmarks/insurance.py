"""Four schemes of the insurance plugin on 100,000 policies, each beside the same by hand, in Polars and DuckDB: ratios of one run.

    python benchmarks/insurance.py [--data DIR] [--policies 100000] [--rounds 5]

Both read the same Parquet files, are checked to give the same answers cell by cell, and run in turn, each in a process of
its own that has its libraries loaded; the best time of each counts.
"""

import argparse
import tempfile
from pathlib import Path

import insurance_data
from bulk import Bench, print_machine

PAIRS = (("insurance", "insurance by hand", "Polars"), ("insurance on duckdb", "insurance in SQL by hand", "DuckDB"))
"""Ours, what is written by hand for the same library, and which that is."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--policies", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = (given.data or Path(made)) / f"insurer-{given.policies}"
        if not (folder / "company.json").exists():
            insurance_data.generate(folder, given.policies)
        bench = Bench(folder, given.rounds, "")
        for ours, by_hand, _ in PAIRS:
            bench.check((ours, by_hand), folder, "A")
        print_machine()
        print(
            f"\n| {given.policies:,} policies, {given.policies * 10:,} premiums and payments, {given.policies:,} claims; 4 schemes | processor time | wall time | peak memory | ours: s of processor, MB |"
        )
        print("|---|--:|--:|--:|--:|")
        for ours, by_hand, library in PAIRS:
            one, two = bench.best((ours, by_hand), folder, "A")
            first, second = (bench.peak(name, folder, "A") for name in (ours, by_hand))
            ratios = f"{one['cpu'] / two['cpu']:.2f} | {one['wall'] / two['wall']:.2f} | {first / second:.2f}"
            print(f"| {ours} / by hand in {library} | {ratios} | {one['cpu']:.2f}, {first:.0f} |", flush=True)


if __name__ == "__main__":
    main()
