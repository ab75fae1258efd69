"""How rules read in English and Chinese; the readings themselves stand in `readings`."""

import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

import pytest
from acme import CHINESE, ENGLISH, key_spend, spend, tier, web
from expressions import KINDS, predicates, schemes, terms
from hypothesis import given
from hypothesis import strategies as st
from random_customers import settings as setting_values
from readings import EVERY_NODE, TABLES
from vocabulary import chairs

from crmcore.grammar.declare import InSegment, Metric, Scheme, Segment, Setting
from crmcore.grammar.expr import And, Node, Not, Or, Predicate, Term
from crmcore.grammar.unions import AnyPredicate, AnyTerm
from crmcore.grammar.walk import children
from crmcore.speech.wording import Reader, define, describe

READINGS = [
    pytest.param(*reading, id=f"{name}: {reading[1][:60]}") for name, table in TABLES.items() for reading in table
]


@pytest.mark.parametrize(("node", "english", "chinese"), READINGS)
def test_a_rule_reads_as_part_of_a_sentence(node, english, chinese):
    assert describe(node, ENGLISH) == english
    assert describe(node, CHINESE) == chinese


def every_class(of: type) -> Iterator[type]:
    """Yield the subclasses of a class that can be imported; attrs makes each anew and leaves the first one behind."""
    for made in of.__subclasses__():
        if made.__module__.startswith("crmcore.") and getattr(sys.modules[made.__module__], made.__name__) is made:
            yield made
        yield from every_class(made)


def test_every_node_class_of_the_grammar_has_a_reading():
    nodes = {*every_class(Term), *every_class(Predicate)}
    assert {type(node) for node, _, _ in EVERY_NODE} == nodes
    assert {*get_args(AnyTerm), *get_args(AnyPredicate)} == nodes


def test_a_scheme_reads_as_its_segments_in_order():
    assert define(tier, ENGLISH) == (
        "1. Key account: spend in 12 months >= 250,000 EUR [acme.key_spend] or treatment chairs >= 40",
        "2. growing: spend in 12 months >= 50,000 EUR",
        "3. sleeping: days since last_purchase > 365 (if unknown: no)",
        "otherwise: standard",
    )
    assert define(tier, CHINESE) == (
        "1. 重点客户：年消费额 ≥ 250,000 CNY [acme.key_spend] 或牙椅数 ≥ 40",
        "2. growing：年消费额 ≥ 50,000 CNY",
        "3. sleeping：last_purchase 至今的天数 > 365（未知时视为不成立）",
        "其余：standard",
    )


def test_a_scheme_with_one_answer_says_so():
    assert define(Scheme("acme.all", Segment("member")), ENGLISH) == ("everyone: member",)


def test_a_metric_reads_as_what_it_computes():
    line_of_spend = "Spend in 12 months: total amount of purchases in the 365 days up to the date"
    assert define(spend, ENGLISH) == (line_of_spend,)


def test_the_companys_value_of_a_setting_is_said_not_its_default():
    reader = Reader("en", "EUR", settings={"acme.key_spend": Decimal(99)})
    assert describe(spend >= key_spend, reader) == "spend in 12 months >= 99 EUR [acme.key_spend]"


def test_an_unknown_language_reads_english():
    assert describe(web, Reader("fr")) == describe(web, ENGLISH)


@pytest.mark.parametrize(
    "label", ["VIP level", "Net Promoter Score", "RFM", "A", "Q1 revenue", "iPhone users", "Excel 表格"]
)
def test_names_and_abbreviations_keep_their_capitals(label):
    assert describe(Metric("acme.score", chairs + 1, label={"en": label}), ENGLISH) == label


# -- laws ------------------------------------------------------------------------------------------------------------

any_node = st.one_of(predicates(), st.sampled_from(KINDS).flatmap(terms))
readers = st.builds(
    Reader,
    language=st.sampled_from(("en", "zh")),
    currency=st.sampled_from(("EUR", "JPY")),
    settings=setting_values(),
)


def said_parts(node: Node) -> Iterator[Node]:
    """Yield what is said of a node: everything but what metrics and schemes stand for."""
    yield node
    if not isinstance(node, Metric | InSegment):
        for child in children(node):
            yield from said_parts(child)


@given(any_node, readers)
def test_every_rule_can_be_said_with_all_its_settings(node, reader):
    said = describe(node, reader)
    assert said == " ".join(said.split())
    assert not {"{", "}", "None"} & {*said, *said.split()}
    names = {part.name for part in said_parts(node) if isinstance(part, Setting)}
    assert {name for name in names if f"[{name}]" not in said} == set()


@given(any_node, readers)
def test_brackets_and_quotation_marks_come_in_pairs(node, reader):
    said = describe(node, reader)
    for opening, closing in ("()", "（）", "“”", "[]"):
        assert said.count(opening) == said.count(closing)


@given(predicates(), readers)
def test_a_rule_and_its_negation_read_differently(rule, reader):
    assert describe(~rule, reader) != describe(rule, reader)
    assert describe(~~rule, reader) == describe(rule, reader)


@given(predicates(max_depth=1), predicates(max_depth=1), predicates(max_depth=1), readers)
def test_how_and_and_or_are_nested_can_be_heard(one, two, three, reader):
    left, right = Or((And((one, two)), three)), And((one, Or((two, three))))
    assert describe(left, reader) != describe(right, reader)
    assert describe(Not(left), reader) != describe(Or((Not(And((one, two))), three)), reader)


@given(schemes(), readers)
def test_a_scheme_has_a_line_for_every_segment(scheme, reader):
    lines = define(scheme, reader)
    assert len(lines) == len(scheme.segments)
    assert all(
        segment.label(reader.language, segment.name) in line
        for segment, line in zip(scheme.segments, lines, strict=True)
    )


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_the_bounds_of_rules_are_said_with_all_their_digits(bound):
    said = describe(spend >= bound, ENGLISH).removeprefix("spend in 12 months >= ").removesuffix(" EUR")
    assert Decimal(said.replace(",", "")) == bound
