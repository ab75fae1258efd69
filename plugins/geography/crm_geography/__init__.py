"""Geography: where customers are, by the divisions of China and by plain fields elsewhere, rolled up level by level."""

from typing import TYPE_CHECKING

from crmcore import Playbook, Report, Scheme, Setting, View, hookimpl

from . import region, views

if TYPE_CHECKING:
    import click


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return views.SETTINGS


@hookimpl
def crm_schemes() -> tuple[Scheme, ...]:
    return region.SCHEMES


@hookimpl
def crm_playbooks() -> tuple[Playbook, ...]:
    return region.PLAYBOOKS


@hookimpl
def crm_views() -> tuple[View, ...]:
    return views.VIEWS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return views.REPORTS


@hookimpl
def crm_commands() -> "tuple[click.Command, ...]":
    from .command import divisions_command  # noqa: PLC0415 - click, only where commands are asked for

    return (divisions_command(),)
