"""The hooks: everything that a plugin can add to a company's CRM, in the order in which it is asked.

A plugin is a module named by an entry point of the group ``crm.plugins``, whose name is the prefix of its names. A hook
is a function without parameters, decorated with ``@hookimpl``, that returns what it adds; the two events are told.

Hooks are called once, when a store is opened, before any customer is read. What metrics, schemes and views are made of
is found by walking them: the settings, fields, metrics, schemes and record types that a rule uses need no hook.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs
import pluggy
from attrs import frozen

from crmcore.attributes import FUNCTION, Shape, is_line, named
from crmcore.entities import Record
from crmcore.grammar.constraints import Constraint
from crmcore.grammar.declare import Field, Metric, Rule, Scheme, Setting
from crmcore.grammar.migrations import Migration
from crmcore.grammar.playbooks import Playbook
from crmcore.view import Report, View

if TYPE_CHECKING:
    import click

    from crmcore.engines import Engine
    from crmcore.evaluation.placements import Move
    from crmcore.store import Change, Store

__all__ = [
    "ENTRY_POINT_GROUP",
    "EngineKind",
    "StoreKind",
    "crm_commands",
    "crm_committed",
    "crm_constraints",
    "crm_engines",
    "crm_fields",
    "crm_metrics",
    "crm_migrations",
    "crm_placements_changed",
    "crm_playbooks",
    "crm_records",
    "crm_reports",
    "crm_rules",
    "crm_schemes",
    "crm_settings",
    "crm_stores",
    "crm_views",
    "hookimpl",
    "hookspec",
]

ENTRY_POINT_GROUP: Final = "crm.plugins"

hookspec: Final = pluggy.HookspecMarker("crm")
hookimpl: Final = pluggy.HookimplMarker("crm")

_SCHEME: Final = named(
    r"[a-z][a-z0-9+.-]{0,59}", "a name of small letters, digits, +, . and - that begins with a letter"
)
_ENGINE: Final = named(r"[a-z][a-z0-9_-]{0,59}", "a name of small letters, digits, - and _ that begins with a letter")
_OPTIONS: Final = Shape(
    "names, each with what it does",
    lambda value: isinstance(value, Mapping) and all(map(is_line, (*value, *value.values()))),
)


@frozen
class StoreKind:
    """A kind of store: the scheme of its URLs (``sqlite`` in ``sqlite:///crm.db``) and the function that opens one."""

    scheme: str = attrs.field(validator=_SCHEME)
    open: "Callable[[str], Store]" = attrs.field(validator=FUNCTION)


@frozen
class EngineKind:
    """A way to classify all customers at once: ``open`` takes the options that were given and returns the engine.

    ``version`` says which library it runs on, and raises `CrmError` with what to install where that is missing.
    ``options`` says of each option what it does; the first is the one for most.
    """

    name: str = attrs.field(validator=_ENGINE)
    version: "Callable[[], str]" = attrs.field(validator=FUNCTION)
    open: "Callable[[Mapping[str, str]], Engine]" = attrs.field(validator=FUNCTION)
    options: "Mapping[str, str]" = attrs.field(default=MappingProxyType({}), validator=_OPTIONS)


# --- what the company records -----------------------------------------------------------------------------------------


@hookspec
def crm_records() -> Iterable[type[Record]]:
    """Add record types that no rule of yours reaches.

    When: once, when a store is opened.
    Return: classes decorated with ``@record``; a record type's name carries no prefix.
    Conflicts: a name that another record type or command has sets the later plugin aside.
    On error: the plugin is set aside as failed; what it has stored is kept.
    Since: 0.1.0

    >>> @record("visit", links={"customer": "customer"})
    ... class Visit(Record):
    ...     customer: str = column(TEXT, required=True, refers_to=Customer)
    >>> @hookimpl
    ... def crm_records():
    ...     return [Visit]
    """
    return ()


@hookspec
def crm_fields() -> Iterable[Field]:
    """Add stored values to record types, the core's or any other plugin's.

    When: once, when a store is opened.
    Return: fields named ``plugin.name``.
    Conflicts: a different field, metric, scheme or setting of that name sets the later plugin aside.
    On error: the plugin is set aside as failed; stored values are kept and shown as they stand.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_fields():
    ...     return [Field("northwind.chairs", int, on=Customer, unit="chairs")]
    """
    return ()


@hookspec
def crm_settings() -> Iterable[Setting]:
    """Add numbers and choices that no rule uses, and secrets; code reads them by ``opened(ctx).setting(size)``.

    When: once, when a store is opened.
    Return: settings named ``plugin.name``; one that some rule does use is the store's, and changes for all at once.
    Conflicts: a different field, metric, scheme or setting of that name sets the later plugin aside.
    On error: the plugin is set aside as failed; values that were set are kept.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_settings():
    ...     return [Setting("northwind.letter_size", "A4", choices=("A4", "letter"))]
    """
    return ()


@hookspec
def crm_rules() -> Iterable[Rule]:
    """Add conditions that records must meet to be stored.

    When: once, when a store is opened; the rules hold for every later change.
    Return: rules named ``plugin.name``; a record for which one is false is refused with its message.
    Conflicts: a different rule of that name sets the later plugin aside.
    On error: the plugin is set aside as failed, and its rules are not checked.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_rules():
    ...     paid = rows(Purchase).amount >= 0
    ...     return [Rule("northwind.no_returns", Purchase, paid, message="We take nothing back")]
    """
    return ()


@hookspec
def crm_constraints() -> Iterable[Constraint]:
    """Add what must hold of several records together, or of how one changes; what one record can tell is a rule.

    When: once, when a store is opened; they are asked before every later commit that changes a record they look at.
    Return: constraints named ``plugin.name``, which yield a breach for each record that is refused, with a message.
    Conflicts: a different constraint of that name sets the later plugin aside.
    On error: the plugin is set aside as failed, and nothing is checked; one that raises refuses the commit.
    Since: 0.1.0

    >>> def names_stay(pending):
    ...     moved = [new for old, new in pending.changed(Customer) if old and new and new.name != old.name]
    ...     return [Breach(new, "Nobody changes its name", "name") for new in moved]
    >>> @hookimpl
    ... def crm_constraints():
    ...     return [Constraint("northwind.names_stay", Customer, names_stay)]
    """
    return ()


@hookspec
def crm_migrations() -> Iterable[Migration]:
    """Add steps that bring stored data into the form that newer code of yours expects.

    When: once, when a store is opened; a step is run by ``crm plugin migrate`` alone.
    Return: migrations, append-only, whose numbers are 2, 3, 4 ... without gaps; one for each number and record type.
    Conflicts: two for one number and record type set the plugin aside.
    On error: the plugin is set aside as failed; a step that raises stops the migration, and nothing is written.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_migrations():
    ...     return [Migration(2, Customer, lambda old: {"northwind.chairs": old.pop("northwind.seats", None), **old})]
    """
    return ()


# --- what it asks about its customers ---------------------------------------------------------------------------------


@hookspec
def crm_metrics() -> Iterable[Metric]:
    """Add computed values that no scheme or view of yours uses.

    When: once, when a store is opened; they are computed where somebody lists them.
    Return: metrics named ``plugin.name``.
    Conflicts: a different field, metric, scheme or setting of that name sets the later plugin aside.
    On error: the plugin is set aside as failed.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_metrics():
    ...     return [Metric("northwind.spend", total(rows(Purchase).amount))]
    """
    return ()


@hookspec
def crm_schemes() -> Iterable[Scheme]:
    """Add questions about each customer, with their ordered answers.

    When: once, when a store is opened; ``crm classify`` then places every customer.
    Return: schemes named ``plugin.name``.
    Conflicts: a different field, metric, scheme or setting of that name sets the later plugin aside.
    On error: the plugin is set aside as failed; its placements stay and are reported as stale.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_schemes():
    ...     buys = count(rows(Purchase)) > 0
    ...     return [Scheme("northwind.stage", Segment("buyer", when=buys), Segment("prospect"))]
    """
    return ()


@hookspec
def crm_playbooks() -> Iterable[Playbook]:
    """Add what is to be done for the customers of a segment, of your own schemes or of any other plugin's.

    When: once, when a store is opened; tasks are raised and closed when customers are placed, in the same commit.
    Return: playbooks named ``plugin.name``.
    Conflicts: a different playbook of that name sets the later plugin aside.
    On error: the plugin is set aside as failed; tasks that it has raised stay as they are.
    Since: 0.1.0

    >>> stage = Scheme("northwind.stage", Segment("buyer", when=count(rows(Purchase)) > 0), Segment("prospect"))
    >>> welcome = TaskTemplate("welcome", {"en": "Say welcome", "zh": "表示欢迎"}, due=7)
    >>> @hookimpl
    ... def crm_playbooks():
    ...     return [Playbook("northwind.buyers", stage, "buyer", welcome, cadence=90)]
    """
    return ()


# --- what it shows ----------------------------------------------------------------------------------------------------


@hookspec
def crm_views() -> Iterable[View]:
    """Add declared tables: columns, filter, order and grouping.

    When: once, when a store is opened; the table is made when somebody asks for it.
    Return: views named ``plugin.name``.
    Conflicts: a different view of that name sets the later plugin aside.
    On error: the plugin is set aside as failed.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_views():
    ...     return [View("northwind.phone_list", ["name", "phone"], sort="name")]
    """
    return ()


@hookspec
def crm_reports() -> Iterable[Report]:
    """Add functions that make tables from the company's data.

    When: once, when a store is opened; the function is called when somebody asks for the report.
    Return: reports named ``plugin.name``.
    Conflicts: a different report of that name sets the later plugin aside.
    On error: the plugin is set aside as failed; an error inside a report stops only that report.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_reports():
    ...     return [Report("northwind.hello", lambda company: [Table(("greeting",), (("hello",),))])]
    """
    return ()


# --- how it works with it ---------------------------------------------------------------------------------------------


@hookspec
def crm_commands() -> "Iterable[click.Command]":
    """Add commands to ``crm``.

    When: once, when a store is opened; import click and heavy libraries inside the functions that need them.
    Return: click commands or groups, no prefix; a group called like a record type of yours, or playbook, joins that one.
    Conflicts: a name that another command or record type has sets the later plugin aside.
    On error: the plugin is set aside as failed; an error inside a command stops only that command.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_commands():
    ...     import click
    ...     return [click.Command("letters", help="Print letters to customers.")]
    """
    return ()


@hookspec
def crm_stores() -> Iterable[StoreKind]:
    """Add places where a company's data can be kept.

    When: once, before the store is opened.
    Return: store kinds; ``open`` takes a URL and returns a store without touching anything yet.
    Conflicts: a URL scheme that another plugin has sets the later plugin aside.
    On error: the plugin is set aside as failed, and its stores cannot be opened.
    Since: 0.1.0

    >>> def open_ledger(url):
    ...     return Ledger(url)  # your class with the methods of crmcore.store.Store
    >>> @hookimpl
    ... def crm_stores():
    ...     return [StoreKind("ledger", open_ledger)]
    """
    return ()


@hookspec
def crm_engines() -> Iterable[EngineKind]:
    """Add ways to classify all customers at once, such as on a cluster; their answers are those of the core, exactly.

    When: once, when a store is opened; import heavy libraries inside ``version`` and ``open``.
    Return: engine kinds; a name carries no prefix and is what ``crm classify --engine`` takes.
    Conflicts: a name that another engine has sets the later plugin aside.
    On error: the plugin is set aside as failed; an engine that raises stops the run, and nothing is written.
    Since: 0.1.0

    >>> def open_grid(options):
    ...     return Grid(options)  # your class with the methods of crmcore.engines.Engine
    >>> @hookimpl
    ... def crm_engines():
    ...     return [EngineKind("grid", lambda: "grid 2.1", open_grid, {"master": "address of the cluster"})]
    """
    return ()


# --- what happened ----------------------------------------------------------------------------------------------------


@hookspec
def crm_committed(changes: "Sequence[Change]") -> None:
    """Act on documents that have just been stored.

    When: after every commit, at least once, in the order of commits.
    Return: nothing.
    Conflicts: none; every plugin is told.
    On error: the others are still told and the commit stands; this plugin is told again later.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_committed(changes):
    ...     gone = [change.key for change in changes if change.after is None]
    """


@hookspec
def crm_placements_changed(moves: "Sequence[Move]") -> None:
    """Act on customers that have just come into another segment.

    When: after every commit that moved somebody, at least once, in the order of commits.
    Return: nothing.
    Conflicts: none; every plugin is told.
    On error: the others are still told and the placements stand; this plugin is told again later.
    Since: 0.1.0

    >>> @hookimpl
    ... def crm_placements_changed(moves):
    ...     lost = [move.customer for move in moves if move.after == "lost"]
    """
