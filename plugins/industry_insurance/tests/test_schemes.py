"""Where customers stand by their policies, premiums and claims: one line for each example."""

from datetime import timedelta
from decimal import Decimal

import pytest
from crm_industry_insurance import crm_settings, facts
from crm_industry_insurance.claims import Claim, ClaimPayment
from crm_industry_insurance.lifecycle import lapse_risk, lifecycle
from crm_industry_insurance.playbooks import PLAYBOOKS
from crm_industry_insurance.policies import Agent, Party, Policy
from crm_industry_insurance.premiums import Premium, PremiumPayment
from crm_industry_insurance.products import Product
from crm_industry_insurance.worth import channel, coverage_gap, risk_class, value

from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued

BASE = (Product(id="motor", name="Motor", line="motor"), Agent(id="max", name="Max"))


class TestConformance(Conformance):
    plugin = "insurance"
    tier = "gold"


def day(ago):
    return None if ago is None else AS_OF - timedelta(days=ago)


def policy(begun=100, left=264, *, issued=None, paid=0, ended=None, product="motor", agent="max", key="P1", **more):
    """Return a policy that began so many days ago and lasts so many more; paid until so many days from now."""
    return Policy(
        id=key,
        holder=more.pop("holder", ""),
        product=product,
        agent=agent,
        applied_on=day(max(begun, issued or 0) + 1),
        issued_on=day(begun if issued is None else issued),
        starts=day(begun),
        ends=day(-left),
        paid_until=day(-(left if paid == 0 else paid)),
        ended_on=day(ended),
        premium=Decimal(500),
        state=more.pop("state", "in_force"),
        **more,
    )


def quoted(**more):
    return Policy(id="Q1", holder="", product="motor", applied_on=day(5), premium=Decimal(500), **more)


def insured(*records, **columns):
    return given(records=[*BASE, *records], **columns)


def paid(amount, ago=10, key="P1"):
    return PremiumPayment(policy=key, on=day(ago), amount=Decimal(amount))


def claimed(ago=50, reserve=0, key="C1", **more):
    return Claim(id=key, policy="P1", occurred_on=day(ago), reported_on=day(ago), reserve=Decimal(reserve), **more)


def cost(amount, ago=40, key="C1"):
    return ClaimPayment(claim=key, on=day(ago), amount=Decimal(amount))


def due(ago, settled=None, key="i1"):
    return Premium(id=key, policy="P1", due=day(ago), amount=Decimal(125), settled_on=day(settled))


@pytest.mark.parametrize(
    ("facts_", "segment"),
    [
        (insured(), "prospect"),
        (insured(quoted()), "quoted"),
        (insured(quoted(state="declined", ended_on=day(3))), "prospect"),
        (insured(policy(60)), "new"),
        (insured(policy(61)), "in_force"),
        (insured(policy(-5, 300, issued=2)), "new"),
        (insured(policy(350, 15)), "in_force"),
        (insured(policy(350, 14)), "renewal_due"),
        (insured(policy(350, 14, renewed_on=day(1))), "in_force"),
        (insured(policy(365, 0)), "renewal_due"),
        (insured(policy(100, 264, paid=-1)), "grace"),
        (insured(policy(20, 344, paid=-1)), "grace"),
        (insured(policy(200, 164, ended=10, state="lapsed")), "lapsed"),
        (insured(policy(2000, -1700, ended=731, state="lapsed")), "lost"),
        (insured(policy(200, 164, ended=10, state="surrendered")), "surrendered"),
        (insured(policy(400, -35, ended=35, state="expired")), "lost"),
        (insured(policy(400, -35)), "lost"),  # nobody has swept it yet
        (insured(policy(200, 164, ended=10, state="lapsed"), quoted()), "quoted"),
    ],
    ids=str,
)
def test_lifecycle(facts_, segment):
    assert placed(lifecycle, facts_) == segment


@pytest.mark.parametrize(
    ("facts_", "segment"),
    [
        (insured(), "none"),
        (insured(policy()), "low"),
        (insured(policy(paid=-1)), "medium"),
        (insured(policy(paid=-14)), "medium"),
        (insured(policy(paid=-15)), "high"),
        (insured(policy(agent=None)), "medium"),
        (insured(policy(agent="bob"), Agent(id="bob", name="Bob", left_on=day(0))), "medium"),
        (insured(policy(agent="bob"), Agent(id="bob", name="Bob", left_on=day(-1))), "low"),
        (insured(policy(), due(100, 93), due(90, 82, "i2")), "low"),
        (insured(policy(), due(100, 92), due(90, 82, "i2")), "medium"),
    ],
    ids=str,
)
def test_lapse_risk(facts_, segment):
    assert placed(lapse_risk, facts_) == segment


OTHER = given(records=[policy(key="P9"), paid(1000, key="P9")])


@pytest.mark.parametrize(
    ("facts_", "segment"),
    [
        (insured(), "none"),
        (insured(policy(), paid(500), paid(-500)), "none"),
        (insured(policy(), paid(500), claimed(), cost(501)), "loss"),
        (insured(policy(), paid(500), claimed(reserve=501)), "loss"),
        (insured(policy(), claimed(reserve=1)), "loss"),
        (insured(policy(), paid(500), claimed(), cost(500)), "normal"),
        (insured(policy(), paid(5000)), "top"),
        (insured(policy(), paid(200)), "normal"),
        (insured(policy(), paid(5000, 366)), "none"),
    ],
    ids=str,
)
def test_value(facts_, segment):
    assert placed(value, facts_, OTHER) == segment


