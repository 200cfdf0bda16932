"""What the API takes and answers. Written from contracts/openapi.json: change nothing here."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class AcceptOffer(TypedDict):
    """The expert who will do the job."""

    person_id: str


class AddExpert(TypedDict):
    """A person who works for a provider; an officer names the `person_id` of one already known elsewhere."""

    full_name: str
    person_id: NotRequired[str | None]
    provider_id: str


class Advance(TypedDict):
    """Move business time forward to a moment."""

    to: str


class AnswerOut(TypedDict):
    """What came back; `cut` says that there was more."""

    body: str
    cut: bool
    status: int


class AssessmentOut(TypedDict):
    approved_on: str | None
    assessment_id: str
    assessor_id: str | None
    baseline: BaselineTotals | None
    client_id: str
    completed_at: str | None
    country: str
    engagement_id: str | None
    extra: dict[str, Any]
    label: str | None
    need_id: str | None
    opened_at: str
    programme_code: str | None
    provider_id: str | None
    province: str | None
    request_id: str | None
    return_note: str | None
    return_reason_code: str | None
    reviewer_id: str | None
    row_key: str | None
    sender: str | None
    site_id: str
    status: AssessmentStatus
    version: int
    visited_on: str | None


AssessmentStatus: TypeAlias = Literal["open", "completed", "approved", "cancelled"]


class AssignAssessment(TypedDict):
    person_id: str


class BaselineOut(TypedDict):
    assessment_id: str
    biogenic_t_co2: str | None
    emission_t_co2e: str | None
    energy: list[EnergyLine]
    energy_mj: str | None
    factor_ids: list[str]
    indicators: Indicators
    labels: list[str]
    material_t: str | None
    operating_hours: str | None
    output: OutputOutput | None
    period: Period
    version: int
    waste_t: str | None
    waste_water_m3: str | None
    water_m3: str | None


class BaselineTotals(TypedDict):
    """The absolute indicators of a baseline and the relative ones computed from them."""

    biogenic_t_co2: str | None
    emission_t_co2e: str | None
    energy_mj: str | None
    factor_ids: list[str]
    indicators: Indicators
    labels: list[str]
    material_t: str | None
    operating_hours: str | None
    output: OutputOutput | None
    period: Period
    waste_t: str | None
    waste_water_m3: str | None
    water_m3: str | None


class BookingOut(TypedDict):
    days: int
    ends_on: str
    engagement_id: str
    starts_on: str


class Bounds(TypedDict):
    """What two totals do tell: changes, and the saving if nothing (share 0) or everything (share 1) is fixed."""

    adjusted_share_0: str
    adjusted_share_1: str
    break_even_fixed_share: str | None
    declared: NotRequired[DeclaredShare | None]
    fixed_share_needed_for_threshold: str | None
    fraction_share_0: str
    fraction_share_1: str
    intensity_after: str
    intensity_before: str
    productivity_change: str
    reaches_threshold_by_raw_change: bool
    saving_share_0: str
    saving_share_1: str


class CandidateOut(TypedDict):
    """How a provider fared, by which facts; its own row tells a provider no rank."""

    eligible: bool
    parts: list[PartOut]
    provider_id: str
    provider_version: int
    rank: int | None
    rules: list[RuleOut]
    score: str | None


class CertificateCheckOut(TypedDict):
    """What anybody may know who has the code. `holder_name` is null unless the holder agreed to show it."""

    check_code: str
    competences: list[CompetenceNeeded]
    held_from: str
    held_until: str
    holder_name: str | None
    hours: str
    issued_on: str
    language: str
    revoked_on: str | None
    standing: Literal["valid", "expired", "revoked"]
    title: str
    valid_until: str | None


class CertificateJobOut(TypedDict):
    """A job that issues certificates: `done` of `total` people who passed have theirs, `issued` of them by it."""

    cancel_asked: bool
    done: int
    error: str | None
    issued: int
    job_id: str
    sentence: str | None
    session_id: str
    state: str
    total: int | None


class CertificateOut(TypedDict):
    """
    A certificate with its context. `valid_until` is its last day; whoever has the code can check it at
    `check_address`.
    """

    certificate_id: str
    check_address: str
    check_code: str
    client_id: str | None
    competences: list[CompetenceNeeded]
    course_id: str
    course_version: int
    enrolment_id: str
    evaluator_id: str | None
    held_from: str
    held_until: str
    holder_name: str
    hours: str
    issued_on: str
    language: str
    name_may_be_shown: bool
    person_id: str
    provider_id: str | None
    reason_code: str | None
    revoked_on: str | None
    session_id: str
    status: Literal["issued", "revoked", "expired"]
    title: str
    valid_until: str | None
    version: int


class ChangeAssessment(TypedDict):
    """Only what is sent changes."""

    extra: NotRequired[dict[str, Any] | None]
    visited_on: NotRequired[str | None]


class ChangeClient(TypedDict):
    """Only what is sent changes; null clears a fact that may be unknown."""

    country: NotRequired[str | None]
    extra: NotRequired[dict[str, Any] | None]
    isic: NotRequired[Sector | None]
    name: NotRequired[str | None]
    national_code: NotRequired[str | None]
    national_scheme: NotRequired[str | None]
    no_isic_reason: NotRequired[str | None]
    province: NotRequired[str | None]
    size_class: NotRequired[str | None]
    tax_code: NotRequired[str | None]


class ChangeCourse(TypedDict):
    """Only what is sent changes; null clears the description or the end of validity."""

    competences: NotRequired[list[CompetenceNeeded] | None]
    description: NotRequired[str | None]
    evaluator_apart: NotRequired[bool | None]
    hours: NotRequired[float | str | None]
    language: NotRequired[str | None]
    title: NotRequired[str | None]
    validity_months: NotRequired[int | None]


class ChangeEngagement(TypedDict):
    """The provider's own reference; null clears it."""

    external_ref: str | None


class ChangeOption(TypedDict):
    """Only what is sent changes; null clears a fact that may be unknown, lists are replaced as a whole."""

    annual_saving: NotRequired[MoneyInput | None]
    boundary_id: NotRequired[str | None]
    code: NotRequired[str | None]
    code_scheme: NotRequired[str | None]
    code_version: NotRequired[str | None]
    data_quality: NotRequired[str | None]
    description: NotRequired[str]
    estimate_method: NotRequired[str | None]
    investment: NotRequired[MoneyInput | None]
    life_years: NotRequired[int | None]
    loading_order: NotRequired[int | None]
    option_class: NotRequired[str | None]
    programme_shares: NotRequired[list[ProgrammeShareBody]]
    relations: NotRequired[list[OptionRelation]]
    salvage: NotRequired[MoneyInput | None]
    streams: NotRequired[list[EstimateBody]]
    tags: NotRequired[list[str]]
    title: NotRequired[str | None]


class ChangeProvider(TypedDict):
    """Only what is sent changes; null clears the day rate or the contact."""

    conflicts: NotRequired[list[str] | None]
    contact: NotRequired[MatchingContact | None]
    country: NotRequired[str | None]
    day_rate: NotRequired[MoneyInput | None]
    days_per_week: NotRequired[int | None]
    extra: NotRequired[dict[str, Any] | None]
    kind: NotRequired[Literal["firm", "person"] | None]
    languages: NotRequired[list[str] | None]
    leave: NotRequired[list[Period] | None]
    name: NotRequired[str | None]
    places: NotRequired[list[Served] | None]
    sectors: NotRequired[list[Sector] | None]


class ChangeSession(TypedDict):
    """Only what is sent changes; null clears programme, province or venue."""

    ends_at: NotRequired[str | None]
    language: NotRequired[str | None]
    programme_code: NotRequired[str | None]
    province: NotRequired[str | None]
    seats: NotRequired[int | None]
    starts_at: NotRequired[str | None]
    time_zone: NotRequired[str | None]
    trainers: NotRequired[list[str] | None]
    venue: NotRequired[str | None]


class ChangeSite(TypedDict):
    address: NotRequired[str | None]
    country: str
    name: str
    province: NotRequired[str | None]


