"""The settings of this plugin; each default is ours."""

from crmcore import Setting

period_days = Setting(
    "insight.period_days",
    365,
    least=1,
    greatest=36_500,
    unit="days",
    label={"en": "Days looked back", "zh": "回看天数"},
    doc={
        "en": "How far reports of moves look back. Our default.",
        "zh": "变动类报告回看的天数。默认值由本插件给出。",
    },
)
flapping_days = Setting(
    "insight.flapping_days",
    30,
    least=1,
    greatest=36_500,
    unit="days",
    label={"en": "Days within which a return is flapping", "zh": "视为往返的天数"},
    doc={
        "en": "Who comes back into a segment within so many days of leaving it is reported as flapping. Our default.",
        "zh": "离开客户群后在此天数内返回视为往返。默认值由本插件给出。",
    },
)
ahead_days = Setting(
    "insight.ahead_days",
    30,
    least=1,
    greatest=36_500,
    unit="days",
    label={"en": "Days looked ahead", "zh": "前瞻天数"},
    doc={
        "en": "How far the report of upcoming changes looks ahead. Our default.",
        "zh": "即将变动报告前瞻的天数。默认值由本插件给出。",
    },
)

SETTINGS = (period_days, flapping_days, ahead_days)
