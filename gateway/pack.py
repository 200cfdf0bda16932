"""What of the country pack is published: of each service's section the lists that forms and callers choose from."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, PlainSerializer, WithJsonSchema

from chassis.pack import Pack, Section
from contracts.values import CompetenceNeeded

Exact = Annotated[
    Decimal,
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}, mode="serialization"),
]
MASS_UNITS = ("t", "kg", "g", "lb")
VOLUME_UNITS = ("m3", "hl", "l", "gal_us")
"""Units every deployment knows, whatever its pack; those of energy are the pack's."""


class Part(Section):
    """Part of a section. What is not published is passed over, and what may stand there its service alone judges:
    a pack that the services take must not fail here."""

    model_config = ConfigDict(extra="ignore")


class FormField(Part):
    """A field the country adds to a form; its value goes into `extra` under this name."""

    name: str
    kind: Literal["text", "number", "yes_no", "choice"] = "text"
    choices: tuple[str, ...] = ()
    label: str = ""


class Competence(Part):
    code: str
    name: str


class CompetencesAsked(Part):
    """Competences asked for in every sector, or with `isic` (wider sectors, digits only) in those only."""

    isic: tuple[str, ...] = ()
    isic_revision: str = "4"
    competences: tuple[CompetenceNeeded, ...]


class Requirement(CompetencesAsked):
    kind: str


class EnergyCarrier(Part):
    """An energy carrier; without a heat value it is counted in units of energy only, never weighed."""

    code: str
    name: str
    heat_value_mj_per_t: Exact | None = None


class EmissionFactor(Part):
    """An emission factor with its source; figures name it by its id. `country` null: it holds anywhere."""

    factor_id: str
    carrier: str
    value: Exact
    unit: str
    source: str
    year: int
    method: str
    purpose: str
    country: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    biogenic: bool = False


class PackIndicator(Part):
    """A figure programmes set targets for: what is measured, and at which stage it counts."""

    code: str
    name: str
    unit: str = ""
    measure: str
    stage: str | None = None


class Clients(Part):
    size_classes: tuple[str, ...]
    decline_reasons: tuple[str, ...]
    consent_purposes: tuple[str, ...]
    tax_code_pattern: str = r"^.{1,40}$"
    client_fields: tuple[FormField, ...] = ()
    service_request_fields: tuple[FormField, ...] = ()


class MatchingReasons(Part):
    decline: tuple[str, ...]
    withdraw: tuple[str, ...]
    suspend: tuple[str, ...]
    cancel_need: tuple[str, ...]
    cancel_engagement: tuple[str, ...]
    return_report: tuple[str, ...]
    withdraw_competence: tuple[str, ...]


class Matching(Part):
    competences: tuple[Competence, ...]
    required: tuple[Requirement, ...]
    reasons: MatchingReasons
    provider_fields: tuple[FormField, ...] = ()


class Energy(Part):
    units: Mapping[str, Exact]
    carriers: tuple[EnergyCarrier, ...]
    factors: tuple[EmissionFactor, ...]


class Options(Part):
    classes: Mapping[str, str]
    refusal_reasons: Mapping[str, str]


class Assessments(Part):
    return_reasons: Mapping[str, str]
    assessment_fields: tuple[FormField, ...] = ()
    energy: Energy
    options: Options


class TrainingReasons(Part):
    cancel_session: tuple[str, ...]
    cancel_enrolment: tuple[str, ...]
    fail_participant: tuple[str, ...]
    revoke_certificate: tuple[str, ...]


class Training(Part):
    competences: tuple[str, ...]
    reasons: TrainingReasons


class Impact(Part):
    indicators: tuple[PackIndicator, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """The published parts of every section."""

    clients: Clients
    matching: Matching
    assessments: Assessments
    training: Training
    impact: Impact


def published(pack: Pack) -> Published:
    """The parts of this pack, read once; raises `PackInvalid`."""
    return Published(
        pack.section("clients", Clients),
        pack.section("matching", Matching),
        pack.section("assessments", Assessments),
        pack.section("training", Training),
        pack.section("impact", Impact),
    )


def notice_languages(pack: Pack) -> list[str]:
    """The pack's languages in which people are told things."""
    return [each for each in pack.country.languages if (pack.folder / "notices" / f"{each}.toml").is_file()]


@dataclass(frozen=True, slots=True)
class ShippedMapping:
    """A mapping of senders' files that the pack brings: its name, its title, and what it speaks of."""

    code: str
    name: str
    sections: tuple[str, ...]


def shipped_mappings(pack: Pack) -> list[ShippedMapping]:
    """The mappings of the pack; one that cannot be read is none to choose, and its own kind of import says why."""
    found = []
    for path in sorted((pack.folder / "mappings").glob("*.toml")):
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        parts = tuple(name for name, part in said.items() if isinstance(part, dict) and name not in ("file", "tables"))
        found.append(ShippedMapping(path.stem, str(said.get("title") or in_words(path.stem)), parts))
    return found


def in_words(code: str) -> str:
    """The name of a code that the pack gives none."""
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]
