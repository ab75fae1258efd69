"""What rules are to read like: each node, in English and in Chinese."""

from datetime import date
from decimal import Decimal

from acme import bought, key_spend, recent, share, spend, tier, web, window
from vocabulary import branch, chairs, credit, customer, floor_area, held, insured, is_member, line, purchase

from crmcore.grammar.expr import Node, as_of, as_term
from crmcore.grammar.terms import (
    band,
    choose,
    count,
    days_since,
    days_until,
    distinct,
    earliest,
    greatest,
    largest,
    last,
    latest,
    least,
    mean,
    nth_largest,
    pareto_cut,
    population_count,
    population_mean,
    quantile,
    total,
)

# A name for each table: what is said, in English, in Chinese.
Readings = list[tuple[Node, str, str]]

EVERY_NODE: Readings = [
    (as_term("web"), '"web"', "“web”"),
    (customer.parent.province, "province of the parent", "上级客户的省份"),
    (chairs, "treatment chairs", "牙椅数"),
    (spend, "spend in 12 months", "年消费额"),
    (key_spend, "250000 [acme.key_spend]", "250000 [acme.key_spend]"),
    (spend - 100, "spend in 12 months - 100 EUR", "年消费额 - 100 CNY"),
    (least(spend, 500), "the least of (spend in 12 months, 500 EUR)", "（年消费额、500 CNY）中的最小者"),
    (
        choose((chairs > 2, spend * Decimal("0.1")), (is_member.is_(True), 50), otherwise=0),
        "spend in 12 months * 0.1 if treatment chairs > 2, 50 EUR if member is yes, otherwise 0 EUR",
        "若牙椅数 > 2 则为年消费额 × 0.1，若会员为是则为 50 CNY，否则为 0 CNY",
    ),
    (spend.term, "total amount of purchases in the 365 days up to the date", "截至当日的 365 天内的购买记录的金额合计"),
    (population_mean(spend), "the average of spend in 12 months over all customers", "全体客户的年消费额平均值"),
    (band(chairs, [2, 10]), "band of treatment chairs (cuts at 2, 10)", "牙椅数的档位（分界点：2、10）"),
    (days_since(bought), "days since last_purchase", "last_purchase 至今的天数"),
    (
        spend >= key_spend,
        "spend in 12 months >= 250,000 EUR [acme.key_spend]",
        "年消费额 ≥ 250,000 CNY [acme.key_spend]",
    ),
    (web, 'channel is "web"', "渠道为“web”"),
    (chairs.is_in(1, 2, 3), "treatment chairs is one of 1, 2, 3", "牙椅数为 1、2、3 之一"),
    (customer.email.is_known(), "e-mail is known", "电子邮箱已知"),
    (customer.tags.contains("vip"), 'tags include "vip"', "标签中有“vip”"),
    (bought.within(days=30), "last_purchase is in the 30 days up to the date", "last_purchase 在截至当日的 30 天内"),
    (
        bought.in_year_of(as_of),
        "last_purchase is in the calendar year up to the date",
        "last_purchase 在当年年初至当日",
    ),
    (~customer.tags.contains("vip"), 'tags do not include "vip"', "标签中没有“vip”"),
    ((chairs > 2) & web, 'treatment chairs > 2 and channel is "web"', "牙椅数 > 2 且渠道为“web”"),
    ((chairs > 2) | web, 'treatment chairs > 2 or channel is "web"', "牙椅数 > 2 或渠道为“web”"),
    ((chairs > 2).or_else(False), "treatment chairs > 2 (if unknown: no)", "牙椅数 > 2（未知时视为不成立）"),
    (tier.is_("key"), 'customer tier is "Key account"', "客户分级为“重点客户”"),
]

