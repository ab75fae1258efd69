"""Grades of intent, A to D, and the plan of return visits for each."""

from decimal import Decimal

from crmcore import Playbook, Scheme, Segment, Setting, TaskTemplate

from .strength import HIGHEST, LOWEST, strength

LETTERS = ("A", "B", "C", "D")


def _from(letter: str, points: int) -> Setting:
    return Setting(
        f"intent.{letter.lower()}_from",
        Decimal(points),
        least=LOWEST,
        greatest=HIGHEST,
        label={"en": f"Strength of grade {letter}", "zh": f"{letter}级意向强度"},
        doc={
            "en": f"Lowest strength of intent, from {LOWEST} to {HIGHEST}, of grade {letter}. Our default.",
            "zh": f"{letter}级所需的最低意向强度（{LOWEST}至{HIGHEST}分）。默认值由本插件给出。",
        },
    )


a_from, b_from, c_from = _from("A", 4), _from("B", 3), _from("C", 2)

grade = Scheme(
    "intent.grade",
    Segment(
        "A",
        when=strength >= a_from,
        label={"en": "A: strong intent", "zh": "A级：意向强"},
        doc={"en": "Is about to decide for us.", "zh": "即将决定购买。"},
    ),
    Segment(
        "B",
        when=strength >= b_from,
        label={"en": "B: clear intent", "zh": "B级：意向明确"},
        doc={"en": "Wants to buy and has not decided yet.", "zh": "有意购买，尚未决定。"},
    ),
    Segment(
        "C",
        when=strength >= c_from,
        label={"en": "C: weak intent", "zh": "C级：意向弱"},
        doc={"en": "Listens, and is in no hurry.", "zh": "愿意了解，并不急于购买。"},
    ),
    # Who was never judged has no strength, and so no grade.
    Segment(
        "D",
        label={"en": "D: hardly any intent", "zh": "D级：几乎无意向"},
        doc={"en": "Was judged, and hardly wants to buy at present.", "zh": "经判断，目前几乎无意购买。"},
    ),
    label={"en": "Intent grade", "zh": "意向等级"},
    doc={
        "en": "By strength of intent, judged from talk records, working environment and habits. The source asks for "
        "grades; that there are four is ours.",
        "zh": "依据沟通记录、工作环境与习惯判断意向强度并分级。来源要求分级，分为四级由本插件规定。",
    },
)


def _visits(letter: str, days: int) -> Setting:
    return Setting(
        f"intent.{letter.lower()}_visit_days",
        days,
        least=1,
        unit="days",
        label={"en": f"Days between visits, grade {letter}", "zh": f"{letter}级回访间隔"},
        doc={
            "en": f"A customer of grade {letter} is called or visited this many days after the last contact. "
            "Our default.",
            "zh": f"距上次联系多少天回访{letter}级客户。默认值由本插件给出。",
        },
    )


VISIT_DAYS = tuple(_visits(letter, days) for letter, days in zip(LETTERS, (7, 14, 30, 90), strict=True))
_FIRST_TASKS = {
    "A": (
        TaskTemplate(
            "next_step", {"en": "Agree on the next step towards the purchase", "zh": "商定成交的下一步"}, due=2
        ),
    )
}

PLAYBOOKS = tuple(
    Playbook(
        f"intent.grade_{letter.lower()}",
        grade,
        letter,
        *_FIRST_TASKS.get(letter, ()),
        cadence=days,
        treatment={
            "en": "Return visits as planned for the grade, which turn customers who intend to buy into buyers.",
            "zh": "对不同等级的客户制定回访计划，将有意向的客户转为成交客户。",
        },
        label={"en": f"Return visits, grade {letter}", "zh": f"{letter}级回访计划"},
        doc={"en": "Return visits; how often is ours.", "zh": "定期回访，间隔由本插件给出。"},
    )
    for letter, days in zip(LETTERS, VISIT_DAYS, strict=True)
)

SETTINGS = (a_from, b_from, c_from, *VISIT_DAYS)
