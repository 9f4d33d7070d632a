"""Sign up: the countries that people can name, by ISO 3166 code, in English."""

from functools import cache

from babel import Locale

# What Babel lists beside the standard's codes: reservations, groupings, and codes for tests. XK stays: Kosovo has
# no code in the standard, and its people use this one.
NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


@cache
def country_names() -> dict[str, str]:
    """Code to name, in the order of the names."""
    territories = Locale("en").territories
    listed = ((str(code), str(name)) for code, name in territories.items())
    countries = [(code, name) for code, name in listed if len(code) == 2 and code not in NOT_COUNTRIES]
    return dict(sorted(countries, key=lambda country: country[1]))
