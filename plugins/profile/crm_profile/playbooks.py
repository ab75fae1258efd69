"""What the sources do with traits: foresee what a person may buy, and promote with a purpose."""

from crmcore import Playbook, Scheme

from .temperament import temperament
from .traits import SCHEMES

PROMOTION = {
    "en": "Foresee what they tend to buy, then promote with a purpose.",
    "zh": "预测其消费倾向，然后有目的地进行推广。",
}
# The source's sentence on what to do for each temperament breaks off.
BEHAVIOUR = {
    "en": "Judge from it how they behave when deciding on a purchase, and treat each temperament differently.",
    "zh": "据此判断其在购买决策中的行为方式，对不同性格区别对待。",
}


def _playbooks(scheme: Scheme, treatment: dict[str, str]) -> tuple[Playbook, ...]:
    short = scheme.name.partition(".")[2]
    return tuple(
        Playbook(f"profile.{short}_{segment.name}", scheme, segment.name, treatment=treatment, label=segment.label)
        for segment in scheme.segments
        if segment.name != "no_person"
    )


PLAYBOOKS = (
    *(playbook for scheme in SCHEMES for playbook in _playbooks(scheme, PROMOTION)),
    *_playbooks(temperament, BEHAVIOUR),
)
