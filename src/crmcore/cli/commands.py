"""The commands of the core: where each stands, and its line in ``crm --help``. Nothing here imports anything."""

from typing import Final

RECORDS: Final = {
    "customer": "Customers: list, show, add, edit, remove, export.",
    "contact": "People at customers.",
    "purchase": "Purchases and returns.",
    "purchase_line": "Products on purchases.",
    "interaction": "Calls, visits, letters, messages.",
    "task": "Things to do for customers.",
}

COMMANDS: Final = {
    "init": ("crmcore.cli.stores:init", "Make a new store."),
    "import": ("crmcore.cli.imports:import_files", "Read records from files."),
    "classify": ("crmcore.cli.classification:classify", "Place customers in the segments of all schemes."),
    "segments": ("crmcore.cli.segments:segments", "Count customers and revenue per segment."),
    "explain": ("crmcore.cli.explaining:explain", "Say why a customer is in its segments."),
    "history": ("crmcore.cli.timelines:history", "List where a customer was, from when until when."),
    "upcoming": ("crmcore.cli.timelines:upcoming", "List the customers that time alone will move."),
    "playbook": ("crmcore.cli.playbooks:playbook", "See what is to be done for the customers of segments."),
    "view": ("crmcore.cli.views:view", "Print a declared table."),
    "report": ("crmcore.cli.views:report", "Print a report."),
    "log": ("crmcore.cli.history:log", "List what was changed, when and by whom."),
    "undo": ("crmcore.cli.history:undo", "Reverse a change."),
    "plugin": ("crmcore.cli.plugins:plugin", "See what plugins add, and why one does not work."),
    "config": ("crmcore.cli.settings:config", "See and apply settings."),
    "completion": ("crmcore.cli.completing:completion", "Let the shell complete commands and names."),
    "doctor": ("crmcore.cli.doctor:doctor", "Look for what is wrong, and say what to do."),
    "store": ("crmcore.cli.stores:store", "Inspect, check, back up, copy and restore the store."),
}

SECTIONS: Final = (
    ("Records", tuple(RECORDS)),
    ("Classification", ("classify", "segments", "explain", "history", "upcoming", "playbook")),
    ("Tables", ("view", "report")),
    ("Company", ("init", "import", "log", "undo", "config", "doctor", "store", "plugin", "completion")),
)
"""How ``crm --help`` groups them."""

PLUGINS: Final = "From plugin"


def target(name: str) -> str:
    """Return where a core command stands as ``module:attribute``, or nothing."""
    if name in RECORDS:
        return f"crmcore.cli.records:{name}"
    return COMMANDS[name][0] if name in COMMANDS else ""


def short_help(name: str) -> str:
    """Return the one-line help of a core command."""
    return RECORDS.get(name) or COMMANDS[name][1]
