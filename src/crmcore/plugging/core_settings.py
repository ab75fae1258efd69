"""The core's settings that no rule uses: they belong to a machine and its user, not to the store."""

from typing import Final

from crmcore.evaluation.population import CORE_SETTINGS
from crmcore.grammar.declare import Setting

ENGINE: Final = Setting(
    "crm.engine",
    "auto",
    label={"en": "Engine of large classifications", "zh": "大规模分类所用的引擎"},
    doc="Which engine classifies from `crm.bulk_from` customers on: a name, or auto for the first that is installed",
)
BULK_FROM: Final = Setting(
    "crm.bulk_from",
    1_000,
    unit="customers",
    least=0,
    label={"en": "Customers from which the engine is used", "zh": "启用引擎的客户数"},
    doc="With fewer customers to evaluate, the core does it row by row, which is faster then; our default, measured",
)
SETTINGS: Final = (*CORE_SETTINGS, BULK_FROM, ENGINE)
"""Every setting of the core, those that rules use included."""
