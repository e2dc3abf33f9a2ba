"""The countries of the world, by their two letters, in the words of a language."""

from functools import cache

from babel import Locale

# Two letters that stand for no country: groups of countries, tests, "unknown".
_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


@cache
def by_name(language: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of every country, sorted as the names are read."""
    territories = Locale(language).territories
    found = {
        code: name
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    }
    return tuple(sorted(found.items(), key=lambda pair: pair[1].casefold()))


def is_country(code: str) -> bool:
    """Tell whether two letters stand for a country."""
    return any(known == code for known, _ in by_name("en"))
