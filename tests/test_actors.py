"""Whoever acts has a name that can be read in the change log."""

import pytest
from cli_kit import Shop, new_shop
from company_kit import make_crm

from crmcore.errors import UsageError

UNFIT = [
    ("a\x1bb", "has the control character U+001B"),
    ("a\nb", "has a line break"),
    ("a\udc80", "has half a character (U+DC80)"),
    ("x" * 101, "has 101 characters; 100 are allowed"),
]


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch)
    made.stock()
    return made


@pytest.mark.parametrize(("name", "said"), UNFIT)
def test_a_name_that_cannot_be_read_in_the_log_is_refused_from_options_and_environment(
    shop: Shop, monkeypatch, name, said
):
    command = ("customer", "add", "--name", "Ada")
    before = (shop.folder / "crm.json").read_bytes()
    runs = [shop.crm("--actor", name, *command)]
    monkeypatch.setenv("CRM_ACTOR", name)
    runs.append(shop.crm(*command))
    for ran in runs:
        assert ran.code == 2
        assert said in ran.err
        assert "--actor NAME or CRM_ACTOR" in ran.err
    assert (shop.folder / "crm.json").read_bytes() == before


@pytest.mark.parametrize("name", [*(name for name, _ in UNFIT), "", " ", " ada"])
def test_a_program_cannot_act_under_such_a_name_either(name):
    crm = make_crm()
    with pytest.raises(UsageError, match="the actor"):
        crm.actor = name
    assert crm.actor == "ada"


def test_names_of_people_in_any_script_are_kept_as_they_are(shop: Shop):
    shop.fine("--actor", "王 小明 <wang@example.com>", "customer", "add", "--name", "Ada")
    assert shop.fine("log", "--format", "jsonl").jsonl[-1]["actor"] == "王 小明 <wang@example.com>"
