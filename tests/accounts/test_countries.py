from accounts.countries import country_names, is_old_enough, minimum_age
from accounts.models import AgeBand

EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"


def test_each_country_of_the_eu_and_the_eea_has_the_age_it_chose() -> None:
    by_age: dict[int, str] = {}
    for country in sorted([*EU.split(), "IS", "LI", "NO"]):
        by_age[minimum_age(country)] = f"{by_age.get(minimum_age(country), '')} {country}".strip()

    assert by_age == {
        13: "BE EE FI IS LV MT NO PT SE",
        14: "AT BG CY ES IT LT",
        15: "CZ DK FR GR SI",
        16: "DE HR HU IE LI LU NL PL RO SK",
    }


def test_the_minimum_age_elsewhere_is_thirteen() -> None:
    assert [minimum_age(country) for country in ("GB", "US", "BR", "JP", "CH", "XK")] == [13] * 6


def test_an_age_band_that_begins_below_the_minimum_age_is_not_old_enough() -> None:
    answers = {country: [is_old_enough(band, country) for band in AgeBand] for country in ("PT", "AT", "DE")}

    assert answers == {
        "PT": [False, True, True, True],
        "AT": [False, False, True, True],
        "DE": [False, False, True, True],
    }


def test_the_countries_are_those_of_iso_3166_and_kosovo() -> None:
    countries = country_names()

    assert len(countries) == 249 + 1
    assert [countries[code] for code in ("DE", "XK", "TW", "PS", "AX")] == [
        "Germany",
        "Kosovo",
        "Taiwan",
        "Palestinian Territories",
        "Åland Islands",
    ]
    assert {"ZZ", "EU", "UN", "XA"} & set(countries) == set()
