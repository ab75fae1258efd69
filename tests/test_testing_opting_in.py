"""A plugin author's project: one line opts in, and tests that do not ask see no difference."""

import subprocess
import sys

import pytest
from author_kit import import_everything

ACME = """
from crmcore import Customer, Field, Purchase, Scheme, Segment, hookimpl, rows, total

chairs = Field("acme.chairs", int, on=Customer, label={"en": "Chairs", "zh": "椅"})
tier = Scheme("acme.tier", Segment("key", when=(total(rows(Purchase).amount) >= 300) | (chairs >= 40)), Segment("standard"))

@hookimpl
def crm_schemes():
    return [tier]
"""

TEST = """
import crm_acme, pytest
from crmcore.testing import AS_OF, given, missing, placed

@pytest.mark.parametrize(("facts", "segment"), [
    (given(purchases=[(10, 300)]), "key"),
    (given({"acme.chairs": 40}), "key"),
    (given(), None),
])
def test_tier(facts, segment):
    assert placed(crm_acme.tier, facts) == segment

def test_report(crm_with):
    trial = crm_with(crm_acme, as_of=AS_OF)
    trial.customer("c1", given(purchases=[(10, 500)]), name="Ada")
    trial.classify()
    assert trial.segment("c1", "acme.tier") == "key"
    trial.run("customer list --format json").assert_ok()
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """Return a folder with the module of a plugin, the line that opts in, and no tests yet."""
    monkeypatch.delitem(sys.modules, "crm_acme", raising=False)
    import_everything()
    pytester.makepyfile(crm_acme=ACME)
    pytester.syspathinsert()
    pytester.makeconftest('pytest_plugins = ["crmcore.testing"]')
    yield pytester
    sys.modules.pop("crm_acme", None)


def run(project, *options):
    return project.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:randomly", *options)


def test_the_documented_test_file_works_as_it_stands(project):
    project.makepyfile(test_acme=TEST)
    run(project).assert_outcomes(passed=4)


def test_rows_of_a_table_are_named_after_what_is_given(project):
    project.makepyfile(test_acme=TEST)
    listed = run(project, "--collect-only", "-q").outlines
    assert "test_acme.py::test_tier[given(purchases=[(10, 300)])-key]" in listed
    assert "test_acme.py::test_tier[given({'acme.chairs': 40})-key]" in listed


def test_a_failing_command_shows_where_it_was_run_and_what_it_said(project):
    project.makepyfile(
        test_acme="""
        import crm_acme

        def test_x(crm_with):
            trial = crm_with(crm_acme)
            trial.run("customer show c9").assert_ok()
        """
    )
    result = run(project)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ['>*trial.run("customer show c9").assert_ok()', "E*exit code: 3", "E*there is no customer with id 'c9'"]
    )
    assert "ran.py" not in result.stdout.str()


def test_a_broken_plugin_fails_at_the_line_that_asked_for_it(project):
    project.makepyfile(crm_acme=ACME + "\n@hookimpl\ndef crm_scheme():\n    return []\n")
    project.makepyfile(test_acme="import crm_acme\ndef test_x(crm_with):\n    crm_with(crm_acme)\n")
    result = run(project)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([">*crm_with(crm_acme)", "E*plugin 'acme' is not active (failed)*'crm_scheme'*"])


def test_a_misspelt_name_of_the_kit_cannot_be_imported(project):
    project.makepyfile(test_acme="from crmcore.testing import givn\n")
    run(project).stdout.fnmatch_lines(["*ImportError: cannot import name 'givn' from 'crmcore.testing'*"])


def test_without_opting_in_there_is_nothing(project):
    project.path.joinpath("conftest.py").unlink()
    project.makepyfile(test_acme="def test_x(crm_with):\n    pass\n")
    run(project, "-p", "no:crmcore.testing").stdout.fnmatch_lines(["*fixture 'crm_with' not found"])


def test_tests_that_do_not_ask_see_no_difference(project):
    project.makepyfile(
        test_plain="""
        import os, pytest
        from pathlib import Path

        @pytest.mark.parametrize("value", [1, "x", None, (1, 2)])
        def test_x(value, request):
            assert request.node.name in {"test_x[1]", "test_x[x]", "test_x[None]", "test_x[value3]"}
            assert request.fixturenames == ["value", "request"]
            assert "CRM_ACTOR" not in os.environ
        """
    )
    run(project).assert_outcomes(passed=4)


def test_opting_in_imports_nothing_that_coverage_should_see():
    shown = "import sys, crmcore.testing; print([n for n in sys.modules if n.startswith('crmcore')])"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['crmcore', 'crmcore.testing']"


def test_every_public_name_can_be_had():
    import crmcore.testing  # noqa: PLC0415 - what it does on import is tested above

    assert all(getattr(crmcore.testing, name) for name in crmcore.testing.__all__)
    assert all(getattr(crmcore.testing, name).__doc__ for name in crmcore.testing.__all__)


def test_a_row_whose_text_would_differ_from_run_to_run_is_numbered(project):
    project.makepyfile(
        test_acme="""
        import pytest
        from crmcore.testing import given

        @pytest.mark.parametrize("facts", [given({"acme.chairs": object()})])
        def test_x(facts):
            pass
        """
    )
    assert "test_acme.py::test_x[facts0]" in run(project, "--collect-only", "-q").outlines
