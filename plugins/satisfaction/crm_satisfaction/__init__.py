"""Satisfaction: surveys on any scale, complaints, feedback, and which customers are satisfied."""

from crmcore import Constraint, Metric, Record, Report, Rule, Scheme, Setting, View, hookimpl

from . import feedback, level, records, views


@hookimpl
def crm_records() -> tuple[type[Record], ...]:
    return (records.Survey, records.Complaint, feedback.FeedbackCategory, feedback.Feedback)


@hookimpl
def crm_rules() -> tuple[Rule, ...]:
    return (*records.RULES, *feedback.RULES)


@hookimpl
def crm_constraints() -> tuple[Constraint, ...]:
    return feedback.CONSTRAINTS


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
    return (*views.VIEWS, feedback.view)


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (views.report, feedback.report)
