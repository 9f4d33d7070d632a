"""Sign up: from which age a country lets people agree for themselves, and so from which age they may have an account.

Source: GDPR article 8 with the ages that EU members chose, as listed in the Commission's staff working document
SWD(2020) 115, and as changed since by Slovenia (ZVOP-2, 2023: 15) and Denmark (Act 1783 of 2023, in force 2024: 15);
for the EEA the data protection acts of Iceland and Norway; for the United Kingdom the Data Protection Act 2018, s. 9.
A member that chose nothing has the regulation's own 16. Everywhere else: 13.
"""

from accounts.models import AgeBand

DEFAULT_MINIMUM_AGE = 13
GDPR_MINIMUM_AGE = 16
GDPR_DEFAULT_COUNTRIES = dict.fromkeys(["DE", "HR", "HU", "IE", "LI", "LU", "NL", "PL", "RO", "SK"], GDPR_MINIMUM_AGE)
NATIONAL_MINIMUM_AGES = {
    **dict.fromkeys(["BE", "EE", "FI", "IS", "LV", "MT", "NO", "PT", "SE"], 13),
    **dict.fromkeys(["AT", "BG", "CY", "ES", "IT", "LT"], 14),
    **dict.fromkeys(["CZ", "DK", "FR", "GR", "SI"], 15),
    # Parts of France with a country code of their own, in which the regulation holds.
    **dict.fromkeys(["GF", "GP", "MF", "MQ", "RE", "YT"], 15),
}
MINIMUM_AGES = {**GDPR_DEFAULT_COUNTRIES, **NATIONAL_MINIMUM_AGES}
BAND_STARTS = {AgeBand.UNDER_13: 0, AgeBand.FROM_13: 13, AgeBand.FROM_16: 16, AgeBand.ADULT: 18}


def minimum_age(country: str) -> int:
    """The age in years from which somebody in this country (ISO 3166) may have an account."""
    return MINIMUM_AGES.get(country, DEFAULT_MINIMUM_AGE)


def is_old_enough(band: AgeBand, country: str) -> bool:
    """True when everyone in the band is: of a band that begins too early we cannot know."""
    return BAND_STARTS[band] >= minimum_age(country)
