"""The provinces of China: code, names, and the greater region to which each is commonly counted."""

from typing import Final

from attrs import frozen


@frozen
class Province:
    """A province, autonomous region, municipality or special administrative region."""

    code: str
    name: str
    short: str
    english: str
    region: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way in which it is written; capitals do not matter."""
        return (self.name, self.short, self.english, f"{self.english} Province")


def _province(line: str) -> Province:
    code, name, short, english, region = line.split("|")
    return Province(code, name, short, english, region)


PROVINCES: Final = tuple(
    _province(line)
    for line in (
        "110000|北京市|北京|Beijing|north",
        "120000|天津市|天津|Tianjin|north",
        "130000|河北省|河北|Hebei|north",
        "140000|山西省|山西|Shanxi|north",
        "150000|内蒙古自治区|内蒙古|Inner Mongolia|north",
        "210000|辽宁省|辽宁|Liaoning|northeast",
        "220000|吉林省|吉林|Jilin|northeast",
        "230000|黑龙江省|黑龙江|Heilongjiang|northeast",
        "310000|上海市|上海|Shanghai|east",
        "320000|江苏省|江苏|Jiangsu|east",
        "330000|浙江省|浙江|Zhejiang|east",
        "340000|安徽省|安徽|Anhui|east",
        "350000|福建省|福建|Fujian|east",
        "360000|江西省|江西|Jiangxi|east",
        "370000|山东省|山东|Shandong|east",
        "410000|河南省|河南|Henan|central",
        "420000|湖北省|湖北|Hubei|central",
        "430000|湖南省|湖南|Hunan|central",
        "440000|广东省|广东|Guangdong|south",
        "450000|广西壮族自治区|广西|Guangxi|south",
        "460000|海南省|海南|Hainan|south",
        "500000|重庆市|重庆|Chongqing|southwest",
        "510000|四川省|四川|Sichuan|southwest",
        "520000|贵州省|贵州|Guizhou|southwest",
        "530000|云南省|云南|Yunnan|southwest",
        "540000|西藏自治区|西藏|Tibet|southwest",
        "610000|陕西省|陕西|Shaanxi|northwest",
        "620000|甘肃省|甘肃|Gansu|northwest",
        "630000|青海省|青海|Qinghai|northwest",
        "640000|宁夏回族自治区|宁夏|Ningxia|northwest",
        "650000|新疆维吾尔自治区|新疆|Xinjiang|northwest",
        "710000|台湾省|台湾|Taiwan|hk_macao_taiwan",
        "810000|香港特别行政区|香港|Hong Kong|hk_macao_taiwan",
        "820000|澳门特别行政区|澳门|Macao|hk_macao_taiwan",
    )
)

CHINA: Final = (
    "中国",
    "China",
    "CN",
    "CHN",
    "中华人民共和国",
    "People's Republic of China",
    "PR China",
    "PRC",
    "Mainland China",
)
"""How the country is written; one that is not written at all says nothing."""


def spellings_of(region: str) -> tuple[str, ...]:
    """Return every spelling of every province of a greater region."""
    return tuple(text for each in PROVINCES if each.region == region for text in each.spellings)
