"""Insight: how schemes divide customers, what other settings would do, who went where, and what came of it."""

from typing import Any

from crmcore import Metric, Report, Setting, hookimpl

from . import reports, settings, tables


@hookimpl
def crm_metrics() -> tuple[Metric, ...]:
    return (tables.revenue,)


@hookimpl
def crm_settings() -> tuple[Setting, ...]:
    return settings.SETTINGS


@hookimpl
def crm_reports() -> tuple[Report, ...]:
    return reports.REPORTS


@hookimpl
def crm_commands() -> tuple[Any, ...]:
    from .commands import COMMANDS  # noqa: PLC0415 - only where a command is asked for

    return COMMANDS
