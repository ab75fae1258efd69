from datetime import date, timedelta

import crm_profile as plugin
import pytest
from crm_profile.temperament import temperament
from crm_profile.traits import age, age_band, income_band, preference_group, sex_group

from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


def known(kind="person", **said):
    """Return a customer of whom facts were entered, by their short names."""
    return given({f"profile.{name}": value for name, value in said.items()}, kind=kind)


def aged(days):
    return known(born=AS_OF - timedelta(days=days))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (aged(60 * 365.2425 + 1), "senior"),
        (aged(60 * 365.2425 - 1), "middle_aged"),
        (aged(45 * 365.2425 + 1), "middle_aged"),
        (aged(45 * 365.2425 - 1), "adult"),
        (aged(30 * 365.2425 + 1), "adult"),
        (aged(30 * 365.2425 - 1), "young_adult"),
        (aged(18 * 365.2425 + 1), "young_adult"),
        (aged(18 * 365.2425 - 1), "minor"),
        (aged(0), "minor"),
        (known(), None),
        (known(None, born=date(1990, 5, 5)), "adult"),
        (known("organization"), "no_person"),
        (known("organization", born=date(1990, 5, 5)), "no_person"),
    ],
    ids=str,
)
def test_age_band(facts, expected):
    assert placed(age_band, facts) == expected


def test_whole_years_are_what_people_expect():
    assert int(valued(age, known(born=date(2000, 12, 30)))) == 25
    assert int(valued(age, known(born=date(2001, 1, 4)))) == 24


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(100_000, "high"), (99_999, "middle"), (30_000, "middle"), (29_999, "low"), (0, "low")],
)
def test_income_band(amount, expected):
    assert placed(income_band, known(income=amount)) == expected


@pytest.mark.parametrize("value", ["female", "male", "other"])
def test_sex_is_what_was_stated(value):
    assert placed(sex_group, known(sex=value)) == value


@pytest.mark.parametrize("value", ["price", "quality", "brand", "novelty", "convenience"])
def test_preference_is_what_was_entered(value):
    assert placed(preference_group, known(preference=value)) == value


@pytest.mark.parametrize("value", ["sanguine", "choleric", "phlegmatic", "melancholic"])
def test_temperament_is_what_somebody_judged(value):
    assert placed(temperament, known(judged_temperament=value)) == value


@pytest.mark.parametrize(
    ("scheme", "fact"),
    [
        (age_band, "born"),
        (sex_group, "sex"),
        (income_band, "income"),
        (preference_group, "preference"),
        (temperament, "judged_temperament"),
    ],
    ids=lambda part: getattr(part, "name", part),
)
def test_of_a_person_nothing_is_guessed_and_of_an_organization_nothing_is_asked(scheme, fact):
    assert placed(scheme, known()) is None
    assert missing(scheme, known()) == (f"profile.{fact}",)
    assert placed(scheme, known("organization")) == "no_person"
    assert placed(scheme, known("public_body")) == "no_person"
