"""Playbooks say what to do for a segment's customers, and refuse what nobody could carry out."""

from decimal import Decimal

import pytest
from company_kit import plugin

from crmcore import Customer, Playbook, RuleError, Scheme, Segment, Setting, TaskTemplate, UnknownName, rows
from crmcore.grammar.days import days_of
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.loading import load_plugins

tier = Scheme("acme.tier", Segment("key", when=rows(Customer).kind.is_("organization")), Segment("standard"))
visit_every = Setting("acme.visit_every", 30, least=1)
plan_days = Setting("acme.plan_days", 14, least=0)
plan = TaskTemplate("plan", {"en": "Agree on a plan", "zh": "商定计划"}, due=plan_days)


def test_a_playbook_is_found_under_its_name_with_the_scheme_and_settings_it_uses():
    care = Playbook("acme.care", tier, "key", plan, cadence=visit_every, owner="Key accounts", treatment="Much care")
    catalogue = build_catalogue(load_plugins(only=[plugin("acme", playbooks=[care])]))
    assert catalogue.playbook("acme.care") is care
    assert catalogue.scheme("acme.tier") is tier
    assert {"acme.visit_every", "acme.plan_days"} <= catalogue.rule_settings  # the company's, changed for all at once
    assert (care.answer.name, care.settings, care.treatment("zh")) == ("key", (visit_every, plan_days), "Much care")
    assert care.place.file == __file__
    assert repr(care) == "Playbook('acme.care')"


def test_two_playbooks_of_one_name_set_the_later_plugin_aside():
    first, second = (Playbook("acme.care", tier, segment) for segment in ("key", "standard"))
    catalogue = build_catalogue(load_plugins(only=[plugin("acme", playbooks=[first, second])]))
    (record,) = catalogue.plugins.records
    assert record.status == "failed"
    assert "'acme.care' is declared twice" in record.reason


def test_a_playbook_has_the_prefix_of_its_plugin_and_texts_for_people():
    stranger = Playbook("other.care", tier, "key")
    mute = Playbook("acme.care", tier, "key", offers={"en": 3})
    for playbook, reason in ((stranger, "'other.care'"), (mute, "offers that is no text")):
        (record,) = build_catalogue(load_plugins(only=[plugin("acme", playbooks=[playbook])])).plugins.records
        assert record.status != "active"
        assert reason in record.reason


@pytest.mark.parametrize(
    ("declare", "reason"),
    [
        (lambda: Playbook("care", tier, "key"), "no full name"),
        (lambda: Playbook("acme.care", "acme.tier", "key"), "it belongs to a scheme, not to 'acme.tier'"),
        (lambda: Playbook("acme.care", tier, "key", "plan"), "come task templates, not 'plan'"),
        (lambda: Playbook("acme.care", tier, "key", plan, plan), "two tasks called 'plan'"),
        (lambda: Playbook("acme.care", tier, "key", cadence=0), "cadence: days are 1 or more, not 0"),
        (lambda: Playbook("acme.care", tier, "key", cadence=plan_days), "'acme.plan_days' needs least=1"),
        (lambda: Playbook("acme.care", tier, "key", owner=" "), "owner= takes"),
        (lambda: Playbook("acme.care", tier, "key", owner=tier), "owner= takes"),
        (lambda: TaskTemplate("Plan", "Agree"), "small letters"),
        (lambda: TaskTemplate("visit", "Agree"), "what a cadence makes"),
        (lambda: TaskTemplate("plan", ""), "needs a title"),
        (lambda: TaskTemplate("plan", {"en": 3}), "a title is a text"),
        (lambda: TaskTemplate("plan", "Agree", due=-1), "days are 0 or more, not -1"),
        (lambda: TaskTemplate("plan", "Agree", due=True), "a whole number of days"),
        (lambda: TaskTemplate("plan", "Agree", due=1.5), "a whole number of days"),
        (
            lambda: TaskTemplate("plan", "Agree", due=Setting("acme.share", Decimal(1), least=0)),
            "a whole number of days",
        ),
        (lambda: TaskTemplate("plan", "Agree", due=Setting("acme.wait", 1)), "'acme.wait' needs least=0"),
        (lambda: TaskTemplate("plan", "Agree", on="leaving"), 'on= is "enter" or "leave"'),
    ],
)
def test_what_nobody_could_carry_out_is_refused_where_it_is_declared(declare, reason):
    with pytest.raises(RuleError, match=reason):
        declare()


def test_a_misspelt_segment_is_refused_with_the_nearest_one():
    with pytest.raises(UnknownName, match="did you mean 'key'"):
        Playbook("acme.care", tier, "kye")


def test_days_are_those_that_the_company_has_set():
    assert days_of(7, {}) == 7
    assert days_of(visit_every, {}) == 30
    assert days_of(visit_every, {"acme.visit_every": 10}) == 10
