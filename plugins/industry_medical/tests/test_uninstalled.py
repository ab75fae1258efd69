"""Without the plugin the data is safe and the CRM works; with it again, everything is as it was."""

from datetime import date

from histories import furnished
from hospital_laws import told
from plain_sums import Documents


def own(docs):
    """Return the plugin's documents and the values of its fields."""
    core = ("customer", "contact", "purchase", "purchase_line", "interaction", "task")
    tables = {name: rows for name, rows in docs.tables.items() if rows and "version" in rows[0] and name not in core}
    fields = {one["id"]: one.get("fields") for one in docs["customer"] if one["id"] == "ada"}
    return tables, fields


def test_a_hospital_goes_on_after_its_plugin_was_away(crm_with):
    trial = crm_with("medical", as_of=date(2026, 3, 2), currency="CNY", zone="Asia/Shanghai")
    furnished(trial)
    trial.run("customer edit ada --set medical.record_no=M1").assert_ok()
    told(trial, 1)
    trial.classify()
    report = trial.run("report medical.ledger --format json").assert_ok().out
    before = own(Documents(trial.crm))
    assert len(before[0]) > 15
    for command in (
        "customer add --id dee --name Dee",
        "customer edit ada --phone 1",
        "classify",
        "customer list --format json",
        "segments",
        "plugin list",
        "doctor",
    ):
        done = trial.run(f"--no-plugin medical {command}")
        assert done.code in (0, 3), done.err  # the doctor finds that the plugin is away
    assert own(Documents(trial.crm)) == before
    trial.run("--no-plugin medical customer remove ada").assert_fails("ada")
    assert trial.run("report medical.ledger --format json").assert_ok().out == report
    trial.run("classify").assert_ok()
    assert trial.run("--sensitive customer show ada --format json").assert_ok().json["medical.record_no"] == "M1"
