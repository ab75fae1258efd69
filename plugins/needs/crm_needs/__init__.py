"""Needs: what customers look for, stated by people or derived from what they talk about.

"Customer need" is the name of two schemes in the sources, with different answers. They share the facts and nothing else.
"""

from crmcore import Field, Metric, Playbook, Scheme, Setting, View, hookimpl

from . import facts, need, requirement
from .views import VIEWS


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return facts.FIELDS


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return (need.derived_need, requirement.derived_requirement)


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (*facts.SETTINGS, requirement.arrange_days)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (need.need, requirement.requirement)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return (*need.PLAYBOOKS, *requirement.PLAYBOOKS)


@hookimpl
def crm_views() -> tuple[View, ...]:
    return VIEWS