class ChangeWorkReport(TypedDict):
    """Only what is sent changes; null clears the reference."""

    days: NotRequired[float | str | None]
    deliverables: NotRequired[list[DeliverableBody] | None]
    external_ref: NotRequired[str | None]
    final: NotRequired[bool | None]
    findings: NotRequired[str | None]
    period: NotRequired[Period | None]


class Choice(TypedDict):
    """A code and how it is called."""

    code: str
    name: str


class ClientOut(TypedDict):
    client_id: str
    country: str
    declined_reason: str | None
    external_ref: str | None
    extra: dict[str, Any]
    isic: Sector | None
    name: str
    national_code: str | None
    national_scheme: str | None
    no_isic_reason: str | None
    province: str | None
    province_scheme: str | None
    registered_at: str
    row_key: str | None
    sender: str | None
    size_class: str | None
    status: str
    tax_code: str | None
    version: int


class ClientsContact(TypedDict):
    """A person or an office of the company; never leaves the service in an event."""

    email: NotRequired[str | None]
    function: NotRequired[str | None]
    is_main: NotRequired[bool]
    name: str
    phone: NotRequired[str | None]


class ClockOut(TypedDict):
    """Business time and how far it is ahead of the wall clock."""

    now: str
    offset_s: float
    wall: str


class CloudEventOut(TypedDict):
    """CloudEvents 1.0 in JSON. `sequence` is the version of the subject, `partitionkey` the root it belongs to."""

    causationid: NotRequired[str | None]
    correlationid: NotRequired[str | None]
    data: dict[str, Any]
    datacontenttype: str
    dataschema: str
    id: str
    partitionkey: str
    sequence: str
    source: str
    specversion: str
    subject: str
    time: str
    traceparent: NotRequired[str | None]
    type: str


class CompetenceNeeded(TypedDict):
    """A competence a need asks for, at this level or above."""

    code: str
    level: int


class CompetenceOut(TypedDict):
    """`expired` is derived from `valid_until` and today."""

    certificate_id: str | None
    code: str
    competence_id: str
    evidence: str | None
    expired: bool
    level: int
    person_id: str
    provider_id: str
    status: Literal["granted", "withdrawn"]
    valid_from: str
    valid_until: str | None
    version: int
    withdrawal_reason: str | None


class CompetencesAsked(TypedDict):
    """Competences asked for in every sector, or with `isic` (wider sectors, digits only) in those only."""

    competences: list[CompetenceNeeded]
    isic: NotRequired[list[str]]
    isic_revision: NotRequired[str]


class ConsentOut(TypedDict):
    client_id: str
    consent_id: str
    given_at: str
    purpose: str
    recipient: str | None
    status: str
    text_version: str
    until: str | None
    version: int


class ContactsOut(TypedDict):
    client_id: str
    contacts: list[ClientsContact]
    version: int


class CourseOut(TypedDict):
    competences: list[CompetenceNeeded]
    course_id: str
    course_version: int
    description: str | None
    evaluator_apart: bool
    hours: str
    language: str
    status: Literal["offered", "withdrawn"]
    title: str
    validity_months: int | None
    version: int


class Covered(TypedDict):
    """What the figures of an answer cover, and below how many clients they are suppressed; null is no limit."""

    minimum_cell: int | None
    programmes: list[str] | None
    provinces: list[str] | None


class CreateKey(TypedDict):
    """
    A key for a new principal, or with `principal_id` a further key of a known one (to replace a key without a
    gap: create the second, change over, revoke the first).

    A person gets a `person_id` unless one is given (an expert's, a participant's); `machine` says that no person
    stands behind the key. No `provinces` means all of them. `scopes` limit the key to some of what its roles may
    do: `read`, `write`, or one resource of them as in `clients:read`.
    """

    client_id: NotRequired[str | None]
    event_types: NotRequired[list[str] | None]
    expires_at: NotRequired[str | None]
    figures: NotRequired[bool]
    label: str
    machine: NotRequired[bool]
    person_id: NotRequired[str | None]
    principal_id: NotRequired[str | None]
    programmes: NotRequired[list[str] | None]
    provider_id: NotRequired[str | None]
    provinces: NotRequired[list[str] | None]
    roles: NotRequired[list[Role] | None]
    scopes: NotRequired[list[str]]


class CreateSubscription(TypedDict):
    """
    Where events shall be sent: https on port 443 or 8443, an address open to the world. `types` are some of those
    the key may follow; none given are all of them, also later ones.
    """

    types: NotRequired[list[str] | None]
    url: str


class CreatedKey(TypedDict):
    """
    The new key with its text, this once. A request repeated under the same Idempotency-Key is answered with
    `key` null and `key_was_shown` true, because the text is kept nowhere: if it got lost, revoke this key and
    create another.
    """

    client_id: str | None
    created_at: str
    created_by: str | None
    event_types: list[str] | None
    expires_at: str | None
    figures: bool
    key: str | None
    key_id: str
    key_was_shown: NotRequired[bool]
    label: str
    person_id: str | None
    prefix: str
    principal_id: str
    programmes: list[str] | None
    provider_id: str | None
    provinces: list[str] | None
    revoked_at: str | None
    revoked_by: str | None
    roles: list[Role]
    scopes: list[str]
    status: Literal["valid", "expired", "revoked"]


class DeclaredShare(TypedDict):
    """What two totals would say if this share of the use is fixed; told beside the verdict, never part of it."""

    adjusted_baseline: str
    fixed_share: str
    fraction: str
    intensity_change_from_growth_alone: str
    intensity_from_growth_alone: str
    saving: str


class Decline(TypedDict):
    reason_code: str


class DeclineOffer(TypedDict):
    note: NotRequired[str | None]
    reason_code: str


class DeliverableBody(TypedDict):
    link: str
    sha256: NotRequired[str | None]
    title: str


class DeliverableOut(TypedDict):
    link: str
    sha256: str | None
    title: str


class DeliveryOut(TypedDict):
    """One attempt. `answer` is null when none came; `trouble` says why in words."""

    answer: AnswerOut | None
    attempt: int
    delivery_id: str
    duration_ms: int
    event_id: str
    event_type: str
    outcome: Literal["delivered", "failed"]
    request: RequestOut
    sent_at: str
    test: bool
    trouble: str | None


class EmissionFactor(TypedDict):
    """An emission factor with its source; figures name it by its id. `country` null: it holds anywhere."""

    biogenic: NotRequired[bool]
    carrier: str
    country: NotRequired[str | None]
    factor_id: str
    method: str
    purpose: str
    source: str
    unit: str
    valid_from: NotRequired[str | None]
    valid_to: NotRequired[str | None]
    value: str
    year: int


class EnergyBody(TypedDict):
    """One carrier in the unit of its bill or meter; a volume needs its density."""

    carrier: str
    cost: NotRequired[MoneyInput | None]
    density_kg_per_m3: NotRequired[float | str | None]
    quantity: float | str
    unit: str


class EnergyCarrier(TypedDict):
    """An energy carrier; without a heat value it is counted in units of energy only, never weighed."""

    code: str
    heat_value_mj_per_t: NotRequired[str | None]
    name: str


class EnergyInput(TypedDict):
    """One carrier as it was bought or made, in the unit of its bill or meter."""

    carrier: str
    cost: NotRequired[MoneyOutput | None]
    density_kg_per_m3: NotRequired[str | None]
    quantity: str
    unit: str


class EnergyLine(TypedDict):
    """An energy input in MJ, with the factor that is frozen into it; `emission_t` null = no factor known."""

    biogenic: bool
    emission_t: str | None
    energy_mj: str
    factor_id: str | None
    stated: EnergyInput


class EnergyUnit(TypedDict):
    """A unit of energy and the MJ in one."""

    code: str
    mj: str


