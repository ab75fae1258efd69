"""What it costs to import a plugin, counted in modules in a process of its own: counts do not flake as times do."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

from crmcore.author.findings import Flaw, Validator
from crmcore.author.subject import Subject

BUDGET: Final = 60
"""Modules that importing a plugin may add to those of crmcore that it can use."""
LIMIT: Final = 60.0
"""Seconds after which the import is given up."""

_PROBE: Final = """
import json, sys
sys.dont_write_bytecode = True
kind, place, *roots = sys.argv[1:]
import crmcore, crmcore.app, crmcore.opening
for name in crmcore.__all__:
    if name != "opened":
        getattr(crmcore, name)
import click, importlib.util, inspect
before = set(sys.modules)
sys.path[:0] = roots
if kind == "file":
    spec = importlib.util.spec_from_file_location("crm_plugins_checked", place)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    own = spec.name
else:
    importlib.import_module(place)
    own = place.partition(".")[0]
added = sorted(set(sys.modules) - before)
print("\\n" + json.dumps([one for one in added if one != own and not one.startswith((own + ".", "crmcore."))]))
"""


def budget(subject: Subject) -> Iterator[Flaw]:
    """Yield the plugin if importing it takes too many modules, or too long."""
    try:
        added = _added(subject)
    except subprocess.TimeoutExpired:
        text = f"importing it took longer than {LIMIT:g} seconds, so it was given up"
        yield Flaw(subject.place(), text, "Do no work while the module is imported; do it in the functions.")
        return
    if added is not None and len(added) > BUDGET:
        most = Counter(name.partition(".")[0] for name in added).most_common(4)
        listed = ", ".join(f"{name} ({number})" for name, number in most)
        text = f"importing it takes {len(added)} modules more than crmcore has, of {BUDGET} allowed: {listed}"
        yield Flaw(subject.place(), text, "Import what is large inside the functions that need it.")


def _added(subject: Subject) -> tuple[str, ...] | None:
    """Return the modules that the import adds; None where it fails there, which is what others find."""
    source = subject.target.candidate.source
    if isinstance(source, ModuleType):
        file = vars(source).get("__file__")
        if not isinstance(file, str):
            return None
        source = Path(file) if source.__spec__ is None or source.__name__ not in sys.modules else source.__name__
    kind = "file" if isinstance(source, Path) else "module"
    roots = [str(subject.target.root)] if subject.target.root else []
    path = [entry for entry in sys.path if entry]
    done = subprocess.run(  # noqa: S603 - this Python, with our own program
        [sys.executable, "-c", _PROBE, kind, str(source), *roots],
        capture_output=True,
        check=False,
        timeout=LIMIT,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
    )
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return None
    try:
        return tuple(json.loads(lines[-1]))
    except ValueError:
        return None


VALIDATORS: Final = (
    Validator("import-budget", "gold", "warning", f"Importing it takes no more than {BUDGET} modules.", budget),
)
