"""Insurance: policies, premiums, claims, risk alerts and funds of an insurer.

What is recorded stands in `products`, `policies`, `premiums`, `claims` and `alerts`; which steps are possible in `machines`;
what a step does in `policy_work`, `premium_work` and `claim_work`; what is asked about customers in `facts`, `lifecycle`
and `worth`.
"""

from typing import TYPE_CHECKING

from crmcore import Constraint, Metric, Playbook, Record, Report, Rule, Scheme, Setting, View, hookimpl

from . import (
    alerts,
    board_reports,
    claim_reports,
    claims,
    cover,
    experience,
    facts,
    lifecycle,
    loss_reports,
    machines,
    playbooks,
    policies,
    premium_reports,
    premiums,
    products,
    rules,
    settings,
    views,
    worth,
)

if TYPE_CHECKING:
    import click


@hookimpl
def crm_records() -> tuple[type[Record], ...]:
    return (*products.RECORDS, *policies.RECORDS, *premiums.RECORDS, *claims.RECORDS, *alerts.RECORDS)


@hookimpl
def crm_rules() -> tuple[Rule, ...]:
    return rules.RULES


@hookimpl
def crm_constraints() -> tuple[Constraint, ...]:
    return (*machines.CONSTRAINTS, rules.SHARES)


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return settings.SETTINGS


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return (*facts.METRICS, *experience.METRICS, *cover.METRICS)


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (*lifecycle.SCHEMES, *worth.SCHEMES)


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return playbooks.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return views.VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return (*premium_reports.REPORTS, *loss_reports.REPORTS, *claim_reports.REPORTS, *board_reports.REPORTS)


@hookimpl
def crm_commands() -> "list[click.Command]":
    from .alert_commands import alert  # noqa: PLC0415 - nobody else waits for commands and click
    from .claim_commands import claim  # noqa: PLC0415 - the same
    from .policy_commands import policy  # noqa: PLC0415 - the same
    from .premium_commands import premium  # noqa: PLC0415 - the same

    return [policy, premium, claim, alert]
