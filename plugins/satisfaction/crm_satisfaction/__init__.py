"""Satisfaction: surveys on any scale, complaints, and which customers are satisfied."""

from crmcore import Metric, Record, Report, Rule, Scheme, Setting, View, hookimpl

from . import level, records, views


@hookimpl
def crm_records() -> tuple[type[Record], ...]:
    return (records.Survey, records.Complaint)


@hookimpl
def crm_rules() -> tuple[Rule, ...]:
    return records.RULES


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return level.METRICS


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return level.SETTINGS


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (level.satisfaction,)


@hookimpl
def crm_views() -> tuple[View, ...]:
    return views.VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (views.report,)