ROWS: Readings = [
    (count(purchase), "number of purchases", "购买记录数"),
    (count(purchase.channel), "number of purchases where channel is known", "渠道已知的购买记录数"),
    (distinct(line.category), "number of different categories of purchase lines", "购买明细的不同品类数"),
    (
        largest(held.premium, where=held.years > 2),
        "largest premium of policies whose holder is this customer where years > 2",
        "投保人为本客户且年限 > 2 的保单的最大保费",
    ),
    (
        total(line.quantity * line.price),
        "total of (quantity * price) over purchase lines",
        "购买明细的（数量 × 单价）合计",
    ),
    (last(purchase.channel), "channel of the latest purchase", "最近一次购买的渠道"),
    (earliest(purchase.at), "date of the first purchase", "首次购买的日期"),
    (
        earliest(held.ended, where=held.started.in_year_of(as_of)),
        "earliest end of policies whose holder is this customer in the calendar year up to the date",
        "当年年初至当日投保人为本客户的保单的最早终止日",
    ),
    (
        mean(line.purchase.amount),
        "average of amount of the purchase over purchase lines",
        "购买明细的购买记录的金额平均值",
    ),
    (
        total(purchase.amount, where=recent & web),
        'total amount of purchases in the 30 days up to the date where channel is "web"',
        "截至当日的 30 天内渠道为“web”的购买记录的金额合计",
    ),
    (
        count(purchase, where=recent & web) >= 3,
        'number of purchases (in the 30 days up to the date where channel is "web") >= 3',
        "截至当日的 30 天内渠道为“web”的购买记录数 ≥ 3",
    ),
    (
        count(purchase, where=web | (purchase.amount > purchase.cost)),
        'number of purchases where channel is "web" or amount > cost',
        "（渠道为“web”或金额 > 成本）的购买记录数",
    ),
    (
        count(insured, where=insured.plan.is_("A")),
        'number of policies whose insured person is this customer where plan is "A"',
        "被保险人为本客户且险种为“A”的保单数",
    ),
    (
        days_until(latest(held.started, where=held.started.within(days=window, ending=30))),
        (
            "days until the latest policy whose holder is this customer "
            "(in the 90 days [acme.window] that ended 30 days before the date)"
        ),
        "距截至当日前 30 天的 90 天 [acme.window] 内投保人为本客户的最近一次保单还剩的天数",
    ),
    (
        count(insured, where=insured.plan.is_("A") | insured.years.is_(2)),
        'number of policies whose insured person is this customer where plan is "A" or years = 2',
        "被保险人为本客户且（险种为“A”或年限 = 2）的保单数",
    ),
    (
        earliest(choose((branch.name.is_("x"), branch.archived_at)), where=branch.archived_at.within(days=30)),
        (
            'earliest (archived if name is "x", otherwise unknown) over customers whose parent is this customer '
            "where archived is in the 30 days up to the date"
        ),
        "上级客户为本客户且归档日期在截至当日的 30 天内的客户的（若名称为“x”则为归档日期，否则为未知）最早值",
    ),
]

POPULATION: Readings = [
    (population_count(), "the number of all customers", "全体客户数"),
    (
        population_count(among=tier.is_("key")),
        'the number of customers where customer tier is "Key account"',
        "客户分级为“重点客户”的客户数",
    ),
    (
        spend > 2 * population_mean(spend, among=chairs > 2),
        "spend in 12 months > 2 * the average of spend in 12 months over customers (where treatment chairs > 2)",
        "年消费额 > 2 ×（牙椅数 > 2）的客户的年消费额平均值",
    ),
    (
        quantile(spend, share),
        "the 80 % [acme.share] quantile of spend in 12 months over all customers",
        "全体客户的年消费额的 80% [acme.share] 分位数",
    ),
    (
        pareto_cut(spend, share, among=tier.is_("key")),
        (
            'the cut at which the largest customers (where customer tier is "Key account") reach 80 % [acme.share] '
            "of the total of spend in 12 months"
        ),
        "客户分级为“重点客户”的全体客户按年消费额从大到小累计达到合计 80% [acme.share] 时的临界值",
    ),
    (
        spend >= nth_largest(spend, 50),
        "spend in 12 months >= the 50th largest spend in 12 months of all customers",
        "年消费额 ≥ 全体客户中第 50 大的年消费额",
    ),
    (nth_largest(chairs, 2), "the 2nd largest treatment chairs of all customers", "全体客户中第 2 大的牙椅数"),
    (nth_largest(chairs, 113), "the 113th largest treatment chairs of all customers", "全体客户中第 113 大的牙椅数"),
    (
        quantile(chairs, 1 - share),
        "the (1 - 0.8 [acme.share]) quantile of treatment chairs over all customers",
        "全体客户的牙椅数的（1 - 0.8 [acme.share]）分位数",
    ),
]

NEGATIONS: Readings = [
    (~(spend >= 5), "spend in 12 months < 5 EUR", "年消费额 < 5 CNY"),
    (~(bought < date(2024, 1, 1)), "last_purchase is on or after 2024-01-01", "last_purchase 不早于 2024-01-01"),
    (~web, 'channel is not "web"', "渠道不为“web”"),
    (~chairs.is_(3), "treatment chairs is not 3", "牙椅数 ≠ 3"),
    (~chairs.is_in(1, 2), "treatment chairs is none of 1, 2", "牙椅数不是 1、2 中的任何一个"),
    (~customer.email.is_known(), "e-mail is not known", "电子邮箱未知"),
    (~customer.name.contains("x"), 'name does not contain "x"', "名称不包含“x”"),
    (~customer.name.starts_with("x"), 'name does not start with "x"', "名称不以“x”开头"),
    (~bought.within(days=1), "last_purchase is not in the 1 day up to the date", "last_purchase 不在截至当日的 1 天内"),
    (~~web, 'channel is "web"', "渠道为“web”"),
    (
        ~(web | recent),
        'not (channel is "web" or date is in the 30 days up to the date)',
        "并非（渠道为“web”或日期在截至当日的 30 天内）",
    ),
    (~chairs.between(2, 5), "treatment chairs is not between 2 and 5 inclusive", "牙椅数不在 2 到 5 之间（含两端）"),
    (~(chairs > 2).or_else(False), "treatment chairs <= 2 (if unknown: yes)", "牙椅数 ≤ 2（未知时视为成立）"),
    (~tier.is_("key"), 'customer tier is not "Key account"', "客户分级不为“重点客户”"),
    (
        ~customer.name.is_(customer.parent.name),
        "name is not the same as name of the parent",
        "名称与上级客户的名称不同",
    ),
]

