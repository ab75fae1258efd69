"""Two schemes: the greater region in which a customer lies, and down to which level its place is known."""

from typing import Final

from crmcore import Customer, Playbook, Scheme, Segment, rows

from .provinces import CHINA, PROVINCES, spellings_of

customer = rows(Customer)

REGIONS: Final = {
    "north": {"en": "North China", "zh": "华北"},
    "northeast": {"en": "Northeast China", "zh": "东北"},
    "east": {"en": "East China", "zh": "华东"},
    "central": {"en": "Central China", "zh": "华中"},
    "south": {"en": "South China", "zh": "华南"},
    "southwest": {"en": "Southwest China", "zh": "西南"},
    "northwest": {"en": "Northwest China", "zh": "西北"},
}
ISLANDS: Final = "hk_macao_taiwan"
OUTSIDE: Final = (*spellings_of(ISLANDS), "HK", "MO", "TW", "Macau")

# A province alone is enough: whoever writes 江苏 seldom writes the country.
is_elsewhere = ~customer.country.is_in(*CHINA, *OUTSIDE)


def _listed(region: str) -> str:
    return "、".join(each.short for each in PROVINCES if each.region == region)


def _named(region: str) -> str:
    return ", ".join(each.english for each in PROVINCES if each.region == region)


region = Scheme(
    "geography.region",
    Segment(
        "abroad",
        when=is_elsewhere.or_else(False),
        label={"en": "Other countries", "zh": "国外"},
        doc={"en": "Its country is entered, and is not China.", "zh": "已录入国家，且不是中国。"},
    ),
    Segment(
        ISLANDS,
        when=customer.country.is_in(*OUTSIDE).or_else(False) | customer.province.is_in(*OUTSIDE).or_else(False),
        label={"en": "Hong Kong, Macao and Taiwan", "zh": "港澳台"},
        doc={"en": "By country or province.", "zh": "按国家或省份。"},
    ),
    *(
        Segment(
            name,
            when=customer.province.is_in(*spellings_of(name)),
            label=label,
            doc={"en": f"{_named(name)}.", "zh": f"{_listed(name)}。"},
        )
        for name, label in REGIONS.items()
    ),
    # A province that is written in no way that we know: better found than lost.
    Segment(
        "unknown_province",
        label={"en": "Unknown province", "zh": "省份无法识别"},
        doc={
            "en": "A province is entered that is none of China's; `crm divisions` says which.",
            "zh": "所填省份不是中国的省级行政区；可用 crm divisions 查看。",
        },
    ),
    label={"en": "Region", "zh": "地区"},
    doc={
        "en": "The greater region of China by the customer's province; the grouping is the customary one.",
        "zh": "按省份归入大区，采用通行的划分。",
    },
)

located = Scheme(
    "geography.located",
    Segment(
        "district",
        when=customer.district.is_known(),
        label={"en": "Down to the district", "zh": "到区县"},
        doc={"en": "Its district or county is entered.", "zh": "已录入区县。"},
    ),
    Segment(
        "city",
        when=customer.city.is_known(),
        label={"en": "Down to the city", "zh": "到市州"},
        doc={"en": "Its city or prefecture is entered, no district.", "zh": "已录入市、州，未录入区县。"},
    ),
    Segment(
        "province",
        when=customer.province.is_known(),
        label={"en": "Down to the province", "zh": "到省"},
        doc={"en": "Its province or state is entered, nothing finer.", "zh": "已录入省份，未录入更细层级。"},
    ),
    Segment(
        "country",
        when=customer.country.is_known(),
        label={"en": "The country alone", "zh": "仅国家"},
        doc={"en": "Nothing but its country is entered.", "zh": "只录入了国家。"},
    ),
    Segment(
        "nowhere",
        label={"en": "Nowhere", "zh": "未录入地域"},
        doc={"en": "No place at all is entered.", "zh": "未录入任何地域信息。"},
    ),
    label={"en": "Level of the place", "zh": "地域层级"},
    doc={
        "en": "Down to which level of the hierarchy of country, province, city and district the place is known.",
        "zh": "客户所在地在国家、省、市（州）、区县层级中已知到哪一级。",
    },
)

PROMOTION: Final = {
    "en": "Plan promotion sensibly and choose a suitable distribution channel; promote the region as one, which saves "
    "staff and cost.",
    "zh": "安排合理的推广计划、采用合适的分销渠道；以地域为单位进行整合推广，节省人力与经费成本。",
}
PLAYBOOKS = tuple(
    Playbook(
        f"geography.{segment.name}",
        region,
        segment.name,
        treatment=PROMOTION,
        label=segment.label,
        doc={"en": "What the source states of regions.", "zh": "来源对地域的说明。"},
    )
    for segment in region.segments
    if segment.name != "unknown_province"
)
SCHEMES = (region, located)