@pytest.mark.parametrize(
    ("facts_", "segment"),
    [
        (insured(), "unrated"),
        (insured(quoted()), "unrated"),
        (insured(policy()), "standard"),
        (insured(policy(1095, 1)), "preferred"),
        (insured(policy(1094, 1)), "standard"),
        (insured(policy(1200, 1), claimed(1094)), "standard"),
        (insured(policy(1200, 1), claimed(1095)), "preferred"),
        (insured(policy(loading=Decimal("0.1"))), "substandard"),
        (insured(policy(), paid(500), claimed(), cost(499)), "standard"),
        (insured(policy(), paid(500), claimed(), cost(500)), "substandard"),
        (insured(policy(), claimed(1), claimed(2, key="C2"), claimed(3, key="C3")), "substandard"),
    ],
    ids=str,
)
def test_risk_class(facts_, segment):
    assert placed(risk_class, facts_) == segment


MEDICAL, ACCIDENT = (Product(id=line, name=line, line=line) for line in ("medical", "accident"))


@pytest.mark.parametrize(
    ("facts_", "segment"),
    [
        (insured(), "no_cover"),
        (insured(policy()), "both"),
        (insured(policy(), ACCIDENT, policy(product="accident", key="P2")), "medical"),
        (insured(policy(), MEDICAL, policy(product="medical", key="P2")), "accident"),
        (
            insured(MEDICAL, ACCIDENT, policy(product="medical"), policy(product="accident", key="P2")),
            "closed",
        ),
        (insured(MEDICAL, policy(product="medical", ended=1)), "no_cover"),
    ],
    ids=str,
)
def test_coverage_gap(facts_, segment):
    assert placed(coverage_gap, facts_) == segment


def test_a_household_is_covered_by_what_its_members_hold_and_a_person_by_what_insures_it():
    home = given(id="home", kind="household")
    head = given(id="head", parent="home", records=[*BASE, MEDICAL, policy(product="medical", holder="head")])
    child = given(id="child", parent="home", records=[Party(policy="P1", customer="child", kind="insured")])
    guest = given(id="guest", records=[Party(policy="P1", customer="guest", kind="beneficiary")])
    everybody = (home, head, child, guest)
    found = {}
    for number, one in enumerate(everybody):
        others = [*everybody[:number], *everybody[number + 1 :]]
        found[str(one.columns["id"])] = placed(coverage_gap, one, *others)
    assert found == {"home": "accident", "head": "accident", "child": "accident", "guest": "no_cover"}


@pytest.mark.parametrize("name", ["agent", "broker", "bank", "online", "direct"])
def test_channel(name):
    assert placed(channel, insured(policy(channel=name))) == name


def test_channel_is_that_of_the_policy_applied_for_last():
    assert placed(channel, insured()) == "none"
    assert placed(channel, insured(policy(200, channel="bank"), policy(50, key="P2", channel="online"))) == "online"
    assert placed(channel, insured(policy())) is None
    assert missing(channel, insured(policy())) == ("insurance.last_channel",)


@pytest.mark.parametrize(
    ("settings", "scheme", "facts_", "segment"),
    [
        ({"insurance.new_days": 10}, lifecycle, insured(policy(60)), "in_force"),
        ({"insurance.lost_days": 5}, lifecycle, insured(policy(200, 164, ended=10, state="lapsed")), "lost"),
        ({"insurance.high_overdue_days": 1}, lapse_risk, insured(policy(paid=-1)), "high"),
        ({"insurance.late_payments": 1, "insurance.late_days": 0}, lapse_risk, insured(policy(), due(9, 8)), "medium"),
        ({"insurance.top_share": Decimal(1)}, value, insured(policy(), paid(1)), "top"),
        ({"insurance.claim_free_days": 50}, risk_class, insured(policy()), "preferred"),
        ({"insurance.many_claims": 1}, risk_class, insured(policy(), claimed()), "substandard"),
        (
            {"insurance.bad_loss_ratio": Decimal("0.5")},
            risk_class,
            insured(policy(), paid(500), claimed(), cost(250)),
            "substandard",
        ),
    ],
    ids=str,
)
def test_settings_move_customers(settings, scheme, facts_, segment):
    assert placed(scheme, facts_, settings=settings) == segment


def test_sums_and_days_are_those_of_policies_in_force():
    known = insured(
        policy(sum_insured=Decimal(9)), policy(500, -100, ended=90, key="P2", sum_insured=Decimal(5)), due(5)
    )
    assert valued(facts.sum_insured, known) == 9
    assert valued(facts.premium_in_force, known) == 500
    assert valued(facts.overdue, known) == 125
    assert valued(facts.next_expiry, known) == day(-264)
    assert valued(facts.covered_until, known) == day(-264)


@pytest.mark.parametrize("setting", crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")


def test_no_playbook_claims_that_a_source_states_its_treatment():
    assert not any(one.treatment.texts for one in PLAYBOOKS)
