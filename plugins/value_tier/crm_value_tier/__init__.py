"""Value tiers: what customers are worth to the company, by the customary ways of saying it.

VIP and key customers, contribution, medals, two levels, size, ABC and RFM are separate schemes over shared metrics.
Homonyms stay apart: "high value" by contribution and "high value" of two levels need not be the same customers.
"""

from crmcore import Metric, Playbook, Report, Scheme, Setting, View, hookimpl

from . import contribution, medal, metrics, playbooks, report, rfm, size, vip
from .views import VIEWS


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return (*metrics.METRICS, *rfm.METRICS)


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return (*vip.SETTINGS, *contribution.SETTINGS, *medal.SETTINGS, *size.SETTINGS, *rfm.SETTINGS, *playbooks.SETTINGS)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return report.SCHEMES


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return playbooks.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (report.report,)
