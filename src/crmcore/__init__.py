"""A customer-relationship framework whose rules are plugins.

Everything that a plugin may use is listed in ``__all__``; names are imported when they are first used, so that
``crm --help`` does not pay for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmcore.app import Crm
    from crmcore.cli.context import opened, read, shown
    from crmcore.cli.options import dated, formatted
    from crmcore.cli.showing import print_tables
    from crmcore.deprecations import CrmRemovedIn2Warning
    from crmcore.desk.forms import with_fields
    from crmcore.desk.importing import ImportOptions, import_file
    from crmcore.desk.listing import ListRequest, list_rows
    from crmcore.desk.permissions import reveal
    from crmcore.desk.retrying import retried
    from crmcore.desk.viewing import ReportContext, view_table
    from crmcore.entities import Record, column, record
    from crmcore.errors import (
        AlreadyDone,
        CommitUnknown,
        CrmError,
        Invalid,
        NotCommitted,
        NotFound,
        Overtaken,
        Problem,
        RuleError,
        StaleEdit,
        StoreBroken,
        StoreError,
        StoreLocked,
        StoreTooNew,
        UnknownName,
        UsageError,
    )
    from crmcore.evaluation.ahead import NextMove
    from crmcore.evaluation.placements import Move, Placement, Timeline
    from crmcore.evaluation.turning import Counterfactual
    from crmcore.grammar.constraints import Breach, Constraint, state_machine
    from crmcore.grammar.cuts import Cut, cuts_of
    from crmcore.grammar.declare import Field, Metric, Rule, Scheme, Segment, Setting
    from crmcore.grammar.expr import Predicate, Term, as_of
    from crmcore.grammar.migrations import Migration
    from crmcore.grammar.playbooks import Playbook, TaskTemplate
    from crmcore.grammar.terms import (
        band,
        choose,
        count,
        days_since,
        days_until,
        distinct,
        earliest,
        greatest,
        largest,
        last,
        latest,
        least,
        mean,
        nth_largest,
        pareto_cut,
        population_count,
        population_mean,
        population_total,
        quantile,
        rows,
        smallest,
        total,
    )
    from crmcore.grammar.walk import Needs, needs_of
    from crmcore.hookspecs import EngineKind, StoreKind, hookimpl
    from crmcore.kinds import BOOLEAN, DATE, INSTANT, INTEGER, MONEY, TEXT, TEXTS, decimal
    from crmcore.labels import Choices
    from crmcore.opening import (
        create,
        open,  # noqa: A004 - read as `crmcore.open("crm.json")`
    )
    from crmcore.records import Contact, Customer, Interaction, Purchase, PurchaseLine, Task
    from crmcore.speech.telling import tell
    from crmcore.speech.wording import describe
    from crmcore.storage.building_blocks import (
        log_line,
        log_problems,
        pack_document,
        read_backup,
        read_log_line,
        replace_file,
        sealed_entry,
        store_lock,
        store_reader,
        store_unit,
        stream_backup,
        write_backup,
    )
    from crmcore.storage.column_values import column_value
    from crmcore.storage.store_backup import BackupHeading, BackupSink
    from crmcore.store import (
        Change,
        ColumnShape,
        Document,
        LogEntry,
        Promises,
        Reader,
        Store,
        Transaction,
        outcome,
        quiet,
    )
    from crmcore.upkeep.erasing import Erasure, belongings_of, erase, erased_in
    from crmcore.view import Chart, Report, Table, View
    from crmcore.work.company import company
    from crmcore.work.evaluating import Evaluation
    from crmcore.work.field_values import Said
    from crmcore.work.pending import Pending
    from crmcore.work.state import State
    from crmcore.work.unit import Unit

__version__ = "0.1.0"


# without "open", which a star import must not put in the place of Python's
__all__ = [
    "BOOLEAN",
    "DATE",
    "INSTANT",
    "INTEGER",
    "MONEY",
    "TEXT",
    "TEXTS",
    "AlreadyDone",
    "BackupHeading",
    "BackupSink",
    "Breach",
    "Change",
    "Chart",
    "Choices",
    "ColumnShape",
    "CommitUnknown",
    "Constraint",
    "Contact",
    "Counterfactual",
    "Crm",
    "CrmError",
    "CrmRemovedIn2Warning",
    "Customer",
    "Cut",
    "Document",
    "EngineKind",
    "Erasure",
    "Evaluation",
    "Field",
    "ImportOptions",
    "Interaction",
    "Invalid",
    "ListRequest",
    "LogEntry",
    "Metric",
    "Migration",
    "Move",
    "Needs",
    "NextMove",
    "NotCommitted",
    "NotFound",
    "Overtaken",
    "Pending",
    "Placement",
    "Playbook",
    "Predicate",
    "Problem",
    "Promises",
    "Purchase",
    "PurchaseLine",
    "Reader",
    "Record",
    "Report",
    "ReportContext",
    "Rule",
    "RuleError",
    "Said",
    "Scheme",
    "Segment",
    "Setting",
    "StaleEdit",
    "State",
    "Store",
    "StoreBroken",
    "StoreError",
    "StoreKind",
    "StoreLocked",
    "StoreTooNew",
    "Table",
    "Task",
    "TaskTemplate",
    "Term",
    "Timeline",
    "Transaction",
    "Unit",
    "UnknownName",
    "UsageError",
    "View",
    "__version__",
    "as_of",
    "band",
    "belongings_of",
    "choose",
    "column",
    "column_value",
    "company",
    "count",
    "create",
    "cuts_of",
    "dated",
    "days_since",
    "days_until",
    "decimal",
    "describe",
    "distinct",
    "earliest",
    "erase",
    "erased_in",
    "formatted",
    "greatest",
    "hookimpl",
    "import_file",
    "largest",
    "last",
    "latest",
    "least",
    "list_rows",
    "log_line",
    "log_problems",
    "mean",
    "needs_of",
    "nth_largest",
    "opened",
    "outcome",
    "pack_document",
    "pareto_cut",
    "population_count",
    "population_mean",
    "population_total",
    "print_tables",
    "quantile",
    "quiet",
    "read",
    "read_backup",
    "read_log_line",
    "record",
    "replace_file",
    "retried",
    "reveal",
    "rows",
    "sealed_entry",
    "shown",
    "smallest",
    "state_machine",
    "store_lock",
    "store_reader",
    "store_unit",
    "stream_backup",
    "tell",
    "total",
    "view_table",
    "with_fields",
    "write_backup",
]


def __getattr__(name: str) -> Any:
    home = import_module(f"{__name__}.homes").HOME_OF.get(name)
    if home is None:
        if name.startswith("__"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(f"{__name__}.deprecations").old_name(name)
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
