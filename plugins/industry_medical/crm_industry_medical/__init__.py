"""A hospital: patients, registration, charging, pharmacy, drug store, wards and follow-up."""

from typing import TYPE_CHECKING

from crmcore import Constraint, Field, Metric, Playbook, Record, Report, Rule, Scheme, Setting, View, hookimpl

from . import (
    aftercare,
    care,
    charging,
    drug_store,
    encounters,
    fhir_parts,
    followup,
    inpatient,
    inpatient_orders,
    ledger,
    metrics,
    orders,
    patients,
    pharmacy,
    playbooks,
    prescriptions,
    registration,
    reporting,
    reports_flow,
    reports_money,
    reports_stock,
    scheduling,
    settlement,
    views,
    visiting,
)

if TYPE_CHECKING:
    import click

WITH_RECORDS = (
    patients,
    scheduling,
    registration,
    encounters,
    orders,
    prescriptions,
    inpatient,
    inpatient_orders,
    charging,
    drug_store,
    settlement,
    followup,
    fhir_parts,
)
WITH_CONSTRAINTS = (
    patients,
    scheduling,
    registration,
    encounters,
    orders,
    prescriptions,
    inpatient,
    inpatient_orders,
    drug_store,
    pharmacy,
    ledger,
    settlement,
)
WITH_RULES = (
    patients,
    scheduling,
    registration,
    encounters,
    orders,
    prescriptions,
    inpatient,
    inpatient_orders,
    charging,
    drug_store,
)


@hookimpl
def crm_records() -> tuple[type[Record], ...]:
    return tuple(one for module in WITH_RECORDS for one in module.RECORDS)


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return (*patients.FIELDS, *care.FIELDS)


@hookimpl
def crm_rules() -> tuple[Rule, ...]:
    return tuple(one for module in WITH_RULES for one in module.RULES)


@hookimpl
def crm_constraints() -> tuple[Constraint, ...]:
    return tuple(one for module in WITH_CONSTRAINTS for one in module.CONSTRAINTS)


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return metrics.METRICS


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (*visiting.SCHEMES, *care.SCHEMES, *aftercare.SCHEMES)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return playbooks.PLAYBOOKS


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return reporting.SETTINGS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return views.VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (*reports_money.REPORTS, *reports_flow.REPORTS, *reports_stock.REPORTS)


@hookimpl
def crm_commands() -> tuple["click.Command", ...]:
    from .desk_commands import clinic, counter  # noqa: PLC0415 - only who asks for commands waits for click
    from .fhir_commands import fhir  # noqa: PLC0415 - the same
    from .ward_commands import beds, pharmacy, store  # noqa: PLC0415 - the same

    return (clinic, counter, pharmacy, store, beds, fhir)
