"""Party type: whether a customer buys for itself or as an organization, in which several people decide step by step."""

from crmcore import Field, Metric, Playbook, Record, Rule, Scheme, Setting, View, hookimpl

from . import facts, schemes
from .views import VIEWS


@hookimpl
def crm_records() -> tuple[type[Record], ...]:
    return (facts.PurchaseProcess, facts.PurchaseStep)


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return (facts.buys_in_name,)


@hookimpl
def crm_rules() -> tuple[Rule, ...]:
    return (facts.closed_after_opened,)


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return facts.METRICS


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (facts.intake_days,)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (schemes.party_type,)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return schemes.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return VIEWS
