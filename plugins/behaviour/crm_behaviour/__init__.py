"""Behaviour: what customers have bought and how they buy, and which related products they may want."""

from typing import TYPE_CHECKING

from crmcore import Metric, Playbook, Report, Scheme, Setting, View, hookimpl

from . import purchases, related, schemes, views

if TYPE_CHECKING:
    import click


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return purchases.METRICS


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (*purchases.SETTINGS, *related.SETTINGS)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return schemes.SCHEMES


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return schemes.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return views.VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return related.REPORTS


@hookimpl
def crm_commands() -> "tuple[click.Command, ...]":
    return (related.suggest_command(),)
