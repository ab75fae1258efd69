"""What a migration is, and how a plugin numbers its migrations."""

import pytest
from company_kit import plugin

from crmcore import TEXT, Customer, Migration, Record, RuleError, column, record
from crmcore.grammar.migrations import gap_in, schema_of
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.loading import load_plugins


@record("visit")
class Visit(Record):
    note: str | None = column(TEXT)


def same(document):
    return document


def test_a_plugin_without_migrations_has_schema_1():
    assert schema_of(()) == 1


def test_the_schema_of_a_plugin_is_where_its_migrations_lead():
    assert schema_of([Migration(2, Customer, same), Migration(3, Visit, same), Migration(3, Customer, same)]) == 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ((1, Customer, same), "number= takes a number from 2, since new data has schema 1, .* not 1"),
        (("2", Customer, same), "not '2'"),
        ((True, Customer, same), "not True"),
        ((2, Customer, {"a": 1}), r"change= takes a function, not {'a': 1}"),
        ((2, int, same), "on= takes a record type or its name, not <class 'int'>"),
        ((2, "", same), "on= takes a record type or its name, not ''"),
        ((2, 7, same), "on= takes a record type or its name, not 7"),
    ],
)
def test_a_migration_that_cannot_be_one_is_refused_where_it_is_declared(wrong, message):
    with pytest.raises(RuleError, match=message):
        Migration(*wrong)


def test_a_migration_knows_where_it_stands_and_where_documents_go():
    step = Migration(2, "call", same, into=Visit)
    assert (step.name, step.table, step.target) == ("2:call", "call", "visit")
    assert step.place.file == __file__


def test_a_gap_in_the_numbers_is_named():
    assert gap_in([Migration(2, Visit, same), Migration(3, Visit, same)]) == ""
    assert "lead to schema 4" in gap_in([Migration(2, Visit, same), Migration(4, Visit, same)])
    assert "none leads to 3" in gap_in([Migration(2, Visit, same), Migration(4, Visit, same)])


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([Migration(3, Visit, same)], "but none leads to 2"),
        ([Migration(2, Visit, same), Migration(2, Visit, same, doc="again")], "'demo.2:visit' is declared twice"),
    ],
)
def test_a_plugin_whose_migrations_are_unclear_is_set_aside(steps, reason):
    found = build_catalogue(load_plugins(only=[plugin("demo", records=[Visit], migrations=steps)]))
    assert found.plugins.record("demo").status == "failed"
    assert reason in found.plugins.record("demo").reason


def test_two_plugins_may_each_have_a_second_schema():
    found = build_catalogue(
        load_plugins(only=[plugin(name, migrations=[Migration(2, Customer, same)]) for name in "ab"])
    )
    assert found.names("migration") == ("a.2:customer", "b.2:customer")
