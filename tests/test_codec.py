"""Records become plain documents and come back equal, whatever they hold and whoever declared them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcore.entities import Moment, Record, Stamp, column, record, type_of
from crmcore.errors import Invalid, RuleError, UnknownName
from crmcore.kinds import BOOLEAN, DATE, INSTANT, INTEGER, MONEY, RATIO, TEXT, TEXTS, decimal
from crmcore.records import CORE_RECORDS, Customer, Purchase, Task
from crmcore.storage import codec as codec_module
from crmcore.storage.codec import Codec

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STAMP = Stamp(NOON, "ada")


@record("policy", links={"holder": "holder", "insured": "insured"}, dated_by="since")
class Policy(Record):
    """What a plugin may declare: every kind, and defaults that are not empty."""

    holder: str = column(TEXT, required=True, refers_to="customer")
    insured: str | None = column(TEXT, refers_to="customer")
    since: Moment = column(INSTANT, required=True)
    until: date | None = column(DATE)
    premium: Decimal | None = column(MONEY)
    share: Decimal | None = column(decimal(6))
    loss_ratio: float | None = column(RATIO)
    claims: int | None = column(INTEGER, default=0)
    active: bool = column(BOOLEAN, default=True)
    perils: tuple[str, ...] = column(TEXTS, default=("fire",))
    notes: "str | None" = column(TEXT, default="-")
    aliases: tuple[str, ...] | None = column(TEXTS)


CODEC = Codec((*CORE_RECORDS, Policy))
ALL = (*CORE_RECORDS, Policy)

texts = st.text(max_size=8)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)
KINDS = {
    "text": texts,
    "texts": st.lists(texts, max_size=3).map(tuple),
    "boolean": st.booleans(),
    "integer": st.integers(),
    "money": decimals,
    "decimal": decimals,
    "ratio": st.floats(allow_nan=False, allow_infinity=False),
    "date": st.dates(),
    "instant": st.dates() | st.datetimes(timezones=st.just(UTC)),
}
stamps = st.builds(Stamp, st.datetimes(timezones=st.just(UTC)), texts)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
names = st.from_regex(r"[a-z]{2,6}(\.[a-z_]{1,6})?", fullmatch=True)
known = frozenset().union(*({field.name for field in attrs.fields(cls)} for cls in ALL))


def rows_of(cls):
    given_values = {}
    for facts in type_of(cls).columns:
        values = KINDS[facts.kind.name]
        default = attrs.fields_dict(cls)[facts.name].default
        nullable = default is None or "None" in str(attrs.fields_dict(cls)[facts.name].type)
        given_values[facts.name] = values | st.none() if nullable and facts.name != "id" else values
    given_values |= {
        "version": st.integers(0, 10**6),
        "created": st.none() | stamps,
        "changed": st.none() | stamps,
        "fields": st.dictionaries(names.filter(lambda name: name not in known), jsons, max_size=3),
    }
    return st.builds(cls, **given_values)


@given(st.one_of([rows_of(cls) for cls in ALL]))
def test_every_record_comes_back_equal_from_plain_json(row):
    document = CODEC.encode(row)
    assert orjson.loads(orjson.dumps(document)) == document
    for wanted in (type(row), type_of(type(row)).name):
        found = CODEC.decode(wanted, document)
        assert found == row
        assert type(found) is type(row)
    assert CODEC.encode(CODEC.decode(type(row), document)) == document


@given(st.one_of([rows_of(cls) for cls in ALL]))
def test_moments_and_texts_keep_their_types(row):
    found = CODEC.decode(type(row), CODEC.encode(row))
    for facts in type_of(type(row)).columns:
        before, after = getattr(row, facts.name), getattr(found, facts.name)
        assert type(before) is type(after), facts.name


def test_a_document_leaves_out_what_is_empty():
    assert CODEC.encode(Customer(id="c1", name="Ada")) == {"id": "c1", "version": 0, "name": "Ada"}


def test_a_document_is_readable_by_people():
    row = Purchase(
        id="p1",
        version=2,
        created=STAMP,
        customer="c1",
        at=date(2026, 1, 2),
        amount=Decimal("12.50"),
        fields={"a.b": "x"},
    )
    assert CODEC.encode(row) == {
        "id": "p1",
        "version": 2,
        "created": {"at": "2026-11-21T12:00:00Z", "actor": "ada"},
        "customer": "c1",
        "at": "2026-01-02",
        "amount": "12.50",
        "fields": {"a.b": "x"},
    }


def test_an_empty_value_is_written_where_leaving_it_out_would_mean_the_default():
    row = Policy(holder="c1", since=NOON, claims=None, perils=(), notes=None)
    document = CODEC.encode(row)
    assert document["claims"] is None
    assert document["perils"] == []
    assert CODEC.decode(Policy, document) == row
    assert CODEC.decode(Policy, {"holder": "c1", "since": "2026-11-21"}).claims == 0


def test_null_means_nothing_where_a_column_may_be_empty():
    assert CODEC.decode(Customer, {"name": "Ada", "email": None}) == Customer(name="Ada")


def test_columns_and_fields_that_nobody_knows_are_kept_verbatim():
    document = {
        "id": "c1",
        "version": 3,
        "name": "Ada",
        "loyalty": {"points": [1, 2.5, None], "since": "2020-01-01"},
        "fields": {"gone.risk": "1.230", "gone.big": "99999999999999999999"},
    }
    row = CODEC.decode(Customer, document)
    assert row.fields["loyalty"] == document["loyalty"]
    assert CODEC.encode(row) == document
    renamed = CODEC.encode(attrs.evolve(row, name="Eve"))
    assert renamed == {**document, "name": "Eve"}


def test_all_problems_of_a_document_are_told_at_once_each_with_its_place():
    document = {
        "id": "p9",
        "version": "3",
        "created": {"at": 5, "actor": "ada"},
        "changed": {"at": "2026-11-21T12:00:00Z"},
        "at": "yesterday",
        "amount": 12.5,
        "fields": {"bare": 1},
        "dotted.column": 1,
    }
    with pytest.raises(Invalid) as caught:
        CODEC.decode("purchase", {**document, "version": True})
    assert str(caught.value).splitlines() == [
        "purchase 'p9' cannot be read",
        "version='True': is true or false, not a whole number",
        "created.at='5': is a whole number, not a date",
        "changed=\"{'at': '2026-11-21T12:00:00Z'}\": is a mapping, not a mapping of `at` and `actor`",
        "fields.bare='bare': is not the full name of a field, such as plugin.name",
        "customer: is missing",
        "at='yesterday': is not a date as YYYY-MM-DD",
        "amount='12.5': is a number with a point, not a decimal number as text",
        "dotted.column: is no column; the values of plugins' fields stand under 'fields'",
    ]


def test_all_problems_of_a_record_are_told_at_once_each_with_its_place():
    row = Purchase(
        id="p9",
        customer=None,
        at=NOON.replace(tzinfo=None),
        amount=Decimal("NaN"),
        channel=5,
        created=Stamp("now", "ada"),
        changed=("now", "ada"),
        fields={"amount": 1, 7: 2, "ok.field": 3},
    )
    with pytest.raises(Invalid) as caught:
        CODEC.encode(row)
    assert [(each.column, each.reason) for each in caught.value.problems] == [
        ("created.at", "is a text, not a date"),
        ("changed", "is of type tuple, not a stamp"),
        ("customer", "is missing"),
        ("at", "has no time zone"),
        ("amount", "is not a finite number"),
        ("channel", "is a whole number, not a text"),
        ("fields.amount", "is a column and cannot be a field as well"),
        ("fields.7", "the name of a field must be a text"),
    ]
    assert str(caught.value).startswith("purchase 'p9' cannot be stored")


@pytest.mark.parametrize(
    ("change", "place", "reason"),
    [
        ({"name": None}, "name", "is missing"),
        ({"tags": "a"}, "tags", "is a text, not a list of texts"),
        ({"tags": ["a", 1]}, "tags[1]", "is a whole number, not a text"),
        ({"fields": []}, "fields", "is a list, not a mapping of fields' names to values"),
        ({"fields": [], "extra": 1}, "fields", "is a list, not a mapping of fields' names to values"),
        ({"fields": {"bare": 1}, "extra": 1}, "fields.bare", "is not the full name of a field, such as plugin.name"),
        ({"created": {"at": "soon", "actor": "ada"}}, "created.at", "is not a date as YYYY-MM-DD"),
        ({"created": {"at": "2026-11-21T12:00:00Z", "actor": 1}}, "created.actor", "is a whole number, not a text"),
        ({"archived_at": "2026-11-21T12:00:00Z"}, "archived_at", "is not a date: Invalid isoformat string"),
    ],
)
def test_a_wrong_value_in_a_document_is_found(change, place, reason):
    with pytest.raises(Invalid) as caught:
        CODEC.decode(Customer, {"id": "c1", "name": "Ada", **change})
    (problem,) = caught.value.problems
    assert problem.column == place
    assert problem.reason.startswith(reason)


def test_a_column_that_must_not_be_empty_is_not_null():
    with pytest.raises(Invalid, match="state='None': is null, not a text"):
        CODEC.decode(Task, {"customer": "c1", "title": "call", "state": None})


def test_a_field_must_not_hide_a_column():
    with pytest.raises(Invalid, match=r"fields\.name: is a column and cannot be a field as well"):
        CODEC.encode(Customer(id="c1", name="Ada", fields={"name": "Eve"}))


def test_a_dotted_name_outside_the_fields_is_refused_rather_than_moved():
    with pytest.raises(Invalid, match=r"a\.b: is no column; the values of plugins' fields stand under 'fields'"):
        CODEC.decode(Customer, {"name": "Ada", "a.b": 1})


def test_what_is_no_mapping_is_no_document():
    with pytest.raises(Invalid, match="customer cannot be read\nis not a document"):
        CODEC.decode(Customer, 5)


def test_a_plugins_own_check_is_reported_like_any_other():
    @record("strict")
    class Strict(Record):
        size: int = column(INTEGER, required=True)

        def __attrs_post_init__(self):
            if self.size < 0:
                raise ValueError("size must not be negative")

    codec = Codec((Strict,))
    assert codec.decode(Strict, {"size": 1}).size == 1
    with pytest.raises(Invalid, match="size must not be negative"):
        codec.decode(Strict, {"size": -1})


def test_an_unknown_record_type_is_named_with_the_known_ones():
    with pytest.raises(UnknownName, match="did you mean 'customer'"):
        CODEC.decode("custommer", {})
    with pytest.raises(UnknownName, match="no record type named 'policy'"):
        Codec(CORE_RECORDS).encode(Policy(holder="c1", since=NOON))


def test_two_record_types_of_one_name_are_refused():
    @record("customer")
    class Other(Record):
        pass

    with pytest.raises(RuleError, match="two record types are called 'customer'"):
        Codec((Customer, Other))
    Codec((Customer, Customer))


def test_an_attribute_that_is_no_column_is_refused_before_it_is_lost():
    @record("leaky")
    class Leaky(Record):
        colour: str = "red"

    with pytest.raises(RuleError, match=r"leaky\.colour is not a column"):
        Codec((Leaky,))


def test_records_of_one_commit_share_their_stamp():
    documents = [CODEC.encode(Customer(id=key, name="x", created=STAMP)) for key in ("c1", "c2")]
    first, second = (CODEC.decode(Customer, document) for document in documents)
    assert first.created is second.created


def test_values_of_fields_and_settings_are_turned_by_the_same_module():
    assert codec_module.encode_value(MONEY, Decimal(5)) == "5"
    assert codec_module.decode_value(MONEY, "5") == Decimal(5)
