"""Exports to DHIS2: the mapping that says where figures stand there, the payload, and what is answered."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from chassis.http import Body, Out
from chassis.imports.saved import MOST_TEXT
from chassis.pack import Pack, Section
from contracts.values import Currency
from services.impact.domain.exports import Exported, Place, Unmapped, as_text, collisions
from services.impact.domain.periods import Period
from services.impact.domain.stages import FUNNEL, STAGES, Quantity
from services.impact.models import Export
from services.impact.pack import ImpactPack
from services.impact.schemas.figures import Covered

KIND = "dhis2"
UID = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")
CODE = re.compile(r"[^\s](.{0,48}[^\s])?")
NAMELESS = {"province": "unknown", "isic_division": "unknown", "programme": "none"}
"""How a mapping names what has no province, no sector, no programme."""
WORDS = {"province": "province", "isic_division": "sector", "programme": "programme"}
MONEY = ("investment", "annual_saving")
OF_TRAINING = ("sessions", "people", "women", "women_share", "certificates_issued")
Heading = Literal["province", "isic_division", "programme"]
FigureName = (
    Literal["companies", "options", "investment", "annual_saving"]
    | Quantity
    | Literal["sessions", "people", "women", "women_share", "certificates_issued"]
)


class FigureLine(Section):
    """A figure of the year and its data element.

    `companies` are counted at a stage of the funnel; `options`, money and quantities at a stage of options; figures of
    training have no stage. `by` gives a value for each province, sector or programme instead of one for all.
    """

    figure: FigureName
    stage: str | None = None
    by: Heading | None = None
    currency: Currency | None = None
    data_element: str
    category_option_combo: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> "FigureLine":
        if self.stage not in self._stages:
            stages = ", ".join(each or "no stage" for each in self._stages)
            raise ValueError(f"{self.figure} are counted at {stages}")
        if self.by not in self._headings:
            raise ValueError(f"{self.figure} at {self.stage or 'no stage'} are not told by {self.by}")
        if (self.currency is not None) != (self.figure in MONEY):
            raise ValueError("money needs its currency, everything else has none")
        if self.by == "isic_division" and self.category_option_combo is not None:
            raise ValueError("a figure by sector takes the category option combo of its sector")
        return self

    @property
    def _stages(self) -> tuple[str | None, ...]:
        if self.figure in OF_TRAINING:
            return (None,)
        return FUNNEL if self.figure == "companies" else STAGES

    @property
    def _headings(self) -> tuple[Heading | None, ...]:
        if self.figure in OF_TRAINING:
            return (None,)
        if self.figure == "companies":
            return (None, "province") if self.stage == "registered" else (None, "province", "programme")
        return (None, "province", "isic_division", "programme")

    def is_like(self, other: "FigureLine") -> bool:
        """Whether it is the same figure, be it in another currency."""
        return (self.figure, self.stage, self.by) == (other.figure, other.stage, other.by)

    @property
    def words(self) -> str:
        """The figure in words."""
        parts = [self.figure, self.stage, self.by and f"by {WORDS[self.by]}", self.currency and f"in {self.currency}"]
        return " ".join(each for each in parts if each)


class Dhis2Mapping(Section):
    """Where the figures of a year stand in somebody's DHIS2. A code that leads to an empty text is left out.

    `org_unit` is that of the whole, `provinces` lead to organisation units, `sectors` (ISIC divisions) to category
    option combos, `programmes` to attribute option combos and `indicators` of the pack, told for each programme, to
    data elements. What has no province or sector is called `unknown`, what has no programme `none`.
    `complete` registers the data set as complete once the year is over, which DHIS2 does for one organisation unit.
    """

    data_set: str
    org_unit: str
    id_scheme: Literal["UID", "CODE"] = "UID"
    category_option_combo: str | None = None
    attribute_option_combo: str | None = None
    complete: bool = False
    currencies_left_out: tuple[Currency, ...] = ()
    provinces: dict[str, str] = Field(default_factory=dict)
    sectors: dict[str, str] = Field(default_factory=dict)
    programmes: dict[str, str] = Field(default_factory=dict)
    indicators: dict[str, str] = Field(default_factory=dict)
    figures: tuple[FigureLine, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> "Dhis2Mapping":
        faults = [*self._misnamed(), *collisions(self.places())]
        if not self.figures and not self.indicators:
            faults.append("it names neither figures nor indicators")
        if self.complete and (self.indicators or any(line.by in ("province", "programme") for line in self.figures)):
            faults.append("complete is of one organisation unit and one attribute option combo: leave it out")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def table(self, by: str) -> dict[str, str]:
        """Where the codes of a heading lead."""
        return {"province": self.provinces, "isic_division": self.sectors, "programme": self.programmes}[by]

    def place(self, line: FigureLine, code: str | None = None) -> Place:
        """Where a figure stands, under a code of its heading that is mapped."""
        found = self.table(line.by)[code] if line.by and code is not None else None
        return Place(
            data_element=line.data_element,
            org_unit=found if found and line.by == "province" else self.org_unit,
            category_option_combo=found
            if found and line.by == "isic_division"
            else line.category_option_combo or self.category_option_combo,
            attribute_option_combo=found if found and line.by == "programme" else self.attribute_option_combo,
        )

    def indicator_place(self, indicator: str, programme: str) -> Place:
        """Where an indicator of a programme stands; both are mapped."""
        data_element, combo = self.indicators[indicator], self.programmes[programme]
        return Place(data_element, self.org_unit, self.category_option_combo, combo)

    def places(self) -> Iterator[tuple[str, Place]]:
        """Every place a figure may come to stand in, with the figure in words."""
        for line in self.figures:
            codes: list[str | None] = [code for code, id in self.table(line.by).items() if id] if line.by else [None]
            for code in codes:
                yield f"{line.words}, {code}" if code else line.words, self.place(line, code)
        for indicator in (code for code, id in self.indicators.items() if id):
            for programme in (code for code, id in self.programmes.items() if id):
                yield f"{indicator} of {programme}", self.indicator_place(indicator, programme)

    def _misnamed(self) -> Iterator[str]:
        """What is no identifier of the scheme."""
        single = {"data_set": self.data_set, "org_unit": self.org_unit}
        optional = {
            name: value
            for name in ("category_option_combo", "attribute_option_combo")
            if (value := getattr(self, name)) is not None
        }
        tables = ("provinces", "sectors", "programmes", "indicators")
        listed = {f"{name}.{code}": id for name in tables for code, id in getattr(self, name).items() if id}
        of_lines = {f"figures.{number}.data_element": line.data_element for number, line in enumerate(self.figures)}
        of_lines |= {
            f"figures.{number}.category_option_combo": line.category_option_combo
            for number, line in enumerate(self.figures)
            if line.category_option_combo is not None
        }
        fits, form = (
            (UID, "a UID (11 letters and digits, a letter first)") if self.id_scheme == "UID" else (CODE, "a code")
        )
        for where, id in {**single, **optional, **listed, **of_lines}.items():
            if not fits.fullmatch(id) or not id.isprintable():
                yield f"{where}: {id[:60]!r} is not {form}"

    def missing_in(self, pack: Pack) -> Iterator[str]:
        """Codes that the pack does not have, so that a misspelt one is found when the mapping is saved."""
        country = pack.country
        known = {
            "province": {each.code for each in country.provinces} | {NAMELESS["province"]},
            "programme": {each.code for each in country.programmes} | {NAMELESS["programme"]},
            "indicator": {each.code for each in pack.section("impact", ImpactPack).indicators},
        }
        asked = {"province": self.provinces, "programme": self.programmes, "indicator": self.indicators}
        for kind, codes in asked.items():
            abroad = re.compile(r"[A-Z]{2}") if kind == "province" else re.compile(r"(?!)")
            for code in sorted(codes):
                if code not in known[kind] and not abroad.fullmatch(code):
                    yield f"the pack has no {kind} {code}"
        for code in sorted(self.sectors):
            if not re.fullmatch(r"\d{2}|unknown", code):
                yield f"{code} is no ISIC division (two digits)"


def payload(mapping: Dhis2Mapping, year: Period, values: list[Exported], complete_on: date | None) -> dict[str, Any]:
    """The figures as DHIS2 takes them at /api/dataValueSets.

    Organisation unit and attribute option combo stand in each value and never beside them, unless all have the same:
    of two that differ, DHIS2 2.41 follows the outer and 2.43 the inner one.
    """
    found: dict[str, Any] = {"dataSet": mapping.data_set, "period": str(year)}
    if mapping.id_scheme == "CODE":
        found["idScheme"] = "CODE"
    if complete_on is not None:
        found |= {"completeDate": complete_on.isoformat(), "orgUnit": mapping.org_unit}
        if mapping.attribute_option_combo is not None:
            found["attributeOptionCombo"] = mapping.attribute_option_combo
    return {**found, "dataValues": [_data_value(each, year) for each in values]}


def _data_value(each: Exported, year: Period) -> dict[str, str]:
    combos = {
        "categoryOptionCombo": each.place.category_option_combo,
        "attributeOptionCombo": each.place.attribute_option_combo,
    }
    found = {"dataElement": each.place.data_element, "period": str(year), "orgUnit": each.place.org_unit}
    found |= {name: id for name, id in combos.items() if id is not None}
    return {**found, "value": as_text(each.value), **({"comment": each.comment} if each.comment else {})}


class ExportImpact(Body):
    """The figures of a year for a DHIS2, as a mapping says: the name or id of a saved or shipped one, or its text.

    A dry run makes nothing; it names what the mapping does not know.
    """

    format: Literal["dhis2"]
    period: Annotated[str, Field(min_length=1, max_length=20, description="a calendar year, as DHIS2 writes it: 2025")]
    mapping: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
    dry_run: bool = False


class ExportOut(Out):
    """An export: what it covers, what the mapping does not know, what is not shown outside the centre, and the payload.

    `unmapped` is empty unless it was a dry run. `payload` is null in lists and of a dry run.
    """

    export_id: UUID
    version: int
    format: str
    period: str
    mapping_name: str | None = Field(description="as it was asked for; null where the text was sent")
    dry_run: bool
    made_by: UUID
    made_at: datetime
    covered: Covered
    figures: int = Field(description="how many figures the payload holds, or of a dry run would hold")
    unmapped: list[Unmapped]
    suppressed: list[str] = Field(description="figures that this key does not read, in words")
    payload: dict[str, Any] | None

    @classmethod
    def of(cls, export: Export, *, in_full: bool = True) -> "ExportOut":
        apart = ("export_id", "payload", "covered")
        same = {name: getattr(export, name) for name in cls.model_fields if name not in apart}
        shown = export.payload if in_full else None
        return cls(export_id=export.id, covered=Covered.model_validate(export.covered), payload=shown, **same)
