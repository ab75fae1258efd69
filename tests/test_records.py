"""The record types of the core, as programs and type checkers see them."""

import ast
import inspect

import pytest

import crmcore
from crmcore import Record, RuleError, records
from crmcore.entities import type_of
from crmcore.records import CORE_RECORDS

SOURCE = ast.parse(inspect.getsource(records))


def spelt_out(record):
    """Return the keywords of each column as they stand in the source: all that a type checker knows of it."""
    (body,) = (node.body for node in SOURCE.body if isinstance(node, ast.ClassDef) and node.name == record.__name__)
    columns = [node for node in body if isinstance(node, ast.AnnAssign)]
    return {node.target.id: {keyword.arg for keyword in node.value.keywords} for node in columns}


@pytest.mark.parametrize("record", CORE_RECORDS)
def test_type_checkers_see_which_columns_a_new_record_needs(record):
    told = spelt_out(record)
    for column in type_of(record).columns:
        if column.name != "id":
            assert ("default" in told[column.name]) is not column.required, column.name


@pytest.mark.parametrize("name", ["version", "created", "changed", "fields", "role", "record_class", "is_customer"])
def test_no_column_is_called_what_rules_take_for_something_else(name):
    with pytest.raises(RuleError, match=name):
        crmcore.record("thing")(
            type("Thing", (Record,), {"__annotations__": {name: str}, name: crmcore.column(crmcore.TEXT)})
        )
