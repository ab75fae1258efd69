"""Crown or diamond: the grade that long-term performance in all dimensions together earns a shop."""

from decimal import Decimal

from crmcore import Predicate, Scheme, Segment, Setting

from .facts import Grade, is_long_term, score, shown_grade

crown_score = Setting(
    "reputation.crown_score",
    Decimal("4.7"),
    least=1,
    greatest=5,
    label={"en": "Score for a crown", "zh": "皇冠所需得分"},
    doc={"en": "Lowest score of a crown. Our default.", "zh": "皇冠的最低综合得分。默认值由本插件给出。"},
)
diamond_score = Setting(
    "reputation.diamond_score",
    Decimal("4.3"),
    least=1,
    greatest=5,
    label={"en": "Score for a diamond", "zh": "钻石所需得分"},
    doc={"en": "Lowest score of a diamond. Our default.", "zh": "钻石的最低综合得分。默认值由本插件给出。"},
)


def graded(grade: Grade, least: Setting) -> Predicate:
    """Hold where the platform shows the grade, or shows nothing that we know and ratings have earned it."""
    is_earned = ~shown_grade.is_known() & is_long_term & (score >= least)
    return shown_grade.is_(grade).or_else(False) | is_earned


grade = Scheme(
    "reputation.grade",
    Segment(
        "crown",
        when=graded(Grade.CROWN, crown_score),
        label={"en": "Crown", "zh": "皇冠"},
        doc={
            "en": "The highest grade of reputation. The source only names it; that it stands above the diamond is our reading.",
            "zh": "最高信誉等级。来源仅列出名称，皇冠高于钻石是本插件的理解。",
        },
    ),
    Segment(
        "diamond",
        when=graded(Grade.DIAMOND, diamond_score),
        label={"en": "Diamond", "zh": "钻石"},
        doc={
            "en": "A good reputation over a long time, on which buyers rely.",
            "zh": "长期信誉良好，为消费者所信任。",
        },
    ),
    Segment(
        "ungraded",
        label={"en": "No grade", "zh": "无等级"},
        doc={
            "en": "Too short a record, too few ratings, or too low a score; also whoever is no shop at all. Our addition.",
            "zh": "时间太短、评分太少或得分太低，也包括并非店铺者。由本插件补充。",
        },
    ),
    label={"en": "Reputation grade", "zh": "店铺信誉等级"},
    doc={
        "en": "The grade of a shop on its platform by its long-term performance: product quality, response speed and "
        "after-sales service. As the platform shows it, else by ratings.",
        "zh": "店铺在平台上的信誉等级，由商品质量、客服响应速度、售后服务等长期表现综合评定；以平台显示为准，否则按评分。",
    },
)

SETTINGS = (crown_score, diamond_score)
