"""Channels: by which a customer buys, by which it speaks with us, and how fast and how well each is answered."""

from crmcore import Field, Metric, Playbook, Report, Rule, Scheme, Setting, View, hookimpl

from . import contact, facts, responses, sales, service, views


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return facts.FIELDS


@hookimpl
def crm_rules() -> tuple[Rule, ...]:
    return facts.RULES


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return (*sales.METRICS, *contact.METRICS, *service.METRICS)


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (*service.SETTINGS, *responses.SETTINGS)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (sales.sales_channel, contact.contact, contact.centre, service.service)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return service.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return views.VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (responses.report,)
