"""Churn warnings in three levels, by how many signals there are."""

from crm_lifecycle.facts import still_buying

from crmcore import Scheme, Segment, Setting

from .signals import signals


def _level(name: str, default: int, label: dict[str, str]) -> Setting:
    return Setting(
        f"retention.{name}_signals",
        default,
        least=1,
        greatest=5,
        unit="signals",
        label=label,
        doc={
            "en": "Fewest of the five signals for this level. Our default.",
            "zh": "五个信号中至少出现几个属于此级。默认值由本插件给出。",
        },
    )


high_signals = _level("high", 3, {"en": "Signals of a high warning", "zh": "高级预警信号数"})
medium_signals = _level("medium", 2, {"en": "Signals of a medium warning", "zh": "中级预警信号数"})
low_signals = _level("low", 1, {"en": "Signals of a low warning", "zh": "低级预警信号数"})

warning = Scheme(
    "retention.warning",
    Segment(
        "not_buying",
        when=~still_buying,
        label={"en": "Not buying", "zh": "未在购买"},
        doc={
            "en": "Has never bought, or is lost already: too late for a warning.",
            "zh": "从未购买或已经流失，无从预警。",
        },
    ),
    Segment(
        "high",
        when=signals >= high_signals,
        label={"en": "Churn warning: high", "zh": "流失预警：高"},
        doc={"en": "Several signals together say that it is leaving.", "zh": "多个信号同时显示其可能流失。"},
    ),
    Segment(
        "medium",
        when=signals >= medium_signals,
        label={"en": "Churn warning: medium", "zh": "流失预警：中"},
        doc={"en": "More than one signal.", "zh": "出现不止一个信号。"},
    ),
    Segment(
        "low",
        when=signals >= low_signals,
        label={"en": "Churn warning: low", "zh": "流失预警：低"},
        doc={"en": "A first signal.", "zh": "出现初步信号。"},
    ),
    Segment(
        "no_warning",
        label={"en": "No warning", "zh": "无预警"},
        doc={"en": "Buys, and nothing known speaks against it.", "zh": "正常购买，且无已知异常。"},
    ),
    label={"en": "Churn warning", "zh": "流失预警"},
    doc={
        "en": "Potential churners, spotted in time from all that is recorded of their behaviour. Which signals and "
        "levels there are is ours.",
        "zh": "全方位记录和分析客户行为，及时识别潜在流失客户。信号与级别由本插件规定。",
    },
)

SETTINGS = (high_signals, medium_signals, low_signals)