a, b, c = (customer.tags.contains(tag) for tag in "abc")
BRACKETS: Readings = [
    (
        (chairs >= 2) & (spend <= 5),
        "treatment chairs >= 2 and spend in 12 months <= 5 EUR",
        "牙椅数 ≥ 2 且年消费额 ≤ 5 CNY",
    ),
    (
        count(purchase, where=~(web | recent)),
        'number of purchases where not (channel is "web" or date is in the 30 days up to the date)',
        "并非（渠道为“web”或日期在截至当日的 30 天内）的购买记录数",
    ),
    (
        a & b | c,
        'tags include "a" and tags include "b", or tags include "c"',
        "标签中有“a”且标签中有“b”，或标签中有“c”",
    ),
    (
        (a | b) & c,
        '(tags include "a" or tags include "b") and tags include "c"',
        "（标签中有“a”或标签中有“b”）且标签中有“c”",
    ),
    (
        ~(a | b) & c,
        'not (tags include "a" or tags include "b") and tags include "c"',
        "并非（标签中有“a”或标签中有“b”）且标签中有“c”",
    ),
    (
        (a & b).or_else(True),
        '(tags include "a" and tags include "b") (if unknown: yes)',
        "（标签中有“a”且标签中有“b”）（未知时视为成立）",
    ),
    (
        chairs.between(2, 5) & c,
        'treatment chairs is between 2 and 5 inclusive and tags include "c"',
        "牙椅数在 2 到 5 之间（含两端）且标签中有“c”",
    ),
    (
        spend - (credit - 5) > 0,
        "spend in 12 months - (credit limit - 5 EUR) > 0 EUR",
        "年消费额 -（信用额度 - 5 CNY）> 0 CNY",
    ),
    (spend + (credit + 5), "spend in 12 months + credit limit + 5 EUR", "年消费额 + 信用额度 + 5 CNY"),
    ((spend + 5) * chairs, "(spend in 12 months + 5 EUR) * treatment chairs", "（年消费额 + 5 CNY）× 牙椅数"),
    (spend / (credit / 2), "spend in 12 months / (credit limit / 2)", "年消费额 /（信用额度 / 2）"),
    (
        choose((a, bought)) < date(2024, 1, 1),
        '(last_purchase if tags include "a", otherwise unknown) is before 2024-01-01',
        "（若标签中有“a”则为 last_purchase，否则为未知）早于 2024-01-01",
    ),
]

MEASURES: Readings = [
    (500 + spend, "500 EUR + spend in 12 months", "500 CNY + 年消费额"),
    (
        spend > least(key_spend, 500),
        "spend in 12 months > the least of (250,000 EUR [acme.key_spend], 500 EUR)",
        "年消费额 >（250,000 CNY [acme.key_spend]、500 CNY）中的最小者",
    ),
    (floor_area > 200, "floor area > 200 m2", "营业面积 > 200 m2"),
    (
        mean(purchase.amount) >= Decimal("9.5"),
        "average amount of purchases >= 9.50 EUR",
        "购买记录的平均金额 ≥ 9.50 CNY",
    ),
    (spend > Decimal("0.125"), "spend in 12 months > 0.125 EUR", "年消费额 > 0.125 CNY"),
    (
        customer.archived_at.within(days=window),
        "archived is in the 90 days [acme.window] up to the date",
        "归档日期在截至当日的 90 天 [acme.window] 内",
    ),
    (
        days_since(bought) > window,
        "days since last_purchase > 90 days [acme.window]",
        "last_purchase 至今的天数 > 90 天 [acme.window]",
    ),
    (
        greatest(bought, customer.archived_at),
        "the latest of (last_purchase, archived)",
        "（last_purchase、归档日期）中的最晚者",
    ),
]

TABLES = {
    "every node": EVERY_NODE,
    "rows": ROWS,
    "population": POPULATION,
    "negations": NEGATIONS,
    "brackets": BRACKETS,
    "measures": MEASURES,
}