class EngagementOut(TypedDict):
    cancellation_reason: str | None
    client_id: str
    client_rating: RatingOut | None
    country: str
    ended_on: str | None
    engagement_id: str
    external_ref: str | None
    kind: str
    need_id: str
    person_id: str
    programme_code: str | None
    provider_id: str
    provider_rating: RatingOut | None
    province: str | None
    reported_days: str | None
    request_id: str | None
    site_id: str
    started_at: str
    starts_on: str
    status: Literal["active", "completed", "cancelled"]
    version: int


class EnrolPeople(TypedDict):
    """One `participant`, or several `participants`: together or not at all."""

    client_id: NotRequired[str | None]
    participant: NotRequired[ParticipantIn | None]
    participants: NotRequired[list[ParticipantIn] | None]
    provider_id: NotRequired[str | None]
    session_id: str


class EnrolmentOut(TypedDict):
    """
    `place` is the order of asking among those who waited: whoever has a smaller one is offered a seat before.

    Addresses are shown to the centre only.
    """

    client_id: str | None
    course_id: str
    deadline_at: str | None
    email: str | None
    enrolled_at: str
    enrolled_by: str
    enrolment_id: str
    evaluator_id: str | None
    full_name: str
    language: str | None
    name_may_be_shown: bool
    person_id: str
    phone: str | None
    place: int | None
    provider_id: str | None
    reason_code: str | None
    session_id: str
    sex: Literal["female", "male", "other", "unstated"]
    status: Literal[
        "confirmed",
        "waitlisted",
        "seat_offered",
        "declined",
        "lapsed",
        "cancelled",
        "attended",
        "absent",
        "passed",
        "failed",
    ]
    version: int


class EstimateBody(TypedDict):
    """What one resource and carrier is expected to save a year, with its range."""

    carrier: str
    density_kg_per_m3: NotRequired[float | str | None]
    high: NotRequired[float | str | None]
    low: NotRequired[float | str | None]
    money: NotRequired[MoneyInput | None]
    price_version: NotRequired[str | None]
    resource: Resource
    saving: NotRequired[float | str | None]
    stream_no: int
    unit: str
    use_per_year: NotRequired[float | str | None]


class Evidence(TypedDict):
    """A document outside the system, pinned by its hash."""

    evidence_id: str
    sha256: str


class ExpertOut(TypedDict):
    expert_id: str
    full_name: str
    person_id: str
    provider_id: str
    status: Literal["active", "retired"]
    version: int


class ExportImpact(TypedDict):
    """
    The figures of a year for a DHIS2, as a mapping says: the name or id of a saved or shipped one, or its text.

    A dry run makes nothing; it names what the mapping does not know.
    """

    dry_run: NotRequired[bool]
    format: Literal["dhis2"]
    mapping: str
    period: str


class ExportOut(TypedDict):
    """
    An export: what it covers, what the mapping does not know, what is not shown outside the centre, and the payload.

    `unmapped` is empty unless it was a dry run. `payload` is null in lists and of a dry run.
    """

    covered: Covered
    dry_run: bool
    export_id: str
    figures: int
    format: str
    made_at: str
    made_by: str
    mapping_name: str | None
    payload: dict[str, Any] | None
    period: str
    suppressed: list[str]
    unmapped: list[Unmapped]
    version: int


class ExtraFields(TypedDict):
    """The country's further fields of each form."""

    assessment: list[FormField]
    client: list[FormField]
    provider: list[FormField]
    service_request: list[FormField]


class FailedDeliveryOut(TypedDict):
    attempts: int
    consumer: str
    delivery_id: str
    error: str
    event_id: str
    failed_at: str
    next_attempt_at: str
    reason: str | None
    root: str
    settled_at: str | None
    state: str
    topic: str


class FeedOut(TypedDict):
    """Part of the feed; go on with `after=<next>`."""

    end: int
    items: list[CloudEventOut]
    next: int


class Figure(TypedDict):
    """A number, or the word that stands for it."""

    value: NotRequired[str | None]
    word: Word


class FiguresOut(TypedDict):
    """
    A group of options: how many, of how many clients, what they cost once and save a year.

    A sum is null where no option of the group has the figure; `_unknown` counts the options where it is missing.
    """

    annual_saving: list[Sum]
    annual_saving_unknown: int
    clients: int
    count: int
    emission_t_co2e: str | Literal["suppressed"] | None
    emission_unknown: int
    energy_mj: str | Literal["suppressed"] | None
    energy_unknown: int
    investment: list[Sum]
    investment_unknown: int
    material_t: str | Literal["suppressed"] | None
    material_unknown: int
    verdicts: Verdicts
    waste_t: str | Literal["suppressed"] | None
    waste_unknown: int
    water_m3: str | Literal["suppressed"] | None
    water_unknown: int


class FormField(TypedDict):
    """A field the country adds to a form; its value goes into `extra` under this name."""

    choices: NotRequired[list[str]]
    kind: NotRequired[Literal["text", "number", "yes_no", "choice"]]
    label: NotRequired[str]
    name: str


class FunnelOut(TypedDict):
    """Different clients at each stage. `registered` is null where a programme is asked for."""

    assessed: int | Literal["suppressed"]
    covered: Covered
    implemented: int | Literal["suppressed"]
    programme: str | None
    province: str | None
    registered: int | Literal["suppressed"] | None
    requested: int | Literal["suppressed"]
    verified: int | Literal["suppressed"]
    year: int | None


class GiveConsent(TypedDict):
    """Consent text by its version; `until` is the last day it holds, null until it is withdrawn."""

    client_id: str
    purpose: str
    recipient: NotRequired[str | None]
    text_version: str
    until: NotRequired[str | None]


class GrantCompetence(TypedDict):
    """`provider_id` is needed only for a person who works for more than one provider."""

    code: str
    evidence: NotRequired[str | None]
    level: int
    person_id: str
    provider_id: NotRequired[str | None]
    valid_from: str
    valid_until: NotRequired[str | None]


class Hours(TypedDict):
    """Hours by a counter (a value) or stipulated (a value within a declared range), and where they come from."""

    high: NotRequired[str | None]
    low: NotRequired[str | None]
    source: str
    value: str


class HoursBody(TypedDict):
    """Hours by a counter, or stipulated within a range; `source` says where they come from."""

    high: NotRequired[float | str | None]
    low: NotRequired[float | str | None]
    source: str
    value: float | str


class IdentifyOption(TypedDict):
    """A measure to recommend in an open assessment."""

    annual_saving: NotRequired[MoneyInput | None]
    assessment_id: str
    boundary_id: NotRequired[str | None]
    code: NotRequired[str | None]
    code_scheme: NotRequired[str | None]
    code_version: NotRequired[str | None]
    data_quality: NotRequired[str | None]
    description: NotRequired[str]
    estimate_method: NotRequired[str | None]
    investment: NotRequired[MoneyInput | None]
    life_years: NotRequired[int | None]
    loading_order: NotRequired[int | None]
    option_class: str
    programme_shares: NotRequired[list[ProgrammeShareBody]]
    relations: NotRequired[list[OptionRelation]]
    salvage: NotRequired[MoneyInput | None]
    streams: NotRequired[list[EstimateBody]]
    tags: NotRequired[list[str]]
    title: str


class ImplementOption(TypedDict):
    """What was done and when; `cost` is what it really cost, left out while nobody knows."""

    annual_saving: NotRequired[MoneyInput | None]
    commissioned_on: NotRequired[str | None]
    cost: NotRequired[MoneyInput | None]
    deviations: NotRequired[list[str]]
    evidence: NotRequired[list[Evidence]]
    mv_plan: NotRequired[MvPlan | None]
    occurred_on: str
    scope_fraction: NotRequired[float | str | None]
    started_on: NotRequired[str | None]


class Implementation(TypedDict):
    """What somebody states about the work done; `investment` is what it really cost."""

    annual_saving: NotRequired[MoneyOutput | None]
    commissioned_on: NotRequired[str | None]
    deviations: NotRequired[list[str]]
    evidence: NotRequired[list[Evidence]]
    investment: NotRequired[MoneyOutput | None]
    mv_plan: NotRequired[MvPlan | None]
    occurrence: Occurrence
    reported_by_role: str
    scope_fraction: NotRequired[str | None]
    started_on: NotRequired[str | None]


