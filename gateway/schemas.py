"""Bodies and answers of the gateway's own routes."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from datetime import date as Date  # noqa: N812  a field of an answer is called date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from chassis.http import Body, Out
from chassis.pack import Pack
from contracts.principals import Principal, Role
from contracts.refusals import Refusal
from contracts.values import WRITTEN_MOMENT, Code
from gateway import pack as parts
from gateway.keys import Holder, Key, Terms
from gateway.pack import (
    CompetencesAsked,
    EmissionFactor,
    EnergyCarrier,
    Exact,
    FormField,
    PackIndicator,
    Published,
    Requirement,
)

Label = Annotated[str, Field(min_length=1, max_length=200)]
Codes = Annotated[frozenset[Code], Field(min_length=1, max_length=200)]
EventType = Annotated[str, Field(pattern=r"^org\.openrecp\.[a-z]+\.[a-z0-9_]+\.v[0-9]+$", max_length=200)]
LAST = datetime(2200, 1, 1, tzinfo=UTC)
FACTS = frozenset(
    {"roles", "machine", "person_id", "client_id", "provider_id", "provinces", "programmes", "event_types", "figures"}
)


class HolderIsKnown(Refusal):
    status = 422
    sentence = "A further key of a known principal has its facts already: leave out {fact}."


class RolesAreMissing(Refusal):
    status = 422
    sentence = "Say which roles the key shall have, or whose further key it is (principal_id)."


class CreateKey(Body):
    """A key for a new principal, or with `principal_id` a further key of a known one (to replace a key without a
    gap: create the second, change over, revoke the first).

    A person gets a `person_id` unless one is given (an expert's, a participant's); `machine` says that no person
    stands behind the key. No `provinces` means all of them. `scopes` limit the key to some of what its roles may
    do: `read`, `write`, or one resource of them as in `clients:read`.
    """

    label: Label
    principal_id: UUID | None = None
    roles: Annotated[frozenset[Role], Field(min_length=1)] | None = None
    machine: bool = False
    person_id: UUID | None = None
    client_id: UUID | None = None
    provider_id: UUID | None = None
    provinces: Codes | None = None
    programmes: Codes | None = None
    event_types: Annotated[frozenset[EventType], Field(min_length=1, max_length=200)] | None = None
    figures: bool = False
    scopes: Annotated[frozenset[str], Field(max_length=100)] = frozenset()
    expires_at: Annotated[AwareDatetime, Field(lt=LAST), WRITTEN_MOMENT] | None = None

    def terms(self) -> Terms:
        return Terms(self.label, tuple(sorted(self.scopes)), self.expires_at)

    def check_further(self) -> None:
        """Facts belong to a principal's first key; raises `HolderIsKnown`."""
        given = sorted(self.model_fields_set & FACTS)
        if given:
            raise HolderIsKnown(fact=given[0])

    def holder(self, principal_id: UUID, person_id: UUID, at: datetime) -> Holder:
        """The new principal; `person_id` is minted for a person who has none. Raises `RolesAreMissing`."""
        if self.roles is None:
            raise RolesAreMissing
        return Holder(
            principal_id=principal_id,
            roles=tuple(sorted(self.roles)),
            person_id=self.person_id or (None if self.machine else person_id),
            client_id=self.client_id,
            provider_id=self.provider_id,
            provinces=_sorted(self.provinces),
            programmes=_sorted(self.programmes),
            event_types=_sorted(self.event_types),
            figures=self.figures,
            created_at=at,
        )


class KeyOut(Out):
    """A key without its text: `prefix` is how it begins."""

    key_id: UUID
    principal_id: UUID
    label: str
    prefix: str
    status: Literal["valid", "expired", "revoked"]
    roles: list[Role]
    scopes: list[str]
    person_id: UUID | None
    client_id: UUID | None
    provider_id: UUID | None
    provinces: list[str] | None
    programmes: list[str] | None
    event_types: list[str] | None
    figures: bool
    created_at: datetime
    created_by: UUID | None
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: UUID | None

    @classmethod
    def of(cls, key: Key, holder: Holder, at: datetime) -> "KeyOut":
        return cls.model_validate(_facts(key, holder, at))


