"""Erasing a person's data leaves nothing of it in any file, and changes no count."""

import gzip
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import crm_privacy
import pytest

from crmcore import Contact, CrmError, Customer, Erasure, Interaction, Purchase, belongings_of, erase, erased_in, reveal

AVIARY = Path(__file__).with_name("aviary.py")
OWN = {
    "--name": "Kanarienvogel",
    "--email": "canary@example.com",
    "--phone": "+49 30 5550123",
    "--address": "Vogelweg 77",
    "--notes": "sings at night",
}
LATER = {"--aviary.illness": "beakitis", "--aviary.income": "9876543", "--notes": "old plumage"}
OTHER = ("Papageno", "xcanary@example.com", "wants seeds")
EVERYWHERE = ["crm.json", *(f"crm.json.earlier-{number}" for number in (1, 2, 3)), "crm.json.log"]
CANARIES = (*OWN.values(), *LATER.values(), *OTHER)


@pytest.fixture
def company(crm_with):
    """A company with a customer whose personal values are canaries: stored, edited, removed and logged."""
    found = crm_with(crm_privacy, AVIARY)
    found.run("customer add --id other --name Other --kind person").assert_ok()
    found.run(["customer", "add", "--id", "bird", *words(OWN)]).assert_ok()
    found.run(["customer", "edit", "bird", "--aviary.cage", "c7", *words(LATER)]).assert_ok()
    found.run(
        ["contact", "add", "--id", "k1", "--customer", "bird", "--name", OTHER[0], "--email", OTHER[1]]
    ).assert_ok()
    found.run("purchase add --id p1 --customer bird --at 2025-01-05 --amount 900").assert_ok()
    found.run(
        ["interaction", "add", "--id", "i1", "--customer", "bird", "--at", "2025-01-06", "--subject", OTHER[2]]
    ).assert_ok()
    found.run("contact remove k1").assert_ok()
    found.run("classify").assert_ok()
    return found


def words(options):
    return [word for option in options.items() for word in option]


def sightings(company):
    """Return the files of the data folder that hold a canary, packed ones unpacked."""
    return sorted(path.name for path in company.folder.rglob("*") if path.is_file() and holds_canary(path))


def holds_canary(path):
    data = path.read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return any(canary.encode() in data for canary in CANARIES)


def counts(company):
    return [
        company.run(f"{command} --format json").assert_ok().json
        for command in ("segments", "migration --from 2020-01-01")
    ]


def test_before_it_is_erased_the_data_is_there(company):
    assert sightings(company) == EVERYWHERE


def test_nothing_of_it_is_left_in_any_file(company):
    row = company.run("privacy erase bird --format json").assert_ok().json[0]["rows"][0]
    assert (row["id"], row["records"], row["entries"]) == ("bird", 2, 5)
    assert sightings(company) == []
    assert company.run("store check").assert_ok().err == "crm: the store is sound\n"


def test_without_the_log_the_data_would_still_be_there(company, monkeypatch):
    monkeypatch.setattr("crmcore.upkeep.erasing._Work.replaced", lambda self, logged: iter(()))
    company.run("privacy erase bird").assert_ok()
    assert sightings(company) == ["crm.json.log.1"]


def test_what_is_not_personal_stays(company):
    company.run("privacy erase bird").assert_ok()
    bird = company.crm.state().book.get(Customer, "bird")
    assert (bird.name, bird.email, bird.notes, dict(bird.fields)) == ("erased", None, None, {"aviary.cage": "c7"})
    assert company.crm.state().book.get(Interaction, "i1").subject is None
    assert company.run("purchase list --columns customer,amount --format json").json == [
        {"customer": "bird", "amount": "900"}
    ]
    assert company.crm.state().book.get(Customer, "other").name == "Other"


def test_counts_and_matrices_stay_as_they_were(company):
    before = company.run("segments aviary.size --format json").assert_ok().json
    company.run("privacy erase bird").assert_ok()
    assert company.run("segments aviary.size --format json").json == before
    company.run("classify --full").assert_ok()
    assert company.run("segments aviary.size --format json").json == before
    assert company.segment("bird", "aviary.size") == "large"


def test_the_chain_of_the_log_stays_whole(company):
    noted = company.run("log verify --format json").assert_ok().json["link"]
    company.run("privacy erase bird").assert_ok()
    found = company.run(["log", "verify", "--noted", noted, "--format", "json"]).assert_ok().json
    assert (found["erased"], found["problems"]) == (5, [])


