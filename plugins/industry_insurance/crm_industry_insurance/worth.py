"""What a policyholder is worth, what risk it is, what cover it lacks, and through which channel it came."""

from typing import Final

from crmcore import Scheme, Segment, days_since, pareto_cut

from . import cover, experience, facts
from .settings import bad_loss_ratio, claim_free_days, many_claims, top_share

value: Final = Scheme(
    "insurance.value",
    Segment(
        "none",
        when=(experience.premium_12m <= 0) & (experience.incurred_12m <= 0),
        label={"en": "Neither premium nor claims", "zh": "无保费无赔款"},
        doc={"en": "Paid no premium in 12 months and cost nothing.", "zh": "近12个月无保费，也无赔款。"},
    ),
    Segment(
        "loss",
        when=experience.value < 0,
        label={"en": "Costs more than it pays", "zh": "亏损"},
        doc={"en": "Its claims exceed its premiums.", "zh": "赔款超过保费。"},
    ),
    Segment(
        "top",
        when=experience.value >= pareto_cut(experience.value, top_share, among=experience.value > 0),
        label={"en": "Top value", "zh": "高价值"},
        doc={"en": "Those who bring most of premium less claims together.", "zh": "合计贡献大部分保费减赔款的客户。"},
    ),
    Segment(
        "normal",
        label={"en": "Normal value", "zh": "一般价值"},
        doc={"en": "All others who pay at least what they cost.", "zh": "保费不低于赔款的其他客户。"},
    ),
    label={"en": "Insurance value", "zh": "保险客户价值"},
    doc={"en": "By premium x (1 - loss ratio) of 12 months.", "zh": "按近12个月保费×（1－赔付率）划分。"},
)

risk_class: Final = Scheme(
    "insurance.risk_class",
    Segment(
        "unrated",
        when=facts.policies_issued < 1,
        label={"en": "Unrated", "zh": "未评级"},
        doc={"en": "Was never insured here.", "zh": "从未在本公司投保。"},
    ),
    Segment(
        "substandard",
        when=(facts.loading > 0).or_else(False)
        | (experience.claims_36m >= many_claims)
        | (experience.loss_ratio_36m >= bad_loss_ratio).or_else(False),
        label={"en": "Substandard risk", "zh": "次标"},
        doc={"en": "Has a loading, many claims, or costs what it pays.", "zh": "有加费、赔案较多或赔付率高。"},
    ),
    Segment(
        "preferred",
        when=(experience.claims_36m < 1) & (days_since(facts.first_issued) >= claim_free_days),
        label={"en": "Preferred risk", "zh": "优选"},
        doc={"en": "Insured for years without a claim.", "zh": "投保多年且无赔案。"},
    ),
    Segment(
        "standard",
        label={"en": "Standard risk", "zh": "标准"},
        doc={"en": "All others.", "zh": "其他客户。"},
    ),
    label={"en": "Risk class", "zh": "风险等级"},
    doc={
        "en": "By experience and underwriting. It prices and selects; whether a claim is paid never depends on it.",
        "zh": "按赔付经验与核保结果划分；用于定价与选择，不影响理赔。",
    },
)

coverage_gap: Final = Scheme(
    "insurance.coverage_gap",
    Segment(
        "no_cover",
        when=cover.covered.is_(False),
        label={"en": "No cover", "zh": "无保障"},
        doc={
            "en": "No policy in force covers the customer, or anybody in the household.",
            "zh": "客户或家庭无任何有效保障。",
        },
    ),
    Segment(
        "both",
        when=cover.covered_medical.is_(False) & cover.covered_accident.is_(False),
        label={"en": "Neither medical nor accident", "zh": "缺医疗与意外"},
        doc={"en": "Is covered, but neither for illness nor for accidents.", "zh": "有保障，但缺医疗险与意外险。"},
    ),
    Segment(
        "medical",
        when=cover.covered_medical.is_(False),
        label={"en": "No medical cover", "zh": "缺医疗保障"},
        doc={"en": "Lacks medical insurance.", "zh": "缺医疗险。"},
    ),
    Segment(
        "accident",
        when=cover.covered_accident.is_(False),
        label={"en": "No accident cover", "zh": "缺意外保障"},
        doc={"en": "Lacks accident insurance.", "zh": "缺意外险。"},
    ),
    Segment(
        "closed",
        label={"en": "No gap", "zh": "无缺口"},
        doc={"en": "Has both.", "zh": "两者齐备。"},
    ),
    label={"en": "Coverage gap", "zh": "保障缺口"},
    doc={
        "en": "Which of medical and accident cover a customer or household lacks. A household is a customer of that kind, the "
        "parent of its members.",
        "zh": "客户或家庭缺少医疗险、意外险中的哪一种。家庭为此类客户，是其成员的上级客户。",
    },
)

channel: Final = Scheme(
    "insurance.channel",
    Segment(
        "none",
        when=facts.policies_issued < 1,
        label={"en": "Not insured yet", "zh": "尚未投保"},
        doc={"en": "No policy was ever issued.", "zh": "从未承保。"},
    ),
    Segment(
        "agent",
        when=facts.channel.is_("agent"),
        label={"en": "Agent", "zh": "代理人"},
        doc={"en": "Through a tied agent.", "zh": "通过代理人。"},
    ),
    Segment(
        "broker",
        when=facts.channel.is_("broker"),
        label={"en": "Broker", "zh": "经纪人"},
        doc={"en": "Through a broker.", "zh": "通过经纪人。"},
    ),
    Segment(
        "bank",
        when=facts.channel.is_("bank"),
        label={"en": "Bank", "zh": "银行"},
        doc={"en": "Through a bank.", "zh": "通过银行。"},
    ),
    Segment(
        "online",
        when=facts.channel.is_("online"),
        label={"en": "Online", "zh": "网络"},
        doc={"en": "On the net.", "zh": "通过网络。"},
    ),
    Segment(
        "direct",
        label={"en": "Direct", "zh": "直销"},
        doc={"en": "With us directly.", "zh": "直接向本公司投保。"},
    ),
    label={"en": "Channel", "zh": "渠道"},
    doc={"en": "Through which channel it bought last.", "zh": "最近一次投保的渠道。"},
)

SCHEMES: Final = (value, risk_class, coverage_gap, channel)
