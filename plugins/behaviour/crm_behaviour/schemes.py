"""Three schemes: how broadly, how often and in which way a customer buys. The sources name no classes."""

from typing import Final

from crmcore import Playbook, Scheme, Segment

from .purchases import (
    bargain_share,
    broad_categories,
    bulk_quantity,
    categories,
    discounted_share,
    has_not_bought,
    mean_quantity,
    often_purchases,
    purchases_12m,
    regular_purchases,
    selective_categories,
)

not_bought = Segment(
    "not_bought",
    when=has_not_bought,
    label={"en": "Has not bought", "zh": "尚未购买"},
    doc={"en": "No purchase, so no behaviour to look at.", "zh": "无购买记录，无行为可分析。"},
)

breadth = Scheme(
    "behaviour.breadth",
    not_bought,
    Segment(
        "broad",
        when=categories >= broad_categories,
        label={"en": "Buys broadly", "zh": "广泛型"},
        doc={"en": "Buys products of many categories.", "zh": "购买多个品类的产品。"},
    ),
    Segment(
        "selective",
        when=categories >= selective_categories,
        label={"en": "Buys selectively", "zh": "选择型"},
        doc={"en": "Buys products of some categories.", "zh": "购买若干品类的产品。"},
    ),
    Segment(
        "specialist",
        label={"en": "Specialist", "zh": "专一型"},
        doc={"en": "Buys products of few categories, as a rule one.", "zh": "只购买少数品类，通常为一个。"},
    ),
    label={"en": "Breadth of purchases", "zh": "购买广度"},
    doc={
        "en": "By the categories of the products already bought. The source asks for their features and names no classes.",
        "zh": "按已购产品的品类划分。来源要求分析已购产品的特征，未列类别；各类由本插件划分。",
    },
)
frequency = Scheme(
    "behaviour.frequency",
    not_bought,
    Segment(
        "often",
        when=purchases_12m >= often_purchases,
        label={"en": "Buys often", "zh": "频繁购买"},
        doc={"en": "Many purchases in 365 days.", "zh": "365天内购买频繁。"},
    ),
    Segment(
        "regular",
        when=purchases_12m >= regular_purchases,
        label={"en": "Buys regularly", "zh": "经常购买"},
        doc={"en": "Several purchases in 365 days.", "zh": "365天内购买数次。"},
    ),
    Segment(
        "occasional",
        when=purchases_12m >= 1,
        label={"en": "Buys now and then", "zh": "偶尔购买"},
        doc={"en": "Few purchases in 365 days.", "zh": "365天内偶有购买。"},
    ),
    Segment(
        "resting",
        label={"en": "Not for a year", "zh": "一年未购"},
        doc={"en": "Has bought, but not in 365 days.", "zh": "曾经购买，365天内未购。"},
    ),
    label={"en": "Consumption behaviour", "zh": "消费行为"},
    doc={
        "en": "By how often the customer buys. The source names consumption behaviour as a criterion, without classes.",
        "zh": "按购买频率划分。来源列出消费行为这一标准，未列类别；各类由本插件划分。",
    },
)
method = Scheme(
    "behaviour.method",
    not_bought,
    Segment(
        "bargain",
        when=discounted_share >= bargain_share,
        label={"en": "At a discount", "zh": "折扣型"},
        doc={"en": "Most of what it buys is discounted.", "zh": "所购商品多为折扣商品。"},
    ),
    Segment(
        "bulk",
        when=mean_quantity >= bulk_quantity,
        label={"en": "In bulk", "zh": "批量型"},
        doc={"en": "Buys large quantities at a time.", "zh": "每次购买数量大。"},
    ),
    Segment(
        "ordinary",
        label={"en": "In ordinary quantities", "zh": "普通型"},
        doc={"en": "Buys ordinary quantities, mostly at full price.", "zh": "按普通数量购买，多为原价。"},
    ),
    label={"en": "Purchase method", "zh": "购买方式"},
    doc={
        "en": "By discounts and quantities. The source names the way of buying as a criterion, without classes.",
        "zh": "按折扣与数量划分。来源列出购买方式这一标准，未列类别；各类由本插件划分。",
    },
)

RELATED: Final = {
    "en": "Look at the features of what they have bought, catch their other needs, foresee which related products may "
    "interest them, and promote those.",
    "zh": "分析客户已购买的产品的特征，捕捉客户的其他需求，预测客户可能感兴趣的相关产品，然后对客户进行相关产品的营销。",
}
PLAYBOOKS = tuple(
    Playbook(
        f"behaviour.{segment.name}",
        breadth,
        segment.name,
        treatment=RELATED,
        label=segment.label,
        doc={"en": "What the source states; `crm suggest` names products.", "zh": "来源所述；crm suggest 给出产品。"},
    )
    for segment in breadth.segments
    if segment.name != "not_bought"
)
SCHEMES = (breadth, frequency, method)
