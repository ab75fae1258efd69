"""Status: non-customer, potential, target, actual or lost."""

from crmcore import Scheme, Segment

from .facts import approaches, can_pay, cannot_buy, has_bought, has_motive, still_buying, targeted

# Of most parties nobody has entered whether they want and can pay. A company keeps a party on its books because it
# takes it for a possible buyer, so each of these holds until somebody has entered the contrary.
able = cannot_buy.is_(False).or_else(True) & can_pay.is_(True).or_else(True)
willing = has_motive.is_(True).or_else(True)

# That we strive to win somebody is not assumed: it was entered, or we have been in touch.
pursued = targeted.is_(True).or_else(False) | ((approaches > 0) & willing)

status = Scheme(
    "lifecycle.status",
    Segment(
        "actual",
        when=still_buying,
        label={"en": "Actual customer", "zh": "现实客户"},
        doc={"en": "Really buys from us at present.", "zh": "目前确实在购买本企业产品或服务的群体。"},
    ),
    Segment(
        "lost",
        when=has_bought,
        label={"en": "Lost customer", "zh": "流失客户"},
        doc={"en": "Was a customer and no longer buys.", "zh": "曾是客户，如今不再购买。"},
    ),
    Segment(
        "target",
        when=able & pursued,
        label={"en": "Target customer", "zh": "目标客户"},
        doc={
            "en": "Could bring revenue and has not bought; we are working to win it.",
            "zh": "能带来收益而尚未购买，企业正努力争取的群体。",
        },
        treatment={"en": "Develop them into actual customers.", "zh": "努力将其开发为现实客户。"},
    ),
    Segment(
        "potential",
        when=able & willing,
        label={"en": "Potential customer", "zh": "潜在客户"},
        doc={
            "en": "Has a motive to buy and the means to pay, but no purchase has happened. Unless the contrary was "
            "entered we take motive and means for granted.",
            "zh": "有购买动机与支付能力而尚未购买；除非录入相反信息，默认具备动机与能力。",
        },
    ),
    Segment(
        "non_customer",
        label={"en": "Non-customer", "zh": "非客户"},
        doc={
            "en": "Has never dealt with us, and somebody has entered that it cannot buy, cannot pay or has no motive.",
            "zh": "与企业无交易，且已录入其不可能购买、无支付能力或无购买动机。",
        },
    ),
    label={"en": "Customer status", "zh": "客户状态"},
    doc={
        "en": "By where the party stands between never buying and no longer buying.",
        "zh": "按客户所处状态，从不可能购买到不再购买。",
    },
)
