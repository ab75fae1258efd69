"""Plugins that load and are still wrong: in what they declare together, or in what they do to everybody else."""

_MADE = """\
import click
from crmcore import (
    Customer, Field, Metric, Purchase, Record, Report, Rule, Scheme, Segment, Setting, StoreKind, View,
    count, hookimpl, record, rows, total,
)
purchase = rows(Purchase)
"""
_HOOK = """\
@hookimpl
def crm_{kind}s():
    return [{made}]
"""


def _returning(kind: str, made: str, before: str = "") -> str:
    return _MADE + before + _HOOK.format(kind=kind, made=made)


def _twice(kind: str, one: str, other: str) -> tuple[str, str, list[str]]:
    code = _returning(kind, f"{one}, {other}")
    return code, "failed", [f"is declared twice: as a {kind} at ", "crm_bad.py:", "rename one of them"]


TAKEN = ["acme", "crm_acme.py:", "bad 2.0 (", "crm_bad.py:", "CRM_DISABLE_PLUGINS=acme", "needs another name"]
"""What is said where another plugin has a name already: both of them, and the way out."""

SET_ASIDE = {
    "two_fields": _twice("field", "Field('bad.x', int, on=Customer)", "Field('bad.x', str, on=Customer)"),
    "two_settings": _twice("setting", "Setting('bad.x', 1)", "Setting('bad.x', 2)"),
    "two_metrics": _twice("metric", "Metric('bad.x', count(purchase))", "Metric('bad.x', total(purchase.amount))"),
    "two_schemes": _twice("scheme", "Scheme('bad.x', Segment('a'))", "Scheme('bad.x', Segment('b'))"),
    "two_rules": _twice(
        "rule", "Rule('bad.x', Purchase, purchase.amount > 0)", "Rule('bad.x', Purchase, purchase.amount > 1)"
    ),
    "two_views": _twice("view", "View('bad.x', ['id'])", "View('bad.x', ['name'])"),
    "two_reports": _twice("report", "Report('bad.x', print)", "Report('bad.x', len)"),
    "two_commands": _twice("command", "click.Command('bad-x')", "click.Command('bad-x')"),
    "two_stores": _twice("store", "StoreKind('badstore', print)", "StoreKind('badstore', len)"),
    "two_records": (
        _returning(
            "record", "One, Two", "@record('note')\nclass One(Record): pass\n@record('note')\nclass Two(Record): pass\n"
        ),
        "failed",
        ["'note' is declared twice: as a record at ", "rename one of them"],
    ),
    "record_type_of_another_plugin": (
        _returning("record", "Visit", "@record('visit')\nclass Visit(Record): pass\n"),
        "conflict",
        ["two plugins provide the record 'visit'", *TAKEN],
    ),
    "command_of_another_plugin": (
        _returning("command", "click.Command('greet')"),
        "conflict",
        ["two plugins provide the command 'greet'", *TAKEN],
    ),
    "command_like_a_record_type_of_another_plugin": (
        _returning("command", "click.Command('visit')"),
        "conflict",
        ["two plugins provide the record or command 'visit'", *TAKEN],
    ),
    "store_of_another_plugin": (
        _returning("store", "StoreKind('ledger', len)"),
        "conflict",
        ["two plugins provide the store 'ledger'", *TAKEN],
    ),
    "metric_of_another_plugin": (
        _returning(
            "scheme", "Scheme('bad.x', Segment('a', when=Metric('acme.spend', count(purchase)) > 1), Segment('b'))"
        ),
        "failed",
        ["the metric 'acme.spend' (", "crm_bad.py:9) comes from the plugin 'bad'", "call it 'bad.spend'"],
    ),
    "core_command": (
        _returning("command", "click.Command('import')"),
        "conflict",
        ["the command 'import' (", "crm_bad.py:7) is a name of the core; choose another"],
    ),
    "core_record_type": (
        _returning("record", "Mine", "@record('customer')\nclass Mine(Record): pass\n"),
        "conflict",
        ["two plugins provide the record 'customer'", "The core's names cannot be taken"],
    ),
    **{
        f"table_{table}": (
            _returning("record", "Mine", f"@record('{table}')\nclass Mine(Record): pass\n"),
            "conflict",
            [f"the record '{table}' (", "crm_bad.py:9) is a name of the core; choose another"],
        )
        for table in ("run", "setting", "company", "plugin", "scheme", "population", "outbox", "import")
    },
    "odd_name_of_a_command": (
        _returning("command", "click.Command('--help')"),
        "failed",
        ["the command '--help' (", "crm_bad.py:7): has a name that cannot be used"],
    ),
    "metric_of_itself": (
        _returning(
            "metric",
            "x",
            "x = Metric('bad.x', total(purchase.amount) + 1)\nobject.__setattr__(x, 'term', x.term + x)\n",
        ),
        "failed",
        ["RecursionError", "crm_bad.py"],
    ),
    "schemes_in_a_circle": (
        _returning(
            "scheme",
            "x",
            "x = Scheme('bad.x', Segment('a'), )\n"
            "y = Scheme('bad.y', Segment('a', when=x.is_('a')), Segment('b'))\n"
            "object.__setattr__(x, 'segments', (Segment('a', when=y.is_('a')),))\n",
        ),
        "failed",
        ["the scheme 'bad.", "crm_bad.py) refers to itself"],
    ),
}
"""What two declarations together make wrong: the code, the state, and what its record must say."""

_FINE = """\
from crmcore import Customer, Field, hookimpl
@hookimpl
def crm_fields():
    return [Field('bad.chairs', int, on=Customer)]
"""

MISBEHAVING = {
    "prints_at_import": ("print('hello')\n" + _FINE, "it printed to standard output"),
    "writes_to_stdout_in_a_hook": (
        "import sys\n" + _FINE.replace("    return", "    sys.stdout.write('noise')\n    return"),
        "it printed to standard output",
    ),
    "prints_bytes": ("import sys\nsys.stdout.buffer.write(b'noise')\n" + _FINE, "it printed to standard output"),
    "changes_the_path": ("import sys\nsys.path.insert(0, '/nowhere')\n" + _FINE, "it changed sys.path"),
    "replaces_the_path": ("import sys\nsys.path = ['/nowhere']\n" + _FINE, "it changed sys.path"),
    "changes_the_locale": (
        "import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')\nlocale.setlocale(locale.LC_CTYPE, 'C')\n" + _FINE,
        "it changed the locale",
    ),
    "catches_signals": (
        "import signal\nsignal.signal(signal.SIGTERM, lambda *_: None)\n" + _FINE,
        "it changed signal handlers",
    ),
    "changes_the_environment": (
        "import os\nos.environ['CRM_STORE'] = 'other.json'\nos.environ.pop('CRM_ACTOR', None)\n" + _FINE,
        "it changed CRM_ACTOR, CRM_STORE in os.environ",
    ),
    "changes_the_folder": ("import os\nos.chdir('/')\n" + _FINE, "it changed the working directory"),
    "changes_arithmetic": ("import decimal\ndecimal.getcontext().prec = 2\n" + _FINE, "it changed decimal arithmetic"),
    "limits_recursion": ("import sys\nsys.setrecursionlimit(200)\n" + _FINE, "it changed the recursion limit"),
    "closes_its_ears": ("import io, sys\nsys.stderr = io.StringIO()\n" + _FINE, "it changed sys.stderr"),
    "takes_its_time": ("import time\ntime.sleep(0.06)\n" + _FINE, "loading it takes 0."),
}
"""Plugins that work, and do to everybody what only the program itself may do: the code, and the warning."""
