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
    (record,) = build_catalogue(load_plugins(only=[plugin("acme", playbooks=[stranger])])).plugins.records
    assert record.status != "active"
    assert "'other.care'" in record.reason
    with pytest.raises(RuleError, match=r"playbook 'acme.care': offers= takes texts .*, not {'en': 3}"):
        Playbook("acme.care", tier, "key", offers={"en": 3})


@pytest.mark.parametrize(
    ("declare", "reason"),
    [
        (lambda: Playbook("care", tier, "key"), "name= takes a full name"),
        (lambda: Playbook("acme.care", "acme.tier", "key"), "scheme= takes a scheme, not 'acme.tier'"),
        (
            lambda: Playbook("acme.care", tier, "key", "plan"),
            r"tasks= takes a list, each a task template, not \('plan',\)",
        ),
        (lambda: Playbook("acme.care", tier, "key", plan, plan), "two tasks called 'plan'"),
        (lambda: Playbook("acme.care", tier, "key", cadence=0), "cadence= takes a number of days from 1, .*, not 0"),
        (
            lambda: Playbook("acme.care", tier, "key", cadence=plan_days),
            "or a setting with least=1, or None, not setting 'acme.plan_days'",
        ),
        (lambda: Playbook("acme.care", tier, "key", owner=" "), "owner= takes"),
        (lambda: Playbook("acme.care", tier, "key", owner=tier), "owner= takes"),
        (lambda: TaskTemplate("Plan", "Agree"), "small letters"),
        (lambda: TaskTemplate("visit", "Agree"), "what a cadence makes"),
        (lambda: TaskTemplate("plan", ""), "title= takes a text for people"),
        (lambda: TaskTemplate("plan", {"en": 3}), "title= takes a text for people, .*, not {'en': 3}"),
        (lambda: TaskTemplate("plan", "Agree", due=-1), "due= takes a number of days, .*, not -1"),
        (lambda: TaskTemplate("plan", "Agree", due=True), "due= takes a number of days"),
        (lambda: TaskTemplate("plan", "Agree", due=1.5), "due= takes a number of days"),
        (
            lambda: TaskTemplate("plan", "Agree", due=Setting("acme.share", Decimal(1), least=0)),
            "due= takes a number of days",
        ),
        (
            lambda: TaskTemplate("plan", "Agree", due=Setting("acme.wait", 1)),
            "or a setting with least=0, not setting 'acme.wait'",
        ),
        (lambda: TaskTemplate("plan", "Agree", on="leaving"), "on= takes one of enter, leave, not 'leaving'"),
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
