"""How long commands take to start with all bundled plugins and 50 generated ones.

`crm --help` is compared, in turn, with a bare click application of as many commands: prints the median of the ratios, and
fails above 1.3. Then, for scale and in processor time: without an index, one plugin's command, a list that uses no plugin, and one that uses
them. Usage: python benchmarks/startup.py [PAIRS]
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from generated_plugins import generate

LIMIT = 1.3
PLUGINS = 50

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

COUNTED = """
import os, sys
sys.argv = sys.argv[1:]
sys.path[0] = os.path.dirname(sys.argv[0])
with open(sys.argv[0]) as script:
    code = compile(script.read(), sys.argv[0], "exec")
try:
    exec(code, {"__name__": "__main__"})
except SystemExit:
    pass
print(len(sys.modules), sum(name.startswith("crm_") for name in sys.modules), file=sys.stderr)
"""

COMMANDS = (
    ("one plugin's command", "made007"),
    ("a view of one plugin", "view made007.best --format csv"),
    ("list, core columns only", "customer list --format csv"),
    ("list, a scheme of one plugin", "customer list --columns id,made007.tier --format csv"),
    ("list, all schemes", "customer list --columns id,{schemes} --format csv"),
    ("show, everything known", "customer show c1 --format json"),
)


def seconds(command: list[str], environ: dict[str, str]) -> float:
    """Return how long a command takes from its start to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ)
    return time.perf_counter() - start


def cpu(command: list[str], environ: dict[str, str]) -> float:
    """Return the processor seconds of a command, which other work on the machine hardly changes."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def modules(command: list[str], environ: dict[str, str]) -> tuple[int, int]:
    """Return how many modules a command imports, and how many of them are plugins'."""
    counted = [command[0], "-c", COUNTED, *command[1:]]
    done = subprocess.run(counted, check=True, capture_output=True, text=True, env=environ)
    every, plugins = map(int, done.stderr.splitlines()[-1].split())
    return every, plugins


def compared(ours: list[str], theirs: list[str], environ: dict[str, str], pairs: int) -> float:
    """Measure in turn, print, and return the median of the ratios."""
    for command in (ours, theirs):  # compiles, and writes the index
        seconds(command, environ)
    measured = [(seconds(ours, environ), seconds(theirs, environ)) for _ in range(pairs)]
    ratio = statistics.median(mine / other for mine, other in measured)
    mine, other = (statistics.median(column) * 1000 for column in zip(*measured, strict=True))
    print(f"crm --help: {mine:.0f} ms, {modules(ours, environ)[0]} modules")
    print(f"bare click: {other:.0f} ms, {modules(theirs, environ)[0]} modules (medians of {pairs} pairs)")
    print(f"median ratio: {ratio:.2f} (at most {LIMIT})")
    return ratio


def compare_loads(title: str, crm: list[str], words: list[str], environ: dict[str, str]) -> None:
    """Print what a command takes with the plugins that it needs and with all of them, measured in turn."""
    some, every = [*crm, *words], [*crm, "--no-plugin", "none", *words]
    measured = [(cpu(some, environ), cpu(every, environ)) for _ in range(9)]
    mine, other = (statistics.median(column) * 1000 for column in zip(*measured, strict=True))
    count, plugins = modules(some, environ)
    print(f"{title}: {mine:.0f} ms, {count} modules, {plugins} of plugins; all loaded: {other:.0f} ms")


def cold(command: list[str], environ: dict[str, str], cache: Path, times: int) -> float:
    """Return the median time of a command that finds no index."""
    found = []
    for _ in range(times):
        shutil.rmtree(cache / "crm", ignore_errors=True)
        found.append(cpu(command, environ))
    return statistics.median(found)


def main(pairs: int) -> int:
    """Measure and print; returns 1 if the limit is passed."""
    crm = [sys.executable, str(Path(sys.executable).with_name("crm"))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = generate(folder / "site", PLUGINS)
        environ = {**os.environ, "XDG_CACHE_HOME": name, "XDG_CONFIG_HOME": name, "CRM_STORE": f"{name}/crm.json"}
        environ["PYTHONPATH"] = f"{name}/site"
        for words in (["init"], ["customer", "add", "--id", "c1", "--name", "Ada"], ["classify"]):
            seconds([*crm, *words], environ)
        listed = subprocess.run([*crm, "--help"], capture_output=True, text=True, check=True, env=environ).stdout
        rows = [line.split(None, 1) for line in listed.partition("Records:")[2].splitlines() if line.startswith("  ")]
        commands = {row[0]: row[1] for row in rows if len(row) == 2 and row[0].replace("_", "").isalnum()}
        bare = folder / "bare.py"
        bare.write_text(BARE.format(commands="".join(COMMAND.format(name=one, help=commands[one]) for one in commands)))
        print(f"{len(commands)} commands, {PLUGINS} generated plugins; Python {sys.version.split()[0]}")
        ratio = compared([*crm, "--help"], [sys.executable, str(bare), "--help"], environ, pairs)
        print(f"crm --help, no index: {cold([*crm, '--help'], environ, folder, 5) * 1000:.0f} ms")
        for title, words in COMMANDS:
            compare_loads(title, crm, words.format(schemes=",".join(f"{one}.tier" for one in made)).split(), environ)
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
