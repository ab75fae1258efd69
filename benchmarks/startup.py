"""How long `crm --help` takes, compared with a bare click application of as many commands.

Runs both in turn and prints the median of the ratios; fails above 1.6. Usage: python benchmarks/startup.py [PAIRS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crmcore.cli.commands import COMMANDS, RECORDS, short_help

LIMIT = 1.6

BARE = '''
import click

@click.group()
@click.version_option("1.0")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug):
    """Do what an application of this size does."""

{commands}
cli()
'''

COMMAND = '''
@cli.command("{name}")
@click.argument("name", required=False)
@click.option("--format", type=click.Choice(["table", "json"]), help="How to print.")
def _(name, format):
    """{help}"""
'''


def seconds(command: list[str], environ: dict[str, str]) -> float:
    """Return how long a command takes from its start to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environ)
    return time.perf_counter() - start


def main(pairs: int) -> int:
    """Measure and print; returns 1 if the limit is passed."""
    crm = Path(sys.executable).with_name("crm")
    with tempfile.TemporaryDirectory() as folder:
        names = (*RECORDS, *COMMANDS)
        bare = Path(folder, "bare.py")
        commands = "".join(COMMAND.format(name=name, help=short_help(name)) for name in names)
        bare.write_text(BARE.format(commands=commands))
        environ = {**os.environ, "XDG_CACHE_HOME": folder}
        ours, theirs = [sys.executable, str(crm), "--help"], [sys.executable, str(bare), "--help"]
        seconds(ours, environ)  # writes the index of plugins' commands
        seconds(theirs, environ)
        measured = [(seconds(ours, environ), seconds(theirs, environ)) for _ in range(pairs)]
    ratio = statistics.median(mine / other for mine, other in measured)
    mine, other = (statistics.median(column) * 1000 for column in zip(*measured, strict=True))
    print(
        f"crm --help: {mine:.0f} ms; bare click with {len(names)} commands: {other:.0f} ms (medians of {pairs} pairs)"
    )
    print(f"median ratio: {ratio:.2f} (at most {LIMIT})")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