def test_a_dry_run_erases_nothing(company):
    company.run("privacy erase bird --dry-run").assert_ok()
    assert sightings(company) == EVERYWHERE


def test_erasing_twice_does_nothing_more(company):
    company.run("privacy erase bird").assert_ok()
    commit = company.crm.store.read().commit
    assert company.run("privacy erase bird --format json").json[0]["rows"][0]["commit"] is None
    assert company.crm.store.read().commit == commit
    company.run("privacy erase nobody").assert_fails("there is no customer with id 'nobody'", code=3)
    company.run("privacy erase").assert_fails("whose data?", code=2)


def test_a_restored_backup_loses_it_again(company):
    company.run("store backup canary.backup").assert_ok()
    company.run("privacy erase bird").assert_ok()
    assert sightings(company) == ["canary.backup"]
    ran = company.run("store restore canary.backup").assert_ok()
    assert "erased again, as they were before: bird" in ran.err
    assert sightings(company) == ["canary.backup"]
    assert list(company.run("privacy erased --format json").json[0]["rows"][0]) == ["id", "at"]


def test_who_was_erased_is_known_after_going_back_to_before_there_was_anybody(crm_with):
    company = crm_with(crm_privacy, AVIARY)
    company.run("store backup empty.backup").assert_ok()
    company.run(["customer", "add", "--id", "bird", *words(OWN)]).assert_ok()
    company.run("store backup canary.backup").assert_ok()
    company.run("privacy erase bird").assert_ok()
    company.run("store restore empty.backup").assert_ok()
    assert [row["id"] for row in company.run("privacy erased --format json").json[0]["rows"]] == ["bird"]
    assert company.run("store check").assert_ok().err == "crm: the store is sound\n"
    ran = company.run("store restore canary.backup").assert_ok()
    assert "erased again, as they were before: bird" in ran.err
    assert sightings(company) == ["canary.backup"]