class ImportAssessments(TypedDict):
    """
    A file of assessments, one of their recommendations (CSV, XLSX or JSON), and the mapping: TOML, or a name.
    One workbook can be sent as both, each with its sheet.
    """

    assessments: str
    assessments_sheet: NotRequired[str | None]
    dry_run: NotRequired[bool]
    encoding: NotRequired[str | None]
    header_row: NotRequired[int | None]
    mapping: NotRequired[str | None]
    mapping_name: NotRequired[str | None]
    notify: NotRequired[str | None]
    preview: NotRequired[int]
    recommendations: str
    recommendations_sheet: NotRequired[str | None]
    separator: NotRequired[Literal[",", ";", "|", "comma", "semicolon", "tab", "bar"] | None]


class ImportAttendance(TypedDict):
    """
    A list of one session, named by `session_id`, or with the session's id in each row. Without a mapping the
    columns are `session` (unless named here), `person`, `attended`, `passed` and `reason`.
    """

    dry_run: NotRequired[bool]
    encoding: NotRequired[str | None]
    file: str
    header_row: NotRequired[int | None]
    mapping: NotRequired[str | None]
    mapping_name: NotRequired[str | None]
    notify: NotRequired[str | None]
    preview: NotRequired[int]
    separator: NotRequired[Literal[",", ";", "|", "comma", "semicolon", "tab", "bar"] | None]
    session_id: NotRequired[str | None]
    sheet: NotRequired[str | None]


class ImportClients(TypedDict):
    """A file of companies (CSV, XLSX or JSON), and the mapping of its columns: its text (TOML), or a name."""

    dry_run: NotRequired[bool]
    encoding: NotRequired[str | None]
    file: str
    header_row: NotRequired[int | None]
    mapping: NotRequired[str | None]
    mapping_name: NotRequired[str | None]
    notify: NotRequired[str | None]
    preview: NotRequired[int]
    separator: NotRequired[Literal[",", ";", "|", "comma", "semicolon", "tab", "bar"] | None]
    sheet: NotRequired[str | None]


class ImportOut(TypedDict):
    """
    An import: `done` of `total` steps; `registered` and `already_there` count rows, `refused` those sent back.
    `refused_rows` are the first of these, where one import is read; all of them can be downloaded.
    """

    already_there: int
    asked_at: str
    asked_by: str
    cancel_asked: bool
    done: int
    dry_run: bool
    error: str | None
    files: list[ImportedFile]
    finished_at: str | None
    import_id: str
    mapping_name: str | None
    messages: list[str]
    oddities: list[Oddity]
    preview: list[PreviewRow]
    refused: int
    refused_rows: list[RefusedRowOut]
    registered: int
    sender: str
    sentence: str | None
    state: str
    total: int | None


class ImportedFile(TypedDict):
    """
    One file of an import, as it was understood; `encoding_guessed` asks for a look at its names. `header_row` and
    `columns` say where the titles stand and what they are, `remarks` what else to look at. `sent_as` is its own name,
    `sha256` of its bytes tells whether another file is the same, `stated` is what the request said of how it is
    written.
    """

    already_there: NotRequired[int]
    columns: NotRequired[list[str]]
    encoding: NotRequired[str | None]
    encoding_guessed: NotRequired[bool]
    format: NotRequired[str | None]
    header_row: NotRequired[int | None]
    name: str
    refused: NotRequired[int]
    registered: NotRequired[int]
    remarks: NotRequired[list[str]]
    rows: NotRequired[int | None]
    sent_as: NotRequired[str | None]
    separator: NotRequired[str | None]
    sha256: NotRequired[str | None]
    sheet: NotRequired[str | None]
    stated: NotRequired[dict[str, str | int]]


class IndicatorOut(TypedDict):
    """A programme's target and what it has come to. Money is in the programme's currency, other currencies apart."""

    actual: str | Literal["suppressed"] | None
    code: str
    currency: str | None
    definition: str
    name: str
    other_currencies: list[Sum]
    reached_percent: str | Literal["suppressed"] | None
    records: int | Literal["suppressed"]
    target: str | None
    unit: str
    unknown: int | Literal["suppressed"] | None


class Indicators(TypedDict):
    """
    Productivity P/E, P/M, P/W per MJ, t and m3; intensity G/P, L/P, S/P per unit of output; null = unknown.

    P output, E energy, M materials, W water, G emissions, L waste water, S waste (UNIDO/UNEP primer).
    """

    emission_intensity: str | None
    energy_productivity: str | None
    material_productivity: str | None
    waste_intensity: str | None
    waste_water_intensity: str | None
    water_productivity: str | None


class Isolation(TypedDict):
    """
    Option B: `hours` counted in the reporting period. Option A: `hours` a year, stipulated with a range.

    `hours_a_year` lets option B, measured over less than a year, also state an annual figure.
    """

    after: Readings | None
    before: Readings | None
    hours: Hours
    hours_a_year: NotRequired[Hours | None]
    ipmvp_option: Literal["A", "B"]
    method: NotRequired[Literal["retrofit_isolation"]]
    rate_unit: Literal["kW", "m3/h", "l/h", "kg/h", "t/h"]
    reporting: Period


class IssueCertificate(TypedDict):
    enrolment_id: str


class IssueCertificates(TypedDict):
    """The session whose people get their certificates."""

    session_id: str


class JobOut(TypedDict):
    """What a provider needs to know to answer an offer; who the client is it learns when it accepts."""

    competences: list[CompetenceNeeded]
    country: str
    days: int
    ends_on: str
    isic: Sector | None
    kind: str
    language: str
    programme_code: str | None
    province: str | None
    starts_on: str


class KeyOut(TypedDict):
    """A key without its text: `prefix` is how it begins."""

    client_id: str | None
    created_at: str
    created_by: str | None
    event_types: list[str] | None
    expires_at: str | None
    figures: bool
    key_id: str
    label: str
    person_id: str | None
    prefix: str
    principal_id: str
    programmes: list[str] | None
    provider_id: str | None
    provinces: list[str] | None
    revoked_at: str | None
    revoked_by: str | None
    roles: list[Role]
    scopes: list[str]
    status: Literal["valid", "expired", "revoked"]


class MadeOut(TypedDict):
    """When an answer was made, for whom, and from which data."""

    at: str
    by: str
    data: str
    readers: str


class MakeOffer(TypedDict):
    provider_id: str
    shortlist_id: str


class MakeSessionCalendar(TypedDict):
    """A feed of one session, or of everything a provider is enrolled in or teaches."""

    provider_id: NotRequired[str | None]
    session_id: NotRequired[str | None]


class MakeShortlist(TypedDict):
    need_id: str


class MatchingContact(TypedDict):
    """The person a provider is reached by."""

    email: NotRequired[str | None]
    full_name: str
    language: NotRequired[str | None]
    phone: NotRequired[str | None]


class MeOut(TypedDict):
    """Who the gateway takes you for."""

    client_id: str | None
    event_types: list[str] | None
    figures: bool
    person_id: str | None
    principal_id: str
    programmes: list[str] | None
    provider_id: str | None
    provinces: list[str] | None
    roles: list[Role]
    scopes: list[str]


class MoneyInput(TypedDict):
    amount: float | str
    currency: str


class MoneyOutput(TypedDict):
    amount: str
    currency: str


class MvPlan(TypedDict):
    plan_id: NotRequired[str | None]
    sha256: NotRequired[str | None]
    signed_on: NotRequired[str | None]
    timing: NotRequired[str | None]
    version: NotRequired[int | None]


class NamedExpertOut(TypedDict):
    full_name: str
    person_id: str


class NeedOut(TypedDict):
    cancellation_reason: str | None
    client_id: str
    competences: list[CompetenceNeeded]
    country: str
    days: int
    ends_on: str
    engagement_id: str | None
    isic: Sector | None
    kind: str
    language: str
    need_id: str
    opened_at: str
    programme_code: str | None
    province: str | None
    request_id: str | None
    site_id: str
    starts_on: str
    status: Literal["open", "filled", "unmet", "cancelled"]
    version: int


