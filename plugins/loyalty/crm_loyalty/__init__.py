"""Loyalty: loyal, established and new customers and prospects, by attitude and by four marks of loyal purchase.

The bare role of a loyal customer is `lifecycle.role`, and a loyal customer by number of purchases `lifecycle.stage`.
"""

from crmcore import Field, Metric, Playbook, Scheme, Setting, View, hookimpl

from . import loyalty, marks, playbooks
from .views import VIEWS


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return marks.FIELDS


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return marks.METRICS


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (*marks.SETTINGS, *loyalty.SETTINGS, *playbooks.SETTINGS)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (loyalty.loyalty,)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return playbooks.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return VIEWS
