"""Country names, and the minimum age for an account in each country. Countries are ISO 3166 codes of two letters.

Sources of the ages: GDPR article 8 with the ages that EU members chose, as listed in the Commission's staff working
document SWD(2020) 115. Changed since by Slovenia (ZVOP-2, 2023: 15) and Denmark (Act 1783 of 2023, in force 2024: 15).
For the EEA, the data protection acts of Iceland and Norway; for the United Kingdom, the Data Protection Act 2018, s. 9.
"""

from functools import cache

from babel import Locale

from accounts.models import AgeBand

DEFAULT_MINIMUM_AGE = 13
GDPR_MINIMUM_AGE = 16
# Members of the EU and the EEA that chose no age of their own.
GDPR_DEFAULT_COUNTRIES = dict.fromkeys(["DE", "HR", "HU", "IE", "LI", "LU", "NL", "PL", "RO", "SK"], GDPR_MINIMUM_AGE)
NATIONAL_MINIMUM_AGES = {
    **dict.fromkeys(["BE", "EE", "FI", "IS", "LV", "MT", "NO", "PT", "SE"], 13),
    **dict.fromkeys(["AT", "BG", "CY", "ES", "IT", "LT"], 14),
    **dict.fromkeys(["CZ", "DK", "FR", "GR", "SI"], 15),
    # Parts of France that have their own country code; the regulation applies there too.
    **dict.fromkeys(["GF", "GP", "MF", "MQ", "RE", "YT"], 15),
}
MINIMUM_AGES = {**GDPR_DEFAULT_COUNTRIES, **NATIONAL_MINIMUM_AGES}
BAND_STARTS = {AgeBand.UNDER_13: 0, AgeBand.FROM_13: 13, AgeBand.FROM_16: 16, AgeBand.ADULT: 18}

# Babel lists these beside the codes of the standard: reservations, groups of countries, and codes for tests. XK is not
# among them: Kosovo has no code in the standard, and its people use this one.
NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


@cache
def country_names() -> dict[str, str]:
    """English name of each country by its code, in alphabetical order of the names."""
    territories = Locale("en").territories
    names = ((str(code), str(name)) for code, name in territories.items())
    countries = [(code, name) for code, name in names if len(code) == 2 and code not in NOT_COUNTRIES]
    return dict(sorted(countries, key=lambda country: country[1]))


def minimum_age(country: str) -> int:
    """The age in years from which somebody in this country may have an account."""
    return MINIMUM_AGES.get(country, DEFAULT_MINIMUM_AGE)


def is_old_enough(band: AgeBand, country: str) -> bool:
    """True when everyone in the age band may have an account in this country."""
    return BAND_STARTS[band] >= minimum_age(country)
