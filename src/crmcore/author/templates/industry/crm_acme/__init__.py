"""Acme: an industry whose customers have contracts, and cases on them.

What is recorded stands in `records`, what is asked about customers in `care`, what is shown in `tables`,
what is done in `commands`. The hooks below are all that `crm` sees.
"""

from typing import TYPE_CHECKING

from crmcore import Field, Record, Report, Rule, Scheme, View, hookimpl

from . import care, records, tables

if TYPE_CHECKING:
    import click


@hookimpl
def crm_records() -> list[type[Record]]:
    """Add the record types, with commands such as `crm acme_contract add`."""
    return [records.Contract, records.Case]


@hookimpl
def crm_fields() -> list[Field]:
    """Add the field to the customer."""
    return [records.satisfaction]


@hookimpl
def crm_rules() -> list[Rule]:
    """Check every contract that is added, edited or imported from now on."""
    return [records.ends_after_beginning]


@hookimpl
def crm_schemes() -> list[Scheme]:
    """Add the scheme; its metrics and settings are found by walking the rules."""
    return [care.care]


@hookimpl
def crm_views() -> list[View]:
    """Add the view: `crm view acme.renewals`."""
    return [tables.renewals]


@hookimpl
def crm_reports() -> list[Report]:
    """Add the report: `crm report acme.plans`."""
    return [tables.plans]


@hookimpl
def crm_commands() -> list["click.Command"]:
    """Add the command; it and click are imported here, so that nobody else waits for them."""
    from .commands import acme

    return [acme]
