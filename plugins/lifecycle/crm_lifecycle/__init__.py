"""Lifecycle: how far a party has come with the company, from never having bought to no longer buying.

Status, stage, position, purchase behaviour and role are separate schemes over shared facts. "Potential customer" occurs
in four of them and means something else in each; see the segments' ``doc``.
"""

from crmcore import Field, Metric, Playbook, Scheme, Setting, View, hookimpl

from . import facts, playbooks, position, stage
from .status import status
from .views import VIEWS


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return facts.FIELDS


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return facts.METRICS


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (*facts.SETTINGS, *stage.SETTINGS, *position.SETTINGS, *playbooks.SETTINGS)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (status, stage.stage, position.position, position.buyer, position.role)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return playbooks.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return VIEWS
