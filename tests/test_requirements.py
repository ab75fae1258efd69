"""Version arithmetic agrees with the reference implementation, on versions of every shape."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version as Reference

from crmcore.plugging.requirements import read_requirement, read_version, satisfies, unmet

numbers = st.integers(0, 3)


@st.composite
def versions(draw):
    release = ".".join(map(str, draw(st.lists(numbers, min_size=1, max_size=3))))
    epoch = draw(st.sampled_from(["", "", "", "1!"]))
    pre = draw(st.sampled_from(["", "", "a1", "b2", "rc1", ".beta.3", "-preview"]))
    post = draw(st.sampled_from(["", "", ".post1", "-2", ".rev3"]))
    dev = draw(st.sampled_from(["", "", ".dev0", "dev2"]))
    return f"{epoch}{release}{pre}{post}{dev}"


@given(versions(), versions())
def test_versions_are_ordered_as_the_reference_orders_them(one, two):
    assert (read_version(one) < read_version(two)) == (Reference(one) < Reference(two))
    assert (read_version(one) == read_version(two)) == (Reference(one) == Reference(two))


@given(versions(), st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "~=", "==.*", "!=.*"]), versions())
def test_specifiers_accept_what_the_reference_accepts(version, sign, bound):
    specifier = f"{sign[:2]}{bound}.*" if sign.endswith(".*") else f"{sign}{bound}"
    try:
        reference = SpecifierSet(specifier)
    except InvalidSpecifier:
        assume(False)
    assert satisfies(version, specifier) == reference.contains(version, prereleases=True)


@pytest.mark.parametrize(
    ("version", "specifier", "holds"),
    [
        ("2.0rc1", "<2.0", False),
        ("2.0.dev1", "<2", False),
        ("2.0a1", "<2.0rc1", True),
        ("2.0.post1", ">2.0", False),
        ("2.0.post2", ">2.0.post1", True),
        ("2.0.1", ">2.0", True),
        ("1.9.9", "<2.0", True),
    ],
)
def test_an_early_or_late_version_does_not_pass_for_its_release(version, specifier, holds):
    assert satisfies(version, specifier) is holds
    assert SpecifierSet(specifier).contains(version, prereleases=True) is holds


@pytest.mark.parametrize("text", ["", "one", "1..2", "1.0-", ">=1", "1.0 beta x"])
def test_what_is_no_version_is_refused(text):
    with pytest.raises(ValueError, match="is no version"):
        read_version(text)


@pytest.mark.parametrize("specifiers", ["1.0", "=>1", ">=x", "~=1", ">= 1 <2"])
def test_what_is_no_specifier_is_refused(specifiers):
    with pytest.raises(ValueError, match=r"."):
        satisfies("1.0", specifiers)


@pytest.mark.parametrize(
    ("line", "name", "specifiers", "marker"),
    [
        ("crmcore", "crmcore", "", ""),
        ("crmcore>=1,<2", "crmcore", ">=1,<2", ""),
        ("CRM_core [fast] (>=1)", "crm-core", ">=1", ""),
        ('polars>=1; extra == "bulk"', "polars", ">=1", 'extra == "bulk"'),
        ("crmcore @ file:///somewhere", "crmcore", "", ""),
    ],
)
def test_a_requirement_is_read_in_all_its_spellings(line, name, specifiers, marker):
    found = read_requirement(line)
    assert (found.name, found.specifiers, found.marker) == (name, specifiers, marker)


@pytest.mark.parametrize(
    ("requires", "reason"),
    [
        ([], ""),
        (["attrs>=99"], ""),
        (["crmcore>=0.1,<0.2"], ""),
        (["crmcore>=2,<3"], "it needs crmcore >=2,<3; this is 0.1.0"),
        (["attrs", "CrmCore == 0.2.*"], "it needs crmcore == 0.2.*; this is 0.1.0"),
        (['crmcore>=2; extra == "new"'], ""),
        (["crmcore>>2"], "its requirement 'crmcore>>2' cannot be read: '>2' is no version"),
    ],
)
def test_an_unmet_requirement_says_what_is_needed_and_what_is_here(requires, reason):
    assert unmet(requires, "crmcore", "0.1.0") == reason
