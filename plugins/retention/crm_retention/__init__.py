"""Retention: who has fallen silent, and who may be leaving, with the reasons and in three levels of warning."""

from crmcore import Metric, Playbook, Report, Scheme, Setting, View, hookimpl

from . import playbooks, signals, silence, views, warning


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return (*silence.METRICS, *signals.METRICS)


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (*silence.SETTINGS, *signals.SETTINGS, *warning.SETTINGS, *playbooks.SETTINGS)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (silence.silence, warning.warning)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return playbooks.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return views.VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (views.report,)
