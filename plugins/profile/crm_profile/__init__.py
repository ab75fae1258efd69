"""Profile: traits of persons, by which a company foresees what they may buy and promotes it with a purpose.

The source names the traits and no classes: bands, choices and temperaments are ours. They are personal data; the income
and the temperament, which is somebody's judgement, are sensitive.
"""

from crmcore import Field, Metric, Playbook, Scheme, Setting, View, hookimpl

from . import temperament, traits
from .playbooks import PLAYBOOKS
from .views import VIEWS


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return (*traits.FIELDS, *temperament.FIELDS)


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return (traits.age,)


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return traits.SETTINGS


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (*traits.SCHEMES, temperament.temperament)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return VIEWS
