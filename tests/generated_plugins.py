"""Distributions that look installed: each a plugin with a scheme, a field, a command and a view."""

from pathlib import Path
from typing import Final

PLUGIN: Final = '''
"""Plugin {number} of many."""

import click
from crmcore import Customer, Field, Metric, Purchase, Scheme, Segment, View, hookimpl, rows, total

seats = Field("{name}.seats", int, on=Customer, default=0, unit="seats", label={{"en": "Seats", "zh": "座位数"}})
spend = Metric("{name}.spend", total(rows(Purchase).amount), label={{"en": "Spend", "zh": "消费额"}})
tier = Scheme(
    "{name}.tier",
    Segment("key", when=(spend >= {number}000) | (seats >= 40), label={{"en": "Key account", "zh": "重点客户"}}),
    Segment("standard", label={{"en": "Standard", "zh": "普通客户"}}),
    label={{"en": "Tier {number}", "zh": "等级{number}"}},
)


@click.command("{name}", help="Say that plugin {number} is there.", epilog="Example: crm {name}")
def say():
    click.echo("{name} is there")


@hookimpl
def crm_fields():
    return [seats]


@hookimpl
def crm_schemes():
    return [tier]


@hookimpl
def crm_views():
    return [View("{name}.best", ("id", "name", spend, tier), sort="-{name}.spend", label={{"en": "Best", "zh": "最佳"}})]


@hookimpl
def crm_commands():
    return [say]
'''


def generate(site: Path, count: int, *, first: int = 1) -> tuple[str, ...]:
    """Write so many distributions into a folder for PYTHONPATH; returns the plugins' names."""
    site.mkdir(parents=True, exist_ok=True)
    names = tuple(f"made{number:03}" for number in range(first, first + count))
    for number, name in enumerate(names, first):
        (site / f"crm_{name}.py").write_text(PLUGIN.format(number=number, name=name), "utf-8")
        install(site, name)
    return names


def install(site: Path, name: str, *, version: str = "1.0", requires: str = "crmcore") -> Path:
    """Write what an installer writes of a distribution with one plugin; returns its folder."""
    folder = site / f"crm_{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: crm-{name}\nVersion: {version}\nRequires-Dist: {requires}\n"
    )
    (folder / "entry_points.txt").write_text(f"[crm.plugins]\n{name} = crm_{name}\n")
    (folder / "INSTALLER").write_text("hand\n")
    return folder
