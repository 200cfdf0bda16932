"""Where companies work: a site's province, else that of its company."""

from collections.abc import Mapping
from dataclasses import dataclass

ISIC_DIVISION_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Place:
    country: str
    province: str | None

    def label(self, home: str) -> str | None:
        """What a result is filed under: the province at home (None where unknown), abroad the country."""
        return self.province if self.country == home else self.country


def place_of(site: Place, company: Place) -> Place:
    """A site without a province stands in its company's, if that is in the same country."""
    if site.province is None and site.country == company.country:
        return company
    return site


def places_of(company: Place, sites: Mapping[str, Place]) -> frozenset[Place]:
    """Every place a company works at; its own where no site is known."""
    return frozenset(place_of(site, company) for site in sites.values()) or frozenset({company})


def key_of(places: frozenset[Place]) -> str:
    """The same places as one text, always the same for the same places."""
    return ",".join(sorted(f"{each.country}:{each.province or ''}" for each in places))


def places_in(key: str) -> frozenset[Place]:
    """The places of such a text (a country has two letters, and no code holds a comma)."""
    return frozenset(Place(each[:2], each[3:] or None) for each in key.split(","))


def division_of(isic_code: str | None) -> str | None:
    """The first two digits of an ISIC code, with or without its section letter; None where there are fewer."""
    digits = (isic_code or "").lstrip("ABCDEFGHIJKLMNOPQRSTU")
    return digits[:ISIC_DIVISION_DIGITS] if len(digits) >= ISIC_DIVISION_DIGITS else None
