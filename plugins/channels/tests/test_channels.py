from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import crm_channels as plugin
import crm_lifecycle
import pytest
from crm_channels import responses
from crm_channels.contact import centre, contact
from crm_channels.facts import WAYS, CallCentre, way_of
from crm_channels.sales import sales_channel
from crm_channels.service import answer_days, prompt_days, service, settled_share, wait_days

from crmcore import Interaction, Purchase
from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"
    beside = (crm_lifecycle,)


def bought(*channels):
    """Return a customer with a purchase by each channel."""
    purchases = [Purchase(customer="", at=AS_OF - timedelta(days=5), amount=10, channel=one) for one in channels]
    return given(records=purchases)


def said(channel, ago=3, direction="in", **more):
    """Return a contact so many days ago; ``answered`` says how many days ago it was answered."""
    answered = more.pop("answered", None)
    fields = {f"channels.{name}": value for name, value in more.items()}
    responded = None if answered is None else AS_OF - timedelta(days=answered)
    return Interaction(
        customer="",
        at=AS_OF - timedelta(days=ago),
        channel=channel,
        direction=direction,
        responded_at=responded,
        fields=fields,
    )


def spoke(*contacts):
    return given(records=contacts)


# --- sales channel ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(), "not_bought"),
        (given(purchases=[(5, -10)]), "not_bought"),
        (bought("Online shop"), "online"),
        (bought("线上商城"), "online"),
        (bought("WEB", "web shop"), "online"),
        (bought("Store Berlin"), "store"),
        (bought("实体店"), "store"),
        (bought("Telephone"), "telephone"),
        (bought("电话销售"), "telephone"),
        (bought("phone order in the shop"), "telephone"),
        (bought("market stall"), "other"),
        (bought("Online shop", "Store Berlin"), "several"),
        (bought("market stall", "phone"), "several"),
        (bought("store", None), "store"),
        (bought(None), None),
    ],
    ids=str,
)
def test_sales_channel(facts, expected):
    assert placed(sales_channel, facts) == expected


def test_purchases_without_a_channel_tell_nothing():
    assert missing(sales_channel, bought(None)) == ("channels.kinds",)


def test_a_purchase_that_came_back_used_no_channel():
    returned = Purchase(customer="", at=AS_OF, amount=-10, channel="phone")
    assert placed(sales_channel, given(records=[*bought("web").records, returned])) == "online"


# --- contact ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("Call centre", "call_centre"),
        ("呼叫中心", "call_centre"),
        ("Fax", "fax"),
        ("传真", "fax"),
        ("E-Mail", "e_mail"),
        ("电子邮件", "e_mail"),
        ("Phone", "telephone"),
        ("电话", "telephone"),
        ("visit to the factory", "visit"),
        ("登门拜访", "visit"),
        ("WeChat", "social_media"),
        ("微信", "social_media"),
        ("letter", "letter"),
        ("信件", "letter"),
        ("web form", "internet"),
        ("互联网", "internet"),
        ("pigeon", "other"),
        (None, None),
    ],
)
def test_channel_of_contact_in_the_rule_and_in_the_report(channel, expected):
    assert placed(contact, spoke(said(channel))) == expected
    assert way_of(channel) == expected


def test_the_latest_contact_that_came_in_counts():
    assert placed(contact, spoke(said("fax", 9), said("phone", 2), said("letter", 1, "out"))) == "telephone"
    assert placed(contact, spoke(said("letter", 1, "out"))) is None
    assert missing(contact, given()) == ("channels.last_channel",)


@pytest.mark.parametrize("kind", CallCentre)
def test_kind_of_call_centre(kind):
    calls = (said("phone", 9, call_centre="cloud"), said("phone", 2, call_centre=kind.value), said("phone", 1))
    assert placed(centre, spoke(*calls)) == kind.value


def test_without_a_call_no_kind_of_call_centre_can_be_told():
    assert placed(centre, spoke(said("phone"))) is None
    assert missing(centre, spoke(said("phone"))) == ("channels.last_centre",)


