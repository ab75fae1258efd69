"""The core's own settings: those of a machine and its user, and those of the store, which are the same for all."""

from decimal import Decimal
from typing import Final

from crmcore.evaluation.population import CORE_SETTINGS
from crmcore.grammar.declare import Setting

ENGINE: Final = Setting(
    "crm.engine",
    "auto",
    label={"en": "Engine of large classifications", "zh": "大规模分类所用的引擎"},
    doc={
        "en": "Which engine classifies from `crm.bulk_from` customers on: a name, or auto for the first that is installed",
        "zh": "客户数达到 crm.bulk_from 时使用的引擎：填名称，或填 auto 使用已安装的第一个",
    },
)
BULK_FROM: Final = Setting(
    "crm.bulk_from",
    1_000,
    unit="customers",
    least=0,
    label={"en": "Customers from which the engine is used", "zh": "启用引擎的客户数"},
    doc={
        "en": "With fewer customers to evaluate, the core does it row by row, which is faster then; our default, measured",
        "zh": "待评估客户少于此数时由核心逐个评估，此时更快；默认值由本系统实测给出",
    },
)
HOLDOUT: Final = Setting(
    "crm.holdout",
    Decimal(0),
    least=0,
    greatest=1,
    label={"en": "Share of customers held out", "zh": "留出对照的客户比例"},
    doc={
        "en": "So many customers, always the same of each playbook, get no tasks, so that its effect can be seen; ours is none",
        "zh": "每个维护方案始终留出这一比例的同一批客户不派任务，以便衡量效果；默认不留出",
    },
)
SENSITIVE_READERS: Final = Setting(
    "crm.sensitive_readers",
    "*",
    label={"en": "Who may see sensitive values", "zh": "可查看敏感信息的人员"},
    doc={
        "en": "Names of actors with commas between them, or * for everybody who asks with `crm --sensitive`, which is ours",
        "zh": "操作者名称，以逗号分隔；* 表示凡使用 crm --sensitive 者均可，为本系统默认值",
    },
)
SETTINGS: Final = (*CORE_SETTINGS, BULK_FROM, ENGINE, HOLDOUT, SENSITIVE_READERS)
"""Every setting of the core, those that rules use included."""

SHARED: Final = frozenset({setting.name for setting in CORE_SETTINGS} | {HOLDOUT.name})
"""The names of those that belong to the store, since everybody's placements and tasks come from them."""