class CreatedKey(KeyOut):
    """The new key with its text, this once. A request repeated under the same Idempotency-Key is answered with
    `key` null and `key_was_shown` true, because the text is kept nowhere: if it got lost, revoke this key and
    create another."""

    key: str | None
    key_was_shown: bool = False

    @classmethod
    def showing(cls, text: str, key: Key, holder: Holder, at: datetime) -> "CreatedKey":
        return cls.model_validate({**_facts(key, holder, at), "key": text})

    def kept(self) -> "CreatedKey":
        return self.model_copy(update={"key": None, "key_was_shown": True})


class MeOut(Out):
    """Who the gateway takes you for."""

    principal_id: UUID
    roles: list[Role]
    scopes: list[str]
    person_id: UUID | None
    client_id: UUID | None
    provider_id: UUID | None
    provinces: list[str] | None
    programmes: list[str] | None
    event_types: list[str] | None
    figures: bool

    @classmethod
    def of(cls, who: Principal) -> "MeOut":
        facts = who.model_dump()
        return cls.model_validate({name: _listed(value) for name, value in facts.items()})


class Advance(Body):
    """Move business time forward to a moment."""

    to: Annotated[AwareDatetime, Field(lt=LAST), WRITTEN_MOMENT]


class ClockOut(Out):
    """Business time and how far it is ahead of the wall clock."""

    now: datetime
    wall: datetime
    offset_s: float

    @classmethod
    def at(cls, now: datetime, wall: datetime) -> "ClockOut":
        return cls(now=now, wall=wall, offset_s=(now - wall).total_seconds())


class Choice(Out):
    """A code and how it is called."""

    code: str
    name: str


class ShippedMapping(Choice):
    """A mapping for senders' files, to be named where such a file is sent."""

    sections: list[str] = Field(description="what it speaks of: clients, assessments, dhis2 …")


class PackHoliday(Out):
    date: Date
    name: str


class PackProvince(Out):
    """A province with its time of validity; `became` names the codes that replaced it."""

    code: str
    name: str
    valid_from: Date | None
    valid_to: Date | None
    became: list[str]


class PackProgramme(Out):
    """A donor's programme; its targets are in `/v1/impact/programmes/{code}`."""

    code: str
    name: str
    donor: str
    starts_on: Date
    ends_on: Date
    currency: str


class ServiceKind(Out):
    """A kind of service, and the competences it asks for."""

    code: str
    name: str
    required: list[CompetencesAsked]


class Reasons(Out):
    """The reason codes of each operation that takes one, by the operation's name."""

    decline_client: list[Choice]
    decline_offer: list[Choice]
    decline_offer_link: list[Choice]
    withdraw_offer: list[Choice]
    suspend_provider: list[Choice]
    withdraw_competence: list[Choice]
    cancel_need: list[Choice]
    cancel_engagement: list[Choice]
    return_work_report: list[Choice]
    return_assessment: list[Choice]
    refuse_option: list[Choice]
    cancel_session: list[Choice]
    cancel_enrolment: list[Choice]
    record_result: list[Choice] = Field(description="when somebody has not passed")
    revoke_certificate: list[Choice]

    @classmethod
    def of(cls, its: Published) -> "Reasons":
        job, course = its.matching.reasons, its.training.reasons
        return cls(
            decline_client=_worded(its.clients.decline_reasons),
            decline_offer=_worded(job.decline),
            decline_offer_link=_worded(job.decline),
            withdraw_offer=_worded(job.withdraw),
            suspend_provider=_worded(job.suspend),
            withdraw_competence=_worded(job.withdraw_competence),
            cancel_need=_worded(job.cancel_need),
            cancel_engagement=_worded(job.cancel_engagement),
            return_work_report=_worded(job.return_report),
            return_assessment=_named(its.assessments.return_reasons),
            refuse_option=_named(its.assessments.options.refusal_reasons),
            cancel_session=_worded(course.cancel_session),
            cancel_enrolment=_worded(course.cancel_enrolment),
            record_result=_worded(course.fail_participant),
            revoke_certificate=_worded(course.revoke_certificate),
        )


class ExtraFields(Out):
    """The country's further fields of each form."""

    client: list[FormField]
    service_request: list[FormField]
    provider: list[FormField]
    assessment: list[FormField]