# --- service ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(), "no_request"),
        (spoke(said("mail", 2)), "no_request"),
        (spoke(said("mail", 3)), "waiting"),
        (spoke(said("mail", 3, settled=True)), "no_request"),
        (spoke(said("mail", 3, settled=False)), "waiting"),
        (spoke(said("mail", 3, answered=3)), "prompt"),
        (spoke(said("mail", 3, answered=2)), "prompt"),
        (spoke(said("mail", 3, answered=1)), "slow"),
        (spoke(said("mail", 9, answered=9), said("mail", 9, answered=7)), "prompt"),
        (spoke(said("mail", 9, answered=9), said("mail", 9, answered=6)), "slow"),
        (spoke(said("mail", 3, answered=3), said("mail", 5)), "waiting"),
        (spoke(said("mail", 3, answered=-1)), "waiting"),
        (spoke(said("mail", 179, answered=170)), "slow"),
        (spoke(said("mail", 180, answered=170)), "no_request"),
        (spoke(said("mail", 180)), "no_request"),
        (spoke(said("mail", 9, "out")), "no_request"),
        (spoke(said("mail", 9, None)), "no_request"),
    ],
    ids=str,
)
def test_service_response(facts, expected):
    assert placed(service, facts) == expected


def test_the_companys_own_settings_decide():
    asked = spoke(said("mail", 3, answered=1))
    assert placed(service, asked, settings={prompt_days: 2}) == "prompt"
    assert placed(service, spoke(said("mail", 3)), settings={wait_days: 3}) == "no_request"


def test_what_was_measured():
    asked = spoke(
        said("mail", 9, answered=9), said("mail", 9, answered=6, settled=True), said("mail", 1, settled=False)
    )
    assert valued(answer_days, asked) == 1.5
    assert valued(settled_share, asked) == 0.5
    assert valued(settled_share, given()) is None


def test_an_answer_moves_the_customer_and_closes_the_task(crm_with):
    trial = crm_with(crm_lifecycle, plugin)
    trial.customer("c1", name="Ada")
    trial.run("interaction add --id i1 --customer c1 --at 2025-12-20T09:00 --channel mail --direction in").assert_ok()
    trial.classify()
    assert trial.segment("c1", service) == "waiting"
    assert [row["name"] for row in trial.run("view channels.unanswered --format json").json] == ["Ada"]
    trial.run("interaction edit i1 --responded_at 2025-12-19").assert_fails("answered after it was made")
    trial.run("interaction edit i1 --responded_at 2025-12-20T10:30").assert_ok()
    assert trial.segment("c1", service) == "prompt"
    assert trial.run("view channels.unanswered --format json").json == []


# --- the report ---------------------------------------------------------------------------------------------------


def at(day, hour, minute=0):
    return datetime(2025, 12, day, hour, minute, tzinfo=UTC)


def request(channel, asked, answered=None, **fields):
    known = {f"channels.{name}": value for name, value in fields.items()}
    return Interaction(customer="c1", at=asked, channel=channel, direction="in", responded_at=answered, fields=known)


def test_response_times_per_channel_and_call_centre(crm_with):
    trial = crm_with(crm_lifecycle, plugin)
    trial.customer("c1")
    trial.add(
        request("mail", at(1, 9), at(1, 11), settled=True),
        request("E-Mail", at(2, 9), at(3, 10), settled=False),
        request("mail", at(3, 9)),
        request("mail", date(2025, 12, 4), date(2025, 12, 5)),
        request("phone", at(4, 9), at(4, 9, 30), call_centre="cloud"),
        request("mail", datetime(2025, 1, 1, tzinfo=UTC), at(1, 11)),
        Interaction(customer="c1", at=at(5, 9), channel="mail", direction="out"),
    )
    per_way, per_centre = trial.run("report channels.responses --format json").assert_ok().json
    assert {row["channels.contact"]: tuple(row.values())[1:] for row in per_way["rows"]} == {
        "e_mail": (4, 3, "13.5", "25.0", 0.75, 0.5, 0.5),
        "telephone": (1, 1, "0.5", "0.5", 1, 1, None),
    }
    assert [row["channels.centre"] for row in per_centre["rows"]] == ["cloud"]
    trial.set(responses.target_hours, 25)
    (per_way, _) = trial.run("report channels.responses --format json").assert_ok().json
    assert per_way["rows"][0]["in_time_share"] == 1


def test_what_is_answered_after_the_day_of_the_report_was_not_answered_yet():
    asked = [request("mail", at(1, 9), at(20, 9))]
    assert responses.answers(asked, date(2025, 12, 19)).answered == 0
    assert responses.answers(asked, date(2025, 12, 20)).answered == 1


def test_the_day_of_an_answer_is_that_of_the_company():
    asked = [request("mail", at(1, 9), datetime(2025, 12, 19, 23, 30, tzinfo=UTC))]
    assert [
        responses.answers(asked, date(2025, 12, 19), zone).answered for zone in (UTC, ZoneInfo("Europe/Madrid"))
    ] == [1, 0]


def test_every_way_has_words_of_its_own():
    assert [way for way, words in WAYS.items() if {way_of(word) for word in words} != {way}] == []


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")
