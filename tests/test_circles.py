"""No customer is above itself or was there before itself, over however many others."""

import pytest
from cli_kit import new_shop
from company_kit import make_crm, put, stored

from crmcore import Customer
from crmcore.errors import Invalid


@pytest.fixture
def crm():
    crm = make_crm()
    put(crm, Customer(id="a", name="A"), Customer(id="b", name="B", parent="a", referred_by="a"))
    put(crm, Customer(id="c", name="C", parent="b", referred_by="b"))
    return crm


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch)
    made.stock()
    return made


@pytest.mark.parametrize("column", ["parent", "referred_by"])
@pytest.mark.parametrize(
    ("key", "target", "said"),
    [
        ("a", "a", "a customer cannot be its own "),
        ("a", "b", "leads back to the customer: a -> b -> a"),
        ("a", "c", "leads back to the customer: a -> c -> b -> a"),
    ],
)
def test_a_circle_is_refused_with_the_chain(crm, column, key, target, said):
    with pytest.raises(Invalid) as refused, crm.unit() as unit:
        unit.edit(unit.get(Customer, key), **{column: target})
    (problem,) = refused.value.problems
    assert (problem.column, problem.value, problem.reason.startswith(said)) == (column, target, True)
    assert stored(crm, "customer")["a"].get(column) is None


def test_a_parent_may_be_the_referrer_and_chains_may_be_turned_round(crm):
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "a"), parent="c")
        unit.edit(unit.get(Customer, "c"), parent="b")
        unit.edit(unit.get(Customer, "b"), parent=None, referred_by=None)
        unit.edit(unit.get(Customer, "a"), referred_by="b")
    assert crm.state().customer("a").parent == "c"


def test_a_long_chain_is_followed_once_and_a_long_circle_is_shortened():
    crm = make_crm()
    many = [Customer(id=f"n{n}", name="N", parent=f"n{n - 1}" if n else None) for n in range(2000)]
    put(crm, *many)
    with pytest.raises(Invalid, match=r"n0 -> n1999 -> n1998 -> n1997 -> \.\.\. -> n1 -> n0"), crm.unit() as unit:
        unit.edit(unit.get(Customer, "n0"), parent="n1999")


def test_a_customer_that_stands_in_an_old_circle_can_be_edited_and_the_circle_be_broken(crm):
    with crm.store.write() as transaction:
        transaction.put("customer", "a", {**transaction.get("customer", "a"), "parent": "c"})
        transaction.commit_as(next(iter(crm.store.log())))
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "b"), name="Bea")
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "a"), parent=None)
    with pytest.raises(Invalid, match="a -> c -> b -> a"), crm.unit() as unit:
        unit.edit(unit.get(Customer, "a"), parent="c")


def test_every_row_of_a_circle_is_named(shop):
    shop.write("x.csv", "id,name,parent\nx,X,z\ny,Y,x\nz,Z,y\nw,W,x\nv,V,v\n")
    ran = shop.crm("import", "x.csv", "--as", "customer")
    assert ran.code == 1
    assert [line for line in ran.err.splitlines() if line.startswith("x.csv:")] == [
        "x.csv:2: parent='z': leads back to the customer: x -> z -> y -> x",
        "x.csv:3: parent='x': leads back to the customer: y -> x -> z -> y",
        "x.csv:4: parent='y': leads back to the customer: z -> y -> x -> z",
        "x.csv:6: parent='v': a customer cannot be its own parent",
    ]
    ran = shop.crm("customer", "edit", "c1", "--referred_by", "c1")
    assert (ran.code, "a customer cannot be its own referrer" in ran.err) == (1, True)
