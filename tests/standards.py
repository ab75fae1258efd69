"""One plain term or rule for everything in the grammar: where a law is broken, it mostly shows in one of these."""

from decimal import Decimal

from vocabulary import (
    chairs,
    credit,
    customer,
    factor,
    held,
    interaction,
    is_gift,
    is_member,
    key_spend,
    lag,
    line,
    min_count,
    mood,
    nickname,
    purchase,
    referred,
    renewal,
    risk,
    seen_at,
    share,
    top,
    vip_tag,
    weight,
    window,
)

from crmcore.grammar.declare import Metric, Scheme, Segment
from crmcore.grammar.expr import as_of
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
    population_total,
    quantile,
    smallest,
    total,
)

spend = Metric("law.spend", total(purchase.amount))
recent = Metric("law.recent", latest(purchase.at))
bought = Metric("law.bought", count(purchase))
recency = Metric("law.recency", days_since(recent))

TERMS = (
    *(spend, recent, bought, recency, chairs, credit, mood, customer.tags, customer.parent.province, seen_at),
    *(count(purchase.amount), count(purchase.channel), count(weight), count(purchase, where=purchase.amount > 0)),
    *(total(purchase.cost), total(purchase.amount - purchase.cost), total(purchase.amount, where=is_gift.is_(True))),
    *(mean(purchase.amount), mean(purchase.amount / weight), smallest(purchase.amount), largest(purchase.amount)),
    *(earliest(purchase.at), latest(interaction.responded_at), latest(held.ended), earliest(line.purchase.at)),
    *(distinct(purchase.channel), distinct(purchase.amount), distinct(purchase.at), distinct(line.purchase.channel)),
    *(
        last(purchase.amount),
        last(purchase.channel),
        last(held.premium),
        count(referred, where=referred.province.is_("web")),
    ),
    *(spend + 1, spend - credit, 100 - spend, spend * factor, bought * bought, spend / bought, bought / 3, 1 / bought),
    *(
        least(spend, 100),
        greatest(spend, credit),
        least(bought, chairs, 3),
        least(renewal, seen_at),
        greatest(recent, seen_at),
    ),
    *(
        choose((spend > 100, 1), (bought > 0, 2), otherwise=3),
        choose((is_member.is_(True), spend)),
        choose((mood.is_known(), mood)),
    ),
    *(
        band(spend, [1, 100, key_spend]),
        band(recency, [window, 365]),
        band(renewal, [renewal, seen_at]),
        6 - band(bought, [1, 2]),
    ),
    *(days_until(renewal), days_since(seen_at), days_since(renewal) + days_until(seen_at), days_since(seen_at) * 2),
    *(
        quantile(spend, share),
        quantile(spend, Decimal("0.2")) + 1,
        least(quantile(spend, share), key_spend),
        key_spend / 3,
    ),
    *(population_total(spend), population_mean(bought, among=bought > 0), population_count(among=is_member.is_(True))),
    *(
        spend / population_total(spend),
        pareto_cut(spend, share),
        nth_largest(spend, top),
        spend - population_mean(spend),
    ),
    *(
        quantile(spend / population_total(spend), share),
        population_total(spend, among=spend >= quantile(spend, share)),
        nth_largest(spend - population_mean(spend), 1, among=bought > 0),
    ),
)

TIERS = Scheme("law.tiers", Segment("big", spend > 100), Segment("new", recency < 30), Segment("rest"))
PARTIAL = Scheme("law.partial", Segment("member", is_member.is_(True)), Segment("webby", customer.source.is_("web")))

RULES = (
    *(TIERS.is_("new"), ~TIERS.is_("rest"), ~PARTIAL.is_("member"), ~PARTIAL.is_("webby")),
    *(spend > 100, spend >= 100, spend < key_spend, spend <= 0, spend.is_(100), spend > 100, spend.between(1, 100)),
    *(bought >= min_count, bought.is_(2), bought.is_in(0, 2), customer.source.is_in("web", "shop"), chairs.is_in(2, 3)),
    *(
        chairs.is_known(),
        credit.is_known(),
        mood.is_known(),
        customer.source.is_known(),
        recent.is_known(),
        is_member.is_known(),
    ),
    *(
        customer.province.is_("strasse"),
        risk.is_("low"),
        nickname.is_("web"),
        is_member.is_(True),
        is_member.is_(is_member),
    ),
    *(customer.tags.contains(vip_tag), customer.source.contains("e"), customer.name.starts_with("we"), mood.is_("vip")),
    *(customer.name.contains(customer.province), mood.starts_with("w"), customer.parent.province.is_("web")),
    *(recent.within(days=window), recent.within(days=30, ending=lag), renewal.within(days=7), seen_at.within(days=1)),
    *(
        recent.in_year_of(as_of),
        renewal.in_year_of(as_of),
        seen_at.in_year_of(as_of),
        earliest(purchase.at).in_year_of(as_of),
    ),
    *(recency > 365, recency <= window, recency.is_(30), days_until(renewal) < 7, days_since(seen_at) >= 1),
    *(renewal < seen_at, renewal.is_(seen_at), seen_at >= recent, recent > renewal, renewal.between(recent, seen_at)),
    *(
        count(purchase, where=purchase.at.within(days=window)) > 0,
        count(purchase, where=purchase.at.in_year_of(as_of)) > 1,
    ),
    *(
        total(purchase.amount, where=purchase.at.within(days=365, ending=lag)) > 100,
        largest(days_since(purchase.at)) > 30,
    ),
    *(band(recency, [window, 365]) >= 2, 6 - band(recency, [7, 30, 60]) > 4, band(renewal, [seen_at, recent]).is_(1)),
    *(choose((recency > 30, recency), otherwise=1) > 60, greatest(recency, days_until(renewal)) > 30),
    *(days_since(renewal) - 2 > days_until(seen_at), recency / 7 >= 4, least(recency, 365) >= 30),
    *(spend >= quantile(spend, share), spend >= pareto_cut(spend, share), spend / population_total(spend) > share),
    *(
        spend / bought > 50,
        mean(purchase.amount) > Decimal("99.99"),
        bought / 3 > Decimal("0.5"),
        spend > 0,
        spend >= 1,
    ),
    *(~(spend > 100), (spend > 100) & (recency < 30), (spend > 100) | (recency < 30), (mood.is_("vip")).or_else(True)),
    *((recency > 365).or_else(False), ~customer.source.is_known(), is_member.is_(False) | is_member.is_(True)),
)

SCHEMES = (
    *(TIERS, PARTIAL),
    *(Scheme(f"law.rule_{place}", Segment("in_", rule), Segment("out")) for place, rule in enumerate(RULES)),
)