class NoticeOut(TypedDict):
    """A notice without its text; `address` is shortened to what recognises it, `recipient` is whose it is."""

    address: str
    attempts: int
    cause: str
    channel: Literal["mail", "sms"]
    correlation_id: str
    due_at: str
    error: str | None
    kind: str
    language: str
    made_at: str
    next_attempt_at: str
    notice_id: str
    recipient: str
    settled_at: str | None
    state: Literal["waiting", "sending", "sent", "failed", "called_off"]


class Occurrence(TypedDict):
    """A date in the centre's zone and how exactly it is known."""

    on: str
    precision: NotRequired[Literal["day", "year"]]


class Oddity(TypedDict):
    """A label, how many rows of a file earned it, and the first of them."""

    examples: list[int]
    file: str
    label: str
    rows: int


class OfferCourse(TypedDict):
    """
    What is taught. `validity_months` null = its certificates hold without end; `evaluator_apart` null = as the
    pack says.
    """

    competences: NotRequired[list[CompetenceNeeded]]
    description: NotRequired[str | None]
    evaluator_apart: NotRequired[bool | None]
    hours: float | str
    language: str
    title: str
    validity_months: NotRequired[int | None]


class OfferLinkOut(TypedDict):
    """
    An offer as whoever holds the code of its link sees it: why the provider was asked (its own row of the shortlist,
    without a rank), and while it is open the experts it can name.
    """

    answered_at: str | None
    candidate: CandidateOut | None
    deadline_at: str
    experts: list[NamedExpertOut]
    job: JobOut
    made_at: str
    offer_id: str
    reason_code: str | None
    status: Literal["open", "accepted", "declined", "expired", "withdrawn"]
    version: int


class OfferMadeOut(TypedDict):
    """
    `link_code` answers this one offer without signing in; it is shown this once, and null when the request is
    repeated under its Idempotency-Key.
    """

    answered_at: str | None
    deadline_at: str
    engagement_id: str | None
    job: JobOut
    link_code: str | None
    made_at: str
    missing_competences: NotRequired[list[CompetenceNeeded]]
    need_id: str
    note: str | None
    offer_id: str
    provider_id: str
    reason_code: str | None
    shortlist_id: str
    status: Literal["open", "accepted", "declined", "expired", "withdrawn"]
    version: int


class OfferOut(TypedDict):
    answered_at: str | None
    deadline_at: str
    engagement_id: str | None
    job: JobOut
    made_at: str
    missing_competences: NotRequired[list[CompetenceNeeded]]
    need_id: str
    note: str | None
    offer_id: str
    provider_id: str
    reason_code: str | None
    shortlist_id: str
    status: Literal["open", "accepted", "declined", "expired", "withdrawn"]
    version: int


class OpenAssessment(TypedDict):
    """A site to assess without an engagement."""

    client_id: str
    extra: NotRequired[dict[str, Any]]
    programme_code: NotRequired[str | None]
    site_id: str


class OpenNeed(TypedDict):
    """A job without a service request; without `competences` those of the pack are required."""

    client_id: str
    competences: NotRequired[list[CompetenceNeeded]]
    days: int
    ends_on: str
    kind: str
    language: str
    programme_code: NotRequired[str | None]
    site_id: str
    starts_on: str


class OpenSite(TypedDict):
    address: NotRequired[str | None]
    client_id: str
    country: str
    name: str
    province: NotRequired[str | None]


class OptionGroupOut(TypedDict):
    """The options under a heading and a status. A heading is null where it is unknown, or without a programme."""

    figures: FiguresOut | Literal["suppressed"]
    heading: str | int | None
    status: Literal["identified", "approved", "pending", "refused", "implemented", "verified"]


class OptionOut(TypedDict):
    """An option with what it earns as estimated; what it really cost stands in its implementation."""

    annual_saving: MoneyOutput | None
    assessment_id: str
    assessor_id: str | None
    boundary_id: str | None
    client_id: str
    code: str | None
    code_scheme: str | None
    code_version: str | None
    data_quality: str | None
    description: str
    estimate_method: str | None
    identified_on: str
    implementation: Implementation | None
    investment: MoneyOutput | None
    labels: list[str]
    life_years: int | None
    loading_order: int | None
    occurred_on: str
    occurred_on_precision: str
    option_class: str
    option_id: str
    pending_until: str | None
    profitability: Profitability
    programme_shares: list[ProgrammeShare]
    reason_code: str | None
    recorded_at: str
    relations: list[OptionRelation]
    row_key: str | None
    salvage: MoneyOutput | None
    sender: str | None
    site_id: str
    status: OptionStatus
    streams: list[Stream]
    tags: list[str]
    title: str
    verifications: list[Verification]
    verified_by: str | None
    version: int


class OptionPage(TypedDict):
    """`portfolios`, where one assessment was asked for: payback of all its options that were not refused."""

    items: list[OptionOut]
    next: NotRequired[str | None]
    portfolios: NotRequired[list[Portfolio] | None]


class OptionRelation(TypedDict):
    option_id: str
    relation: str


OptionStatus: TypeAlias = Literal["identified", "approved", "refused", "pending", "implemented", "verified"]


class OptionsOut(TypedDict):
    """Options by status and, unless `by` is status, by a heading."""

    basis: Literal["current", "reached"]
    by: Literal["status", "province", "isic_division", "year", "programme"]
    covered: Covered
    items: list[OptionGroupOut]


class OutputInput(TypedDict):
    """Product output of a period in its functional unit."""

    quantity: float | str
    unit: str


class OutputOutput(TypedDict):
    """Product output of a period in its functional unit."""

    quantity: str
    unit: str


class PackHoliday(TypedDict):
    date: str
    name: str


class PackIndicator(TypedDict):
    """A figure programmes set targets for: what is measured, and at which stage it counts."""

    code: str
    measure: str
    name: str
    stage: NotRequired[str | None]
    unit: NotRequired[str]


class PackOut(TypedDict):
    """What this centre's country pack decides, as far as a form or a caller chooses from it."""

    code: str
    competences: list[Choice]
    consent_purposes: list[Choice]
    country: str
    course_competences: list[Choice]
    currencies: list[str]
    emission_factors: list[EmissionFactor]
    energy_carriers: list[EnergyCarrier]
    extra_fields: ExtraFields
    holidays: list[PackHoliday]
    indicators: list[PackIndicator]
    kinds: list[ServiceKind]
    languages: list[str]
    mappings: list[ShippedMapping]
    name: str
    notice_languages: list[str]
    option_classes: list[Choice]
    programmes: list[PackProgramme]
    province_scheme: str
    provinces: list[PackProvince]
    reasons: Reasons
    size_classes: list[Choice]
    tax_code_pattern: str
    time_zone: str
    units: Units
    version: str
    weekend: list[int]


class PackProgramme(TypedDict):
    """A donor's programme; its targets are in `/v1/impact/programmes/{code}`."""

    code: str
    currency: str
    donor: str
    ends_on: str
    name: str
    starts_on: str


class PackProvince(TypedDict):
    """A province with its time of validity; `became` names the codes that replaced it."""

    became: list[str]
    code: str
    name: str
    valid_from: str | None
    valid_to: str | None


class PageAssessmentOut(TypedDict):
    items: list[AssessmentOut]
    next: NotRequired[str | None]


class PageCandidateOut(TypedDict):
    items: list[CandidateOut]
    next: NotRequired[str | None]


class PageCertificateOut(TypedDict):
    items: list[CertificateOut]
    next: NotRequired[str | None]


class PageClientOut(TypedDict):
    items: list[ClientOut]
    next: NotRequired[str | None]


class PageCompetenceOut(TypedDict):
    items: list[CompetenceOut]
    next: NotRequired[str | None]


class PageConsentOut(TypedDict):
    items: list[ConsentOut]
    next: NotRequired[str | None]


class PageCourseOut(TypedDict):
    items: list[CourseOut]
    next: NotRequired[str | None]