def test_who_was_erased_is_known_though_the_store_was_damaged(company):
    company.run("store backup canary.backup").assert_ok()
    company.run("privacy erase bird").assert_ok()
    data = (company.folder / "crm.json").read_bytes()
    (company.folder / "crm.json").write_bytes(data[: len(data) // 2])
    assert "erased again" in company.run("store restore canary.backup").assert_ok().err
    assert sightings(company) == ["canary.backup"]


def test_a_restore_that_cannot_erase_again_says_so_and_does_not_forget(company, monkeypatch):
    company.run("store backup canary.backup").assert_ok()
    company.run("privacy erase bird").assert_ok()
    with monkeypatch.context() as patch:
        patch.setattr("crmcore.upkeep.erasing._check_known", _refused)
        company.run("store restore canary.backup").assert_fails("the state is restored, but not everything")
    assert "crm.json" in sightings(company)
    assert [row["id"] for row in company.run("privacy erased --format json").json[0]["rows"]] == ["bird"]
    company.run("store restore canary.backup").assert_ok()
    assert sightings(company) == ["canary.backup"]


def _refused(*_):
    raise CrmError("something is in the way")


def test_a_damaged_copy_that_a_repair_kept_is_named(company):
    data = (company.folder / "crm.json").read_bytes()
    (company.folder / "crm.json").write_bytes(data[:-20])
    company.run("store check --repair").assert_ok()
    company.run("privacy erase bird").assert_fails("crm.json.damaged-1: it is damaged, so nothing in it can be erased")
    assert sightings(company) == ["crm.json.damaged-1"]


def test_a_record_that_went_to_somebody_else_is_theirs_and_one_that_is_nobodys_was_the_last_owners(company):
    company.run("contact add --id k2 --customer bird --name Kasper --email k@example.com").assert_ok()
    company.run("contact edit k2 --customer other").assert_ok()
    company.run("interaction edit i1 --customer other").assert_ok()
    assert "k2" not in {row["id"] for row in company.run("privacy export bird").json["records"].get("contact", ())}
    company.run("privacy erase bird").assert_ok()
    assert company.crm.state().book.get(Contact, "k2").email == "k@example.com"
    assert company.crm.state().book.get(Interaction, "i1").subject == OTHER[2]
    company.run("privacy erase other").assert_ok()
    assert company.crm.state().book.get(Contact, "k2").email is None


def test_of_a_list_everybody_who_is_there_is_erased_and_the_others_are_named(company):
    (company.folder / "list.csv").write_text("\ufeffid,at\nghost,1\nbird,2\nspirit,3\n")
    ran = company.run("privacy erase --listed list.csv").assert_fails("'ghost' or 'spirit'", code=3)
    assert "bird" in ran.out
    assert sightings(company) == []


@pytest.mark.parametrize("name", ["edit", "customer", "add"])
def test_a_name_that_is_a_word_like_others_leaves_the_reasons_of_others_alone(crm_with, name):
    company = crm_with(crm_privacy)
    company.run(f"customer add --id a --name {name}").assert_ok()
    company.run("customer add --id b --name Other").assert_ok()
    company.run("customer edit b --name Another").assert_ok()
    company.run("privacy erase a").assert_ok()
    reasons = [entry.why for entry in company.crm.store.log()]
    assert "edit customer b" in reasons
    assert "add customer b" in reasons


def test_a_name_goes_from_the_reasons_of_others_as_a_word_of_its_own(crm_with):
    company = crm_with(crm_privacy)
    company.run("customer add --id a --name Ada").assert_ok()
    company.run("customer add --id b --name 客户乙").assert_ok()
    for why in ("asked by Ada", "Adalbert called", "请联系客户乙吧"):
        with company.crm.unit(why) as unit:
            unit.add(Customer(name="New"))
    company.run("privacy erase a b").assert_ok()
    reasons = [entry.why for entry in company.crm.store.log()]
    assert {"asked by erased", "Adalbert called", "请联系erased吧"} <= {*reasons}


def test_copies_that_restores_left_beside_the_store_lose_it_too(company):
    company.run("store backup canary.backup").assert_ok()
    company.run("store restore canary.backup").assert_ok()
    assert "crm.json.before-restore-1" in sightings(company)
    company.run("privacy erase bird").assert_ok()
    assert sightings(company) == ["canary.backup"]


def test_a_list_of_the_erased_repeats_it_elsewhere(company):
    company.run("store backup canary.backup").assert_ok()
    company.run("privacy erase bird").assert_ok()
    listed = company.run("privacy erased --format csv").assert_ok().out
    (company.folder / "erased.csv").write_text(listed)
    for path in company.folder.glob("crm.json*"):
        path.unlink()
    company.run("store restore canary.backup").assert_ok()
    assert sightings(company) == ["canary.backup", "crm.json", "crm.json.log"]
    company.run("privacy erase --listed erased.csv").assert_ok()
    assert sightings(company) == ["canary.backup"]
    company.run("privacy erase --listed nowhere").assert_fails("nowhere cannot be read", code=2)


def test_whose_data_is_due_is_erased_together(company):
    company.run("config apply").assert_ok()
    company.set("privacy.keep_days", 1)
    company.classify()
    assert [row["id"] for row in company.run("view privacy.due --format json").assert_ok().json] == ["bird"]
    rows = company.run("privacy erase --due --format json").assert_ok().json[0]["rows"]
    assert [row["id"] for row in rows] == ["bird"]
    assert company.run("privacy erase --due --format json").assert_ok().json[0]["rows"] == []
    assert sightings(company) == []


def test_whose_data_is_due_goes_by_the_settings_in_force_today_and_by_every_dated_record(company):
    company.set("privacy.keep_days", 1)
    company.classify()
    company.set("privacy.keep_days", 999_999_999)
    assert company.run("privacy erase --due --dry-run --format json").assert_ok().json[0]["rows"] == []
    company.set("privacy.keep_days", 30)
    with company.crm.unit("a task is no date, a purchase is") as unit:
        unit.add(Purchase(id="p2", customer="bird", at=company.as_of - timedelta(days=10), amount=Decimal(1)))
    assert company.run("privacy erase --due --dry-run --format json").assert_ok().json[0]["rows"] == []
    company.set("privacy.keep_days", 9)
    rows = company.run("privacy erase --due --dry-run --format json").assert_ok().json[0]["rows"]
    assert [row["id"] for row in rows] == ["bird"]


def test_a_record_of_another_plugin_keeps_a_customer_too(crm_with):
    company = crm_with(crm_privacy, "satisfaction")
    company.run("customer add --id bird --name Kanarienvogel").assert_ok()
    company.run("purchase add --customer bird --at 2010-01-05 --amount 9").assert_ok()
    due = "privacy erase --due --dry-run --format json"
    assert [row["id"] for row in company.run(due).assert_ok().json[0]["rows"]] == ["bird"]
    company.run(f"complaint add --customer bird --on {company.as_of} --subject Seeds").assert_ok()
    assert company.run(due).assert_ok().json[0]["rows"] == []


def test_an_export_has_every_canary_and_how_it_came_about(company):
    ran = company.run("privacy export bird").assert_ok()
    assert [canary for canary in CANARIES if canary not in ran.out] == []
    found = ran.json
    assert sorted(found["records"]) == ["customer", "interaction", "purchase"]
    assert "placement:aviary.size" in found["placements"]
    assert {entry["record"] for entry in found["log"]} == {"customer", "contact", "interaction", "purchase"}
    assert "Other" not in ran.out
    company.run("privacy export nobody").assert_fails(code=3)


def test_sensitive_values_are_masked_unless_asked_for(company):
    columns = "customer list --columns id,aviary.illness,aviary.income --format csv"
    assert "bird,***,9876543" in company.run(columns).assert_ok().out
    assert "bird,beakitis,9876543" in company.run(f"--sensitive {columns}").assert_ok().out
    assert company.run("customer show bird --format json").json["aviary.illness"] == "***"
    assert "beakitis" not in company.run("log 4 --format json").assert_ok().out
    assert "beakitis" in company.run("--sensitive log 4 --format json").assert_ok().out
    for asked in ("--where aviary.illness=beakitis", "--sort aviary.illness"):
        company.run(f"customer list {asked}").assert_fails("sensitive, so nobody filters or sorts", code=4)
        company.run(f"--sensitive customer list {asked}").assert_ok()


def test_exports_leave_sensitive_values_out_so_that_an_import_harms_none(company):
    ran = company.run("customer export birds.csv").assert_ok()
    assert "left out, since they are sensitive: aviary.illness" in ran.err
    assert "beakitis" not in (company.folder / "birds.csv").read_text()
    company.run("import birds.csv --as customer --key id").assert_ok()
    assert "beakitis" in company.run("--sensitive customer show bird").out
    company.run("--sensitive customer export all.csv").assert_ok()
    assert "beakitis" in (company.folder / "all.csv").read_text()


def test_a_configuration_that_cannot_be_used_lets_nobody_see_them(company):
    (company.folder / "crm.toml").write_text("[settings\n")
    company.run("privacy export bird").assert_fails("stands in a configuration that cannot be used", code=4)


def test_conflicts_say_which_sensitive_values_differ_and_not_what_they_are(company):
    company.run(["customer", "edit", "bird", "--aviary.illness", "mites", "--aviary.cage", "c8"]).assert_ok()
    number = company.crm.store.read().commit
    company.run(["customer", "edit", "bird", "--aviary.illness", "cough", "--aviary.cage", "c9"]).assert_ok()
    ran = company.run(f"undo {number}").assert_fails("aviary.illness: then '***', now '***'")
    assert "aviary.cage: then 'c8', now 'c9'" in ran.err
    assert "beakitis" not in ran.err
    assert "then 'mites', now 'cough'" in company.run(f"--sensitive undo {number}").err


def test_only_those_who_may_see_sensitive_values(company):
    company.set("crm.sensitive_readers", "eve, dora")
    company.run("--sensitive customer list").assert_fails("may not see sensitive values", code=4)
    company.run("privacy export bird").assert_fails("may not see sensitive values", code=4)
    assert "beakitis" in company.run("--actor dora --sensitive customer show bird").assert_ok().out


def test_plugins_can_do_the_same_without_a_command(company):
    crm = company.crm
    assert set(belongings_of(crm, "bird")) == {
        ("customer", "bird"),
        ("contact", "k1"),
        ("purchase", "p1"),
        ("interaction", "i1"),
    }
    found = erase(crm, "bird")
    assert isinstance(found, Erasure)
    assert (set(found.records), found.failed) == ({("customer", "bird"), ("interaction", "i1")}, ())
    assert list(erased_in(crm.store.read())) == ["bird"]
    reveal(crm)
    assert crm.sensitive
