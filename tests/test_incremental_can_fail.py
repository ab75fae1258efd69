"""The law of incremental placement is seen to fail: one fault each, and some sequence of steps shows it."""

from datetime import timedelta

import pytest
import test_incremental
from attrs import evolve
from company_kit import plugin
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from test_incremental import FEW, SMALL, Company
from vocabulary import FIELDS, Policy

from crmcore.evaluation.boundaries import Horizon
from crmcore.evaluation.placements import Timeline
from crmcore.grammar.walk import needs, rules_of
from crmcore.work import classifying, committing, due, placing, touched
from crmcore.work.placing import Placer

FAULTS = {}
TIMED = [each for each in FEW if needs(*rules_of(each)).uses_time and not needs(*rules_of(each)).population]


class Small(Company):
    """Fewer schemes: each step is quick."""

    plugins = (SMALL,)
    without = (plugin("none"),)


class Timed(Small):
    """Only schemes in which time passes, and no population value that is fitted again each day."""

    plugins = (plugin("law", records=[Policy], fields=list(FIELDS), schemes=TIMED),)


def fault(plant):
    FAULTS[plant.__name__] = plant, Small
    return plant


def fault_in_time(plant):
    FAULTS[plant.__name__] = plant, Timed
    return plant


@pytest.mark.parametrize("name", FAULTS)
def test_the_law_of_incremental_placement_finds_the_fault(name, monkeypatch):
    plant, machine = FAULTS[name]
    plant(monkeypatch)
    found = settings(settings.get_profile("fault"), max_examples=100, stateful_step_count=25)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=found)


@fault
def nobody_is_touched(patch):
    patch.setattr(committing, "touched_customers", lambda *_: ())


@fault
def only_those_who_have_something_now_are_touched(patch):
    patch.setattr(touched._Earlier, "get", lambda self, table, key: None)


@fault
def references_are_not_followed(patch):
    patch.setattr(committing, "followed", lambda _schemes: ())


@fault
def the_deleted_keep_their_placements(patch):
    right = committing.touched_customers

    def touched_customers(reader, *rest):
        return tuple(key for key in right(reader, *rest) if reader.get("customer", key) is not None)

    patch.setattr(committing, "touched_customers", touched_customers)


@fault
def the_archived_keep_their_placements(patch):
    patch.setattr(Placer, "withdraw", lambda self, scheme, customer: None)


@fault
def what_was_not_placed_is_not_noted(patch):
    right = placing.state_document
    for module in (placing, classifying):
        patch.setattr(module, "state_document", lambda state: right(evolve(state, stale_since=0)))


@fault
def changed_rules_are_not_noticed(patch):
    for module in (classifying, placing, test_incremental):
        patch.setattr(module, "definition", lambda scheme, world: "the same")


@fault_in_time
def only_who_is_overdue_is_reviewed(patch):
    right = due.is_due
    patch.setattr(due, "is_due", lambda document, day: right(document, day - timedelta(days=1)))


@fault_in_time
def reviews_are_a_month_late(patch):
    right = Horizon.of_scheme

    def late(self, scheme):
        day = right(self, scheme)
        return day and day + timedelta(days=30)

    patch.setattr(Horizon, "of_scheme", late)


@fault
def new_population_values_move_nobody(patch):
    patch.setattr(classifying, "population_values", lambda scheme, world: {})


@fault
def moves_are_forgotten(patch):
    right = placing.replace
    patch.setattr(committing, "replace", lambda *given, **more: right(*given, **more)[1:])


@fault
def what_is_missing_is_not_brought_up_to_date(patch):
    right = Timeline.placed

    def placed(self, new):
        current = self.current
        return self if current is not None and current.segment == new.segment else right(self, new)

    patch.setattr(Timeline, "placed", placed)