class PageDeliveryOut(TypedDict):
    items: list[DeliveryOut]
    next: NotRequired[str | None]


class PageEngagementOut(TypedDict):
    items: list[EngagementOut]
    next: NotRequired[str | None]


class PageEnrolmentOut(TypedDict):
    items: list[EnrolmentOut]
    next: NotRequired[str | None]


class PageExpertOut(TypedDict):
    items: list[ExpertOut]
    next: NotRequired[str | None]


class PageExportOut(TypedDict):
    items: list[ExportOut]
    next: NotRequired[str | None]


class PageFailedDeliveryOut(TypedDict):
    items: list[FailedDeliveryOut]
    next: NotRequired[str | None]


class PageImportOut(TypedDict):
    items: list[ImportOut]
    next: NotRequired[str | None]


class PageKeyOut(TypedDict):
    items: list[KeyOut]
    next: NotRequired[str | None]


class PageNeedOut(TypedDict):
    items: list[NeedOut]
    next: NotRequired[str | None]


class PageNoticeOut(TypedDict):
    items: list[NoticeOut]
    next: NotRequired[str | None]


class PageOfferOut(TypedDict):
    items: list[OfferOut]
    next: NotRequired[str | None]


class PageProviderOut(TypedDict):
    items: list[ProviderOut]
    next: NotRequired[str | None]


class PageSavedMappingOut(TypedDict):
    items: list[SavedMappingOut]
    next: NotRequired[str | None]


class PageSavingLineOut(TypedDict):
    items: list[SavingLineOut]
    next: NotRequired[str | None]


class PageServiceRequestOut(TypedDict):
    items: list[ServiceRequestOut]
    next: NotRequired[str | None]


class PageSessionCalendarOut(TypedDict):
    items: list[SessionCalendarOut]
    next: NotRequired[str | None]


class PageSessionOut(TypedDict):
    items: list[SessionOut]
    next: NotRequired[str | None]


class PageShortlistOut(TypedDict):
    items: list[ShortlistOut]
    next: NotRequired[str | None]


class PageSiteOut(TypedDict):
    items: list[SiteOut]
    next: NotRequired[str | None]


class PageSubscriptionOut(TypedDict):
    items: list[SubscriptionOut]
    next: NotRequired[str | None]


class PageWorkReportOut(TypedDict):
    items: list[WorkReportOut]
    next: NotRequired[str | None]


class PartOut(TypedDict):
    code: str
    facts: dict[str, Any]
    points: int
    weight: int


class ParticipantIn(TypedDict):
    """
    Who comes. `person_id` where the person is known (an expert, or enrolled before), else it gets one here.

    `name_may_be_shown` left out leaves the person's agreement as it is, which is none at first. The person hears of
    this enrolment by the address given here and by no other.
    """

    email: NotRequired[str | None]
    full_name: str
    language: NotRequired[str | None]
    name_may_be_shown: NotRequired[bool | None]
    person_id: NotRequired[str | None]
    phone: NotRequired[str | None]
    sex: NotRequired[Literal["female", "male", "other", "unstated"]]


class Period(TypedDict):
    """First and last day, both included."""

    ends_on: str
    starts_on: str


class PeriodBody(TypedDict):
    ends_on: str
    starts_on: str


class PeriodOut(TypedDict):
    """Whole calendar years, the first and the last."""

    first: int
    last: int


class Place(TypedDict):
    """Country (ISO 3166-1), province code and the scheme of that code (pack code or `US`)."""

    country: str
    province: NotRequired[str | None]
    scheme: NotRequired[str | None]


class Portfolio(TypedDict):
    """Several options in one currency: sum I / sum S over those whose figures are known."""

    currency: str
    options: int
    payback_years: Figure


class PreviewRow(TypedDict):
    """
    A row of a dry run: what would become of it (`registered`, `already_there`, `refused` with column, code and
    sentence), and its values as they were understood.
    """

    code: NotRequired[str]
    column: NotRequired[str]
    file: str
    labels: NotRequired[list[str]]
    outcome: str
    row: int
    sentence: NotRequired[str]
    values: dict[str, Any]


class Problem(TypedDict):
    """RFC 9457. `code` is stable, `params` are its facts, `detail` the sentence in words."""

    code: str
    detail: str
    errors: NotRequired[list[dict[str, Any]] | None]
    params: NotRequired[dict[str, Any]]
    status: int
    title: str
    type: str


class Profitability(TypedDict):
    irr: Figure
    npv: Figure
    payback_years: Figure


class ProgrammeOut(TypedDict):
    """A programme's targets beside what has been attributed to it, in a period or (null) altogether so far."""

    code: str
    covered: Covered
    currency: str
    definitions: dict[str, str]
    donor: str
    ends_on: str
    funnel: list[StepOut]
    indicators: list[IndicatorOut]
    made: MadeOut
    name: str
    period: PeriodOut | None
    savings: list[SavingsOut]
    starts_on: str
    training: TrainingFiguresOut


class ProgrammeShare(TypedDict):
    """The part of an option that a programme may claim; shares of one option sum to at most 1."""

    programme_code: str
    share: str


class ProgrammeShareBody(TypedDict):
    programme_code: str
    share: float | str


class ProviderOut(TypedDict):
    bookings: list[BookingOut]
    conflicts: list[str]
    contact: MatchingContact | None
    country: str
    day_rate: MoneyOutput | None
    days_per_week: int
    extra: dict[str, Any]
    kind: Literal["firm", "person"]
    languages: list[str]
    leave: list[Period]
    name: str
    places: list[Place]
    provider_id: str
    sectors: list[Sector]
    status: Literal["registered", "approved", "suspended"]
    suspension_reason: str | None
    version: int


class PutContacts(TypedDict):
    contacts: list[ClientsContact]


class Rate(TypedDict):
    """1 (poor) to 5 (excellent)."""

    comment: NotRequired[str | None]
    score: int


class RatingOut(TypedDict):
    comment: str | None
    given_at: str
    score: int


class Readings(TypedDict):
    """Readings of one instrument in one state; `instrument_uncertainty` is its relative standard uncertainty."""

    count: int
    instrument_id: str
    instrument_uncertainty: str
    mean: str
    sd: str
    taken: Period


class ReadingsBody(TypedDict):
    """Readings of one instrument, one by one, or a logger's mean, standard deviation and count."""

    count: NotRequired[int | None]
    ends_on: str
    instrument_id: str
    instrument_uncertainty: float | str
    mean: NotRequired[float | str | None]
    readings: NotRequired[list[float | str]]
    sd: NotRequired[float | str | None]
    starts_on: str


class Reason(TypedDict):
    reason_code: str


class Reasons(TypedDict):
    """The reason codes of each operation that takes one, by the operation's name."""

    cancel_engagement: list[Choice]
    cancel_enrolment: list[Choice]
    cancel_need: list[Choice]
    cancel_session: list[Choice]
    decline_client: list[Choice]
    decline_offer: list[Choice]
    decline_offer_link: list[Choice]
    record_result: list[Choice]
    refuse_option: list[Choice]
    return_assessment: list[Choice]
    return_work_report: list[Choice]
    revoke_certificate: list[Choice]
    suspend_provider: list[Choice]
    withdraw_competence: list[Choice]
    withdraw_offer: list[Choice]


class RebuildOut(TypedDict):
    result: NotRequired[dict[str, Any] | None]
    state: str


class RecordAttendance(TypedDict):
    attended: bool


class RecordBaseline(TypedDict):
    """What the site used, made and gave off in whole months; leave out what is not known, never send 0 for it."""

    energy: NotRequired[list[EnergyBody]]
    material_t: NotRequired[float | str | None]
    operating_hours: NotRequired[float | str | None]
    output: NotRequired[OutputInput | None]
    period: PeriodBody
    waste_t: NotRequired[float | str | None]
    waste_water_m3: NotRequired[float | str | None]
    water_m3: NotRequired[float | str | None]


class RecordResult(TypedDict):
    """`reason_code` says why somebody did not pass."""

    passed: bool
    reason_code: NotRequired[str | None]


