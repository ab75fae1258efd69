"""Intent: how strongly customers intend to buy, return visits by grade, and leads from source to purchase."""

from crmcore import Field, Metric, Playbook, Report, Rule, Scheme, Setting, View, hookimpl

from . import grade, leads, strength, views


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return (*strength.FIELDS, *leads.FIELDS)


@hookimpl
def crm_rules() -> tuple[Rule, ...]:
    return strength.RULES


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return strength.METRICS


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (*strength.SETTINGS, *grade.SETTINGS, *leads.SETTINGS)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (grade.grade, leads.source, leads.lead)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return grade.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return views.VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (views.report,)
