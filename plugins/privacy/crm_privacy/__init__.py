"""Privacy: everything about a person in one file, erasing it for good, and how long data is kept."""

from typing import TYPE_CHECKING

from crmcore import Metric, Scheme, Setting, View, hookimpl

from . import retention

if TYPE_CHECKING:
    import click


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return retention.METRICS


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return retention.SETTINGS


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return (retention.retention,)


@hookimpl
def crm_views() -> tuple[View, ...]:
    return (retention.due,)


@hookimpl
def crm_commands() -> "tuple[click.Command, ...]":
    from .commands import privacy  # noqa: PLC0415 - click is needed only where commands are

    return (privacy(),)