class EnergyUnit(Out):
    """A unit of energy and the MJ in one."""

    code: str
    mj: Exact


class Units(Out):
    """In what a quantity may be stated; a volume of something weighed needs its density."""

    energy: list[EnergyUnit]
    mass: list[str]
    volume: list[str]


class PackOut(Out):
    """What this centre's country pack decides, as far as a form or a caller chooses from it."""

    code: str
    version: str
    name: str
    country: str
    province_scheme: str
    time_zone: str
    languages: list[str] = Field(description="the first is the default")
    notice_languages: list[str]
    currencies: list[str]
    weekend: list[int] = Field(description="weekdays without work, Monday = 0")
    holidays: list[PackHoliday]
    provinces: list[PackProvince]
    programmes: list[PackProgramme]
    kinds: list[ServiceKind]
    competences: list[Choice]
    course_competences: list[Choice] = Field(description="those that courses may give")
    reasons: Reasons
    size_classes: list[Choice]
    consent_purposes: list[Choice]
    tax_code_pattern: str = Field(description="regular expression of the country's tax code")
    extra_fields: ExtraFields
    units: Units
    energy_carriers: list[EnergyCarrier]
    emission_factors: list[EmissionFactor]
    option_classes: list[Choice]
    indicators: list[PackIndicator]
    mappings: list[ShippedMapping]

    @classmethod
    def of(cls, pack: Pack) -> "PackOut":
        its = parts.published(pack)
        shipped = [asdict(each) for each in parts.shipped_mappings(pack)]
        told = {"notice_languages": parts.notice_languages(pack), "mappings": shipped}
        return cls.model_validate({**_of_country(pack), **_of_work(its), **told})


def _of_country(pack: Pack) -> dict[str, object]:
    facts = pack.country.model_dump()
    return {**facts, "holidays": [{"date": each.on, "name": each.name} for each in pack.country.holidays]}


def _of_work(its: Published) -> dict[str, object]:
    names = {each.code: each.name for each in its.matching.competences}
    energy = its.assessments.energy
    return {
        "kinds": _kinds(its.matching.required),
        "competences": _named(names),
        "course_competences": [_choice(code, names.get(code)) for code in its.training.competences],
        "reasons": Reasons.of(its),
        "size_classes": _worded(its.clients.size_classes),
        "consent_purposes": _worded(its.clients.consent_purposes),
        "tax_code_pattern": its.clients.tax_code_pattern,
        "extra_fields": {
            "client": its.clients.client_fields,
            "service_request": its.clients.service_request_fields,
            "provider": its.matching.provider_fields,
            "assessment": its.assessments.assessment_fields,
        },
        "units": {
            "energy": [{"code": code, "mj": mj} for code, mj in energy.units.items()],
            "mass": parts.MASS_UNITS,
            "volume": parts.VOLUME_UNITS,
        },
        "energy_carriers": energy.carriers,
        "emission_factors": energy.factors,
        "option_classes": _named(its.assessments.options.classes),
        "indicators": its.impact.indicators,
    }


def _kinds(required: Iterable[Requirement]) -> list[ServiceKind]:
    """The kinds in the pack's order: a pack says of every kind what it asks for."""
    by_kind: dict[str, list[CompetencesAsked]] = {}
    for each in required:
        by_kind.setdefault(each.kind, []).append(each)
    return [ServiceKind(code=kind, name=parts.in_words(kind), required=its) for kind, its in by_kind.items()]


def _choice(code: str, name: str | None = None) -> Choice:
    return Choice(code=code, name=name or parts.in_words(code))


def _worded(codes: Iterable[str]) -> list[Choice]:
    return [_choice(code) for code in codes]


def _named(names: Mapping[str, str]) -> list[Choice]:
    return [_choice(code, name) for code, name in names.items()]


def _facts(key: Key, holder: Holder, at: datetime) -> dict[str, object]:
    of_holder = {name: _listed(getattr(holder, name)) for name in holder.__dataclass_fields__ if name != "created_at"}
    of_key = {name: _listed(getattr(key, name)) for name in key.__dataclass_fields__ if name != "digest"}
    return {**of_holder, **of_key, "status": key.status(at)}


def _listed(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset | tuple) else value


def _sorted(values: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(sorted(values))
