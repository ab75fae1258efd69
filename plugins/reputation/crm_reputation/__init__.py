"""Reputation: the grade that a platform gives a shop for how it has done over a long time."""

from crmcore import Field, Metric, Record, Report, Rule, Scheme, Setting, View, hookimpl

from . import facts, grade
from .views import VIEWS, quarters


@hookimpl
def crm_records() -> tuple[type[Record], ...]:
    return (facts.ShopRating,)


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return (facts.shown_grade,)


@hookimpl
def crm_rules() -> tuple[Rule, ...]:
    return (facts.stars,)


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return facts.METRICS


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (*facts.SETTINGS, *grade.SETTINGS)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (grade.grade,)


@hookimpl
def crm_views() -> tuple[View, ...]:
    return VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (quarters,)
