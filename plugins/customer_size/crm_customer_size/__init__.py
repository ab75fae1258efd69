"""Customer size on five sides: complexity, influence, closeness, a composite score, and layers.

Size by annual amount alone is `value_tier.size`; here is what else makes a customer large to the company.
"""

from crmcore import Field, Metric, Playbook, Scheme, Setting, View, hookimpl

from . import closeness, complexity, composite, influence, layer
from .playbooks import PLAYBOOKS
from .playbooks import SETTINGS as VISITS
from .views import VIEWS


@hookimpl
def crm_fields() -> tuple[Field, ...]:
    return (*complexity.FIELDS, *influence.FIELDS)


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return (*complexity.METRICS, *influence.METRICS, *composite.METRICS)


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (
        *complexity.SETTINGS,
        *influence.SETTINGS,
        *closeness.SETTINGS,
        *composite.SETTINGS,
        *layer.SETTINGS,
        *VISITS,
    )


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (complexity.complexity, influence.influence, closeness.closeness, composite.composite, layer.layer)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return VIEWS
