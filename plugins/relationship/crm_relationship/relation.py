"""Relation to the company, partnership, and the two sides of the broad sense of "customer"."""

from crmcore import Playbook, Scheme, Segment

from .facts import Purpose, buys_for, is_inside, is_partner, takes_a_proportion

relation = Scheme(
    "relationship.relation",
    # Who belongs to the company stays its internal customer, also if it buys now and then.
    Segment(
        "internal",
        when=is_inside,
        label={"en": "Internal customer", "zh": "内部客户"},
        doc={
            "en": "A person or department inside the company which another one serves; the most easily overlooked of all.",
            "zh": "企业内部的个人或业务部门，由内部其他部门为其服务，最容易被忽略。",
        },
    ),
    Segment(
        "public_interest",
        when=takes_a_proportion,
        label={"en": "Public-interest customer", "zh": "公利客户"},
        doc={
            "en": "Represents the public interest, provides the company with resources and takes a proportion of its gains "
            "as a fee; authorities and trade associations, for example.",
            "zh": "代表公众利益，向企业提供资源，并从企业获利中收取一定比例费用，如政府、行业协会。",
        },
    ),
    Segment(
        "intermediary",
        when=buys_for((Purpose.RESALE, Purpose.OWN_PRODUCTS)),
        label={"en": "Intermediary customer", "zh": "中间商客户"},
        doc={
            "en": "Buys without being the one who uses it up: sells it on, by itself or as part of its own products or "
            "services. A dealer is typical.",
            "zh": "购买而非直接消费者，将所购产品或服务附加到自己的产品或服务上再进行销售，经销商为典型。",
        },
    ),
    Segment(
        "consumer",
        label={"en": "Consumer", "zh": "消费者客户"},
        doc={
            "en": "Buys for its own use: the end customer. Usually persons and households, very many, who spend little each.",
            "zh": "为自用而购买最终产品与服务，又称终端客户；通常是个人或家庭，数量众多，消费额一般不高。",
        },
    ),
    label={"en": "Relation to the company", "zh": "与企业的关系"},
    doc={
        "en": "By the party's relation to the company. It need not buy anything. Who takes a fee is not asked what it buys.",
        "zh": "按客户与企业的关系划分，对方不一定购买。收取费用者不再问其购买用途。",
    },
)

partnership = Scheme(
    "relationship.partnership",
    Segment(
        "partner",
        when=is_partner,
        label={"en": "Partner", "zh": "合作伙伴"},
        doc={
            "en": "Works together with us, and so counts among those with whom the company has relations.",
            "zh": "与企业合作，亦属与企业有往来的对象。",
        },
    ),
    Segment(
        "no_partner",
        label={"en": "No partner", "zh": "非合作伙伴"},
        doc={
            "en": "Everybody else: nobody is taken for a partner unless somebody has entered it. Our addition.",
            "zh": "其余各方：未录入者不视为合作伙伴。由本插件补充。",
        },
    ),
    label={"en": "Partnership", "zh": "合作关系"},
    doc={
        "en": "Whether the party is a partner of the company; a partner can have any relation and any size besides.",
        "zh": "是否为本企业的合作伙伴；合作伙伴可同时具有任何关系与规模。",
    },
)

# Whoever adds our goods to products of its own has used them up: it does not distribute what we sell. So it is an
# intermediary in the first scheme and an end customer here. The source defines neither side.
side = Scheme(
    "relationship.side",
    Segment(
        "neither",
        when=is_inside | takes_a_proportion,
        label={"en": "Neither", "zh": "两者皆非"},
        doc={
            "en": "Is one of our own, or takes a fee in the public interest. Our addition; the source has only the two sides.",
            "zh": "企业内部者，或代表公众利益收取费用者。由本插件补充，来源仅有两方。",
        },
    ),
    Segment(
        "distributor",
        when=buys_for((Purpose.RESALE,)),
        label={"en": "Distributor", "zh": "分销商"},
        doc={
            "en": "Sells on what we make, as it is. The source gives no definition.",
            "zh": "将本企业产品原样转售。来源未作定义。",
        },
    ),
    Segment(
        "end_customer",
        label={"en": "Direct end customer", "zh": "直接终端客户"},
        doc={
            "en": "Buys from us directly and uses it, itself or in its own products. The source gives no definition.",
            "zh": "直接向本企业购买并使用，含用于自产产品者。来源未作定义。",
        },
    ),
    label={"en": "End customer or distributor", "zh": "终端客户与分销商"},
    doc={
        "en": "The two kinds of customer that the word in its broad sense contains.",
        "zh": "广义客户所包含的两类：直接终端客户与分销商。",
    },
)

ONE_PLATFORM = {
    "en": "Look after distributors and end customers on one and the same platform.",
    "zh": "在同一平台上服务终端客户与分销商。",
}
for_distributors = Playbook(
    "relationship.distributor",
    side,
    "distributor",
    treatment=ONE_PLATFORM,
    label={"en": "Distributors", "zh": "分销商服务"},
    doc={"en": "The source says no more than this.", "zh": "来源仅有此说明。"},
)
for_end_customers = Playbook(
    "relationship.end_customer",
    side,
    "end_customer",
    treatment=ONE_PLATFORM,
    label={"en": "Direct end customers", "zh": "直接终端客户服务"},
    doc={"en": "The source says no more than this.", "zh": "来源仅有此说明。"},
)

SCHEMES = (relation, partnership, side)
PLAYBOOKS = (for_distributors, for_end_customers)