class Redriven(TypedDict):
    redriven: int


class RefuseOption(TypedDict):
    reason_code: str


class RefusedRowOut(TypedDict):
    """A refused row: where, why, and what stood there by the names of its columns."""

    code: str
    column: str
    file: str
    row: int
    sentence: str
    values: dict[str, str]


class RegisterClient(TypedDict):
    """A company to take in; its sector by ISIC with revision, or by a national code with the reason."""

    country: str
    external_ref: NotRequired[str | None]
    extra: NotRequired[dict[str, Any]]
    isic: NotRequired[Sector | None]
    name: str
    national_code: NotRequired[str | None]
    national_scheme: NotRequired[str | None]
    no_isic_reason: NotRequired[str | None]
    province: NotRequired[str | None]
    size_class: NotRequired[str | None]
    tax_code: NotRequired[str | None]


class RegisterProvider(TypedDict):
    """A firm or person that offers its work: where, in which languages and sectors, on how many days a week."""

    conflicts: NotRequired[list[str]]
    contact: NotRequired[MatchingContact | None]
    country: str
    day_rate: NotRequired[MoneyInput | None]
    days_per_week: NotRequired[int]
    extra: NotRequired[dict[str, Any]]
    kind: Literal["firm", "person"]
    languages: list[str]
    leave: NotRequired[list[Period]]
    name: str
    places: list[Served]
    sectors: NotRequired[list[Sector]]


class RequestOut(TypedDict):
    """What was sent, without its signature."""

    body: str
    headers: dict[str, str]
    url: str


Resource: TypeAlias = Literal["energy", "water", "material", "waste", "other"]


class Result(TypedDict):
    """Figures in `unit`; fractions of the adjusted baseline of the measured boundary; what is not computed is null."""

    adjusted_baseline: NotRequired[str | None]
    annualised: NotRequired[str | None]
    annualised_label: NotRequired[str | None]
    basis: NotRequired[str | None]
    bounds: NotRequired[Bounds | None]
    confidence: NotRequired[str | None]
    flags: NotRequired[list[str]]
    fraction: NotRequired[str | None]
    intensity_change: NotRequired[str | None]
    ipmvp_option: str
    measured: NotRequired[str | None]
    method: str
    output_change: NotRequired[str | None]
    output_unit: NotRequired[str | None]
    raw_change: NotRequired[str | None]
    reasons: NotRequired[list[str]]
    saving: NotRequired[str | None]
    saving_high: NotRequired[str | None]
    saving_low: NotRequired[str | None]
    unit: str
    verdict: Verdict


class Retried(TypedDict):
    retried: int


class ReturnAssessment(TypedDict):
    """What has to be corrected; the note is for the assessor alone."""

    note: NotRequired[str | None]
    reason_code: str


Role: TypeAlias = Literal[
    "officer",
    "reviewer",
    "assessor",
    "verifier",
    "provider",
    "client",
    "trainer",
    "ministry",
    "donor",
    "integrator",
    "administrator",
    "system",
    "public",
]


class RuleOut(TypedDict):
    code: str
    facts: dict[str, Any]
    passed: bool


class SaveMapping(TypedDict):
    """A mapping (TOML) and the name to find it by."""

    mapping: str
    name: str


class SavedMappingOut(TypedDict):
    """A saved mapping; its `version` counts the editions under its name."""

    mapping: str
    mapping_id: str
    name: str
    owner_id: str
    saved_at: str
    saved_by: str
    sender: str
    title: str
    version: int


class SavedOut(TypedDict):
    """A figure of a group of options, how many options state it, and of how many it is unknown."""

    currency: str | None
    figure: str
    records: int | Literal["suppressed"]
    unknown: int
    value: str | Literal["suppressed"]


class SavingLineOut(TypedDict):
    annual_saving: MoneyOutput | None
    assessment_id: str
    client_id: str
    investment: MoneyOutput | None
    line_id: str
    occurred_on: str
    option_id: str
    recorded_at: str
    reported_by_role: str | None
    stage: Literal["identified", "approved", "implemented", "verified"]
    streams: list[Stream]
    verification_id: str | None


class SavingsOut(TypedDict):
    """What the options at a stage cost and save; by a method, those of them whose figures came about by it."""

    figures: list[SavedOut]
    method: str | None
    options: int | Literal["suppressed"]
    stage: str


class ScheduleSession(TypedDict):
    """
    When, where and for how many. Moments carry their offset; `time_zone` is the venue's; a session without a
    province is held nowhere in particular (online).
    """

    course_id: str
    ends_at: str
    language: str
    programme_code: NotRequired[str | None]
    province: str | None
    seats: int
    starts_at: str
    time_zone: str
    trainers: NotRequired[list[str]]
    venue: NotRequired[str | None]


class SecretShown(TypedDict):
    """
    With the secret that deliveries are signed with, this once. A request repeated under the same Idempotency-Key
    is answered with `secret` null and `secret_was_shown` true: if it got lost, rotate it.
    """

    attempts: int
    created_at: str
    cursor: int
    last_delivered_at: str | None
    next_attempt_at: str | None
    owner_id: str
    reason: Literal["by_its_owner", "by_the_centre", "key_ended", "attempts_used_up", "receiver_is_gone"] | None
    secret: str | None
    secret_was_shown: NotRequired[bool]
    status: Literal["active", "paused", "disabled"]
    subscription_id: str
    test_id: str | None
    types: list[str] | None
    url: str
    version: int


class Sector(TypedDict):
    """An ISIC code with its revision, as text so that a leading zero survives."""

    code: str
    revision: str


class Served(TypedDict):
    """A place a provider serves: a province, or with null the whole country."""

    country: str
    province: NotRequired[str | None]


class ServiceKind(TypedDict):
    """A kind of service, and the competences it asks for."""

    code: str
    name: str
    required: list[CompetencesAsked]


class ServiceRequestOut(TypedDict):
    client_id: str
    days: int
    engagement_id: str | None
    external_ref: str | None
    extra: dict[str, Any]
    kind: str
    language: str
    note: str | None
    programme_code: str | None
    request_id: str
    site_id: str
    status: str
    version: int
    wanted_from: str
    wanted_until: str


class SessionCalendarMadeOut(TypedDict):
    """
    `path` is where calendar programs read it, `code` its last part: whoever has it may read. Both are shown this
    once, and null when the request is repeated under its Idempotency-Key.
    """

    calendar_id: str
    code: str | None
    made_at: str
    path: str | None
    provider_id: str | None
    revoked_at: str | None
    session_id: str | None


class SessionCalendarOut(TypedDict):
    calendar_id: str
    made_at: str
    provider_id: str | None
    revoked_at: str | None
    session_id: str | None


class SessionOut(TypedDict):
    """
    `starts_on` and `ends_on` are the dates at the venue; competences, hours and so on are the course's as they
    were when the session was scheduled.
    """

    competences: list[CompetenceNeeded]
    country: str
    course_id: str
    course_version: int
    ends_at: str
    ends_on: str
    evaluator_apart: bool
    hours: str
    language: str
    programme_code: str | None
    province: str | None
    reason_code: str | None
    seats: int
    session_id: str
    starts_at: str
    starts_on: str
    status: Literal["scheduled", "completed", "cancelled"]
    time_zone: str
    title: str
    trainers: list[str]
    validity_months: int | None
    venue: str | None
    version: int


class ShippedMapping(TypedDict):
    """A mapping for senders' files, to be named where such a file is sent."""

    code: str
    name: str
    sections: list[str]


class ShortlistOut(TypedDict):
    """A scoring run; a provider reads no counts, for they would tell of others."""

    eligible: int | None
    excluded: dict[str, int] | None
    made_at: str
    need_id: str
    need_version: int | None
    policy_version: str
    shortlist_id: str
    version: int
    weights: dict[str, int]
    working_days: int


class SiteOut(TypedDict):
    address: str | None
    client_id: str
    country: str
    name: str
    province: str | None
    province_scheme: str | None
    site_id: str
    status: str
    version: int


