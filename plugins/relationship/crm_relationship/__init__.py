"""Relationship: what a party is to the company, whether it buys from it, serves it, takes from it, or belongs to it.

A department or an authority is a customer here, too: the party need not buy.
"""

from crmcore import Field, Metric, Playbook, Record, Report, Rule, Scheme, View, hookimpl

from . import chain, facts, relation
from .report import chains
from .views import VIEWS


@hookimpl
def crm_records() -> tuple[type[Record], ...]:
    return (chain.InternalService,)


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return facts.FIELDS


@hookimpl
def crm_rules() -> tuple[Rule, ...]:
    return (facts.a_proportion, chain.no_service_to_itself)


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return (chain.serves, chain.served_by)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return relation.SCHEMES


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return relation.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (chains,)
