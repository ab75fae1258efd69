"""Which declarations of other plugins use something of a plugin."""

from company_kit import make_crm, plugin

from crmcore import TEXT, Customer, Field, Metric, Record, Rule, Scheme, Segment, View, column, count, record, rows
from crmcore.plugging.dependents import dependents

SIZE = Field("one.size", int, on=Customer)
BIG = Metric("one.double", SIZE * 2)


@record("visit", links={"customer": "customer"})
class Visit(Record):
    customer: str = column(TEXT, required=True, refers_to=Customer)


@record("photo")
class Photo(Record):
    visit: str = column(TEXT, refers_to=Visit)


def used_by(**declared):
    crm = make_crm(plugin("one", fields=[SIZE], metrics=[BIG], records=[Visit]), plugin("two", **declared))
    return {each.item.name: each.uses for each in dependents(crm.catalogue, "one")}


def test_nothing_of_others_is_no_dependence():
    assert used_by(fields=[Field("two.size", int, on=Customer)]) == {}


def test_fields_metrics_and_records_are_found_inside_of_rules():
    scheme = Scheme("two.tier", Segment("a", when=(BIG > 3) & (count(rows(Visit)) > 0)), Segment("b"))
    assert used_by(schemes=[scheme]) == {"two.tier": ("one.size", "one.double", "visit")}


def test_fields_on_its_records_and_references_to_them_are_found():
    assert used_by(records=[Photo], fields=[Field("two.note", str, on=Visit)]) == {
        "photo": ("visit",),
        "two.note": ("visit",),
    }


def test_names_in_views_are_found():
    assert used_by(views=[View("two.view", ("id", "one.double"))]) == {"two.view": ("one.double",)}


def test_rules_on_its_records_are_found():
    assert used_by(rules=[Rule("two.rule", Visit, rows(Visit).customer.is_known())]) == {"two.rule": ("visit",)}


def test_its_own_declarations_do_not_count():
    crm = make_crm(plugin("one", fields=[SIZE], metrics=[BIG]))
    assert dependents(crm.catalogue, "one") == ()