class Skip(TypedDict):
    reason: str


class StepOut(TypedDict):
    """How many different companies came to a stage of the funnel."""

    clients: int | Literal["suppressed"]
    stage: str


class Stream(TypedDict):
    """
    One resource and carrier an option saves; `energy_mj`, `water_m3`, `material_t`, `waste_t`, `emission_t_co2e`
    hold the saving a year in the reporting unit of that resource, null where it does not apply.
    """

    band: NotRequired[str | None]
    carrier: str
    emission_t_co2e: NotRequired[str | None]
    energy_mj: NotRequired[str | None]
    figures: NotRequired[StreamFigures | None]
    material_t: NotRequired[str | None]
    resource: str
    stream_no: int
    unit: str
    waste_t: NotRequired[str | None]
    water_m3: NotRequired[str | None]


class StreamFigures(TypedDict):
    """
    The figures of one stream at one stage (SAVINGS.md 10); what is not computed is null.

    Uses are per year in the stream's unit; fractions are of the adjusted baseline or of use_per_year.
    """

    adjusted_baseline: NotRequired[str | None]
    annualised: NotRequired[str | None]
    annualised_label: NotRequired[str | None]
    co2e_t: NotRequired[str | None]
    estimate: NotRequired[str | None]
    estimate_high: NotRequired[str | None]
    estimate_low: NotRequired[str | None]
    factor_version: NotRequired[str | None]
    fraction: NotRequired[str | None]
    fraction_high: NotRequired[str | None]
    fraction_low: NotRequired[str | None]
    intensity_change: NotRequired[str | None]
    measured: NotRequired[str | None]
    money: NotRequired[MoneyOutput | None]
    non_routine: NotRequired[str | None]
    normalised: NotRequired[str | None]
    price_version: NotRequired[str | None]
    raw_change: NotRequired[str | None]
    saving: NotRequired[str | None]
    saving_high: NotRequired[str | None]
    saving_low: NotRequired[str | None]
    standard_output: NotRequired[str | None]
    use_per_year: NotRequired[str | None]


class SubmitServiceRequest(TypedDict):
    """What is asked for: the period in which it is wanted and the working days it may take."""

    client_id: str
    days: int
    external_ref: NotRequired[str | None]
    extra: NotRequired[dict[str, Any]]
    kind: str
    language: str
    note: NotRequired[str | None]
    programme_code: NotRequired[str | None]
    site_id: str
    wanted_from: str
    wanted_until: str


class SubmitWorkReport(TypedDict):
    """Work done in a period; `final` ends the engagement once it is approved."""

    days: float | str
    deliverables: NotRequired[list[DeliverableBody]]
    engagement_id: str
    external_ref: NotRequired[str | None]
    final: bool
    findings: str
    period: Period


class SubscriptionOut(TypedDict):
    """
    `cursor` is the number of the last event that arrived. `attempts` were spent on the next one, which is tried
    again at `next_attempt_at`; later ones wait behind it. `reason` says why nothing is sent: `by_its_owner`,
    `by_the_centre`, `key_ended`, `attempts_used_up` or `receiver_is_gone` (it answered 410). `test_id` is the
    webhook-id of a test that is about to be sent.
    """

    attempts: int
    created_at: str
    cursor: int
    last_delivered_at: str | None
    next_attempt_at: str | None
    owner_id: str
    reason: Literal["by_its_owner", "by_the_centre", "key_ended", "attempts_used_up", "receiver_is_gone"] | None
    status: Literal["active", "paused", "disabled"]
    subscription_id: str
    test_id: str | None
    types: list[str] | None
    url: str
    version: int


class Sum(TypedDict):
    """Amounts of one currency, never converted."""

    amount: str | Literal["suppressed"]
    currency: str


class Total(TypedDict):
    """Use and output of one year."""

    output: str
    output_unit: str
    period: Period
    use: str


class TotalBody(TypedDict):
    """Use and output of one year."""

    ends_on: str
    output: float | str
    output_unit: str
    starts_on: str
    use: float | str


class TrainingFiguresOut(TypedDict):
    """Sessions held, different people trained, and certificates issued with what became of them."""

    certificates_expired: int | Literal["suppressed"]
    certificates_issued: int | Literal["suppressed"]
    certificates_revoked: int | Literal["suppressed"]
    certificates_valid: int | Literal["suppressed"]
    people: int | Literal["suppressed"]
    sessions: int
    sex_unstated: int | Literal["suppressed"]
    women: int | Literal["suppressed"]
    women_share: str | Literal["suppressed"] | None


class TrainingGroupOut(TypedDict):
    """Training under a heading; null is unknown, or without a programme."""

    figures: TrainingFiguresOut
    heading: str | int | None


class TrainingOut(TypedDict):
    """Training by a heading, and altogether. In `covered`, the minimum counts people."""

    by: Literal["programme", "province", "year"]
    covered: Covered
    items: list[TrainingGroupOut]
    total: TrainingFiguresOut


class TwoTotals(TypedDict):
    """A year before and a year after in `unit`; `fixed_share` is the plan's, if it declares one."""

    after: Total
    before: Total
    fixed_share: NotRequired[str | None]
    method: NotRequired[Literal["two_annual_totals"]]
    unit: str


class Units(TypedDict):
    """In what a quantity may be stated; a volume of something weighed needs its density."""

    energy: list[EnergyUnit]
    mass: list[str]
    volume: list[str]


class Unmapped(TypedDict):
    """A code that has figures and no place: a province, sector, programme, indicator or currency."""

    code: str
    kind: str
    sentence: str


Verdict: TypeAlias = Literal["demonstrated", "not_demonstrated", "increase_demonstrated", "refused"]


class Verdicts(TypedDict):
    """How many options carry each verdict of a measurement."""

    demonstrated: int | Literal["suppressed"]
    increase_demonstrated: int | Literal["suppressed"]
    not_demonstrated: int | Literal["suppressed"]
    refused: int | Literal["suppressed"]


class Verification(TypedDict):
    """One measurement of one stream with its data, its result and the hashes of both; never changed."""

    data: Isolation | TwoTotals
    dataset_hash: str
    evidence: NotRequired[list[Evidence]]
    method_version: str
    mv_plan: NotRequired[MvPlan | None]
    occurred_on: str
    recorded_at: str
    result: Result
    result_hash: str
    stream_no: int
    verification_id: str
    verifier_id: str


class VerifyByIsolation(TypedDict):
    """A rate before and after, times hours: option A stipulates the hours of a year, B counts those of the period."""

    baseline: NotRequired[ReadingsBody | None]
    evidence: NotRequired[list[Evidence]]
    hours: HoursBody
    hours_a_year: NotRequired[HoursBody | None]
    ipmvp_option: Literal["A", "B"]
    method: Literal["retrofit_isolation"]
    mv_plan: NotRequired[MvPlan | None]
    rate_unit: Literal["kW", "m3/h", "l/h", "kg/h", "t/h"]
    reporting: ReadingsBody
    stream_no: NotRequired[int]


class VerifyByTwoTotals(TypedDict):
    """Use and output of a year before and a year after: changes and bounds, never a verified saving."""

    baseline: TotalBody
    evidence: NotRequired[list[Evidence]]
    fixed_share: NotRequired[float | str | None]
    method: Literal["two_annual_totals"]
    mv_plan: NotRequired[MvPlan | None]
    reporting: TotalBody
    stream_no: NotRequired[int]
    unit: str


VerifyOption: TypeAlias = VerifyByIsolation | VerifyByTwoTotals


Word: TypeAlias = Literal["value", "immediate", "unknown", "not_unique", "none"]


class WorkReportOut(TypedDict):
    answered_at: str | None
    days: str
    deliverables: list[DeliverableOut]
    engagement_id: str
    external_ref: str | None
    final: bool
    findings: str
    need_id: str
    period: Period
    provider_id: str
    report_id: str
    return_reason: str | None
    status: Literal["submitted", "approved", "returned"]
    submitted_at: str
    version: int
