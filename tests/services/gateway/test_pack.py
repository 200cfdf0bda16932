"""The published pack: for everybody, cheap to ask again, and never other than what the services go by."""

import json
import shutil
from pathlib import Path
from typing import Any, get_args

import pytest

from chassis.auth import TokenMint
from chassis.clock import Clock
from chassis.notices.wording import wording_of
from chassis.pack import ExtraField, Pack, PackInvalid, Section
from chassis.settings import ROOT, Settings
from chassis.store.sqlite import SqliteStore
from gateway.app import RunningGateway
from gateway.schemas import PackOut
from openrecp.services import NAMES, load
from services.assessments.domain.energy import MASS_IN_T, VOLUME_IN_M3, EnergyTables
from services.assessments.domain.rules import OptionRules
from services.assessments.pack import AssessmentsPack
from services.clients.pack import ClientsPack
from services.impact.pack import ImpactPack
from services.matching.pack import KINDS, MatchingPack
from services.matching.pack import Decision as JobDecision
from services.training.pack import Decision as CourseDecision
from services.training.pack import TrainingPack
from tests.kit.door import Door

PACKS = ROOT / "packs"
COUNTRIES = ("demo", "vn", "kh", "la")
JOB_DECISIONS: dict[JobDecision, tuple[str, ...]] = {
    "decline": ("decline_offer", "decline_offer_link"),
    "withdraw": ("withdraw_offer",),
    "suspend": ("suspend_provider",),
    "cancel_need": ("cancel_need",),
    "cancel_engagement": ("cancel_engagement",),
    "return_report": ("return_work_report",),
    "withdraw_competence": ("withdraw_competence",),
}
COURSE_DECISIONS: dict[CourseDecision, str] = {
    "cancel_session": "cancel_session",
    "cancel_enrolment": "cancel_enrolment",
    "fail_participant": "record_result",
    "revoke_certificate": "revoke_certificate",
}
# Of each section: what is published, and what stays with its service because nobody chooses from it.
PARTS: dict[type[Section], tuple[set[str], set[str]]] = {
    ClientsPack: (
        {
            "size_classes",
            "decline_reasons",
            "consent_purposes",
            "tax_code_pattern",
            "client_fields",
            "service_request_fields",
        },
        {"tax_code_check"},
    ),
    MatchingPack: (
        {"competences", "required", "reasons", "provider_fields"},
        {"policy_version", "offers", "scoring"},
    ),
    AssessmentsPack: (
        {"return_reasons", "assessment_fields", "energy", "options"},
        {"rules_version", "discount_rate", "plausibility", "verification"},
    ),
    TrainingPack: ({"competences", "reasons"}, {"seat_offers", "evaluator_apart"}),
    ImpactPack: ({"indicators"}, {"minimum_cell"}),
}


@pytest.fixture(scope="module", params=COUNTRIES)
def pack(request: pytest.FixtureRequest) -> Pack:
    return Pack(PACKS / request.param)


@pytest.fixture(scope="module")
def answer(pack: Pack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PackOut.of(pack).model_dump_json())
    return found


def codes(choices: list[dict[str, str]]) -> list[str]:
    return [each["code"] for each in choices]


def names(choices: list[dict[str, str]]) -> dict[str, str]:
    return {each["code"]: each["name"] for each in choices}


def fields(known: tuple[ExtraField, ...]) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "kind": each.kind, "choices": list(each.choices), "label": each.label} for each in known
    ]


async def test_everybody_reads_it_and_nobody_needs_a_key(here: Door) -> None:
    officer = await here.officer()
    asked = [await each.get("/v1/pack") for each in (here.as_(None), officer, here.administrator)]
    assert [each.status_code for each in asked] == [200, 200, 200]
    assert len({each.content for each in asked}) == 1
    told = asked[0].json()
    assert (told["code"], told["country"], told["name"]) == ("demo", "XA", "Sundara (made up)")
    assert told["languages"] == told["notice_languages"] == ["en", "vi", "fr"]
    assert (told["currencies"], told["weekend"], told["time_zone"]) == (["XTS", "USD"], [5, 6], "Asia/Bangkok")
    assert told["holidays"][1] == {"date": "2024-05-01", "name": "Labour Day"}
    assert told["provinces"][4] == {
        "code": "XA-O",
        "name": "Old Harbour",
        "valid_from": None,
        "valid_to": "2019-12-31",
        "became": ["XA-C", "XA-K"],
    }
    assert told["kinds"][0]["required"][:2] == [
        {"isic": [], "isic_revision": "4", "competences": [{"code": "recp_assessment", "level": 3}]},
        {"isic": ["13", "14", "15"], "isic_revision": "4", "competences": [{"code": "wet_processing", "level": 2}]},
    ]
    assert told["extra_fields"]["client"][7] == {
        "name": "ownership",
        "kind": "choice",
        "choices": ["private", "state", "foreign", "mixed"],
        "label": "Ownership",
    }
    assert told["units"]["energy"][3] == {"code": "kWh", "mj": "3.6"}


async def test_a_code_without_a_name_is_called_by_its_words(here: Door) -> None:
    told = (await here.as_(None).get("/v1/pack")).json()
    assert told["kinds"][6] | {"required": []} == {"code": "follow_up", "name": "Follow up", "required": []}
    assert told["reasons"]["decline_client"][0] == {"code": "outside_mandate", "name": "Outside mandate"}
    assert told["consent_purposes"][0] == {"code": "share_with_providers", "name": "Share with providers"}
    assert told["course_competences"][1] == {"code": "wet_processing", "name": "Wet processing of textiles"}
    assert told["reasons"]["return_assessment"][1] == {
        "code": "source_missing",
        "name": "A source or a reading is missing",
    }


async def test_what_has_not_changed_is_not_sent_again_and_caches_are_told_as_before(here: Door) -> None:
    nobody = here.as_(None)
    first = await nobody.get("/v1/pack")
    assert first.headers["cache-control"] == "public, max-age=300"
    again = await nobody.get("/v1/pack", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["cache-control"]) == (first.headers["etag"], "public, max-age=300")
    assert (await nobody.get("/v1/pack", headers={"If-None-Match": '"2026.1"'})).status_code == 200


async def test_it_tells_what_is_chosen_from_and_neither_targets_nor_rules(here: Door) -> None:
    told = (await here.as_(None).get("/v1/pack")).json()
    assert set(told["programmes"][0]) == {"code", "name", "donor", "starts_on", "ends_on", "currency"}
    assert told["programmes"][0]["code"] == "GREEN-MILLS"
    for kept in ("targets", "weights", "minimum_cell", "discount_rate", "deadline", "plausibility"):
        assert kept not in json.dumps(told)


async def test_the_mappings_it_brings_are_named_with_what_they_speak_of(here: Door) -> None:
    told = (await here.as_(None).get("/v1/pack")).json()["mappings"]
    assert {each["code"]: each["sections"] for each in told} == {
        "iac": ["clients", "assessments"],
        "ministry-dhis2": ["dhis2"],
        "shtp-enterprises": ["clients"],
    }
    assert told[2]["name"] == "Enterprises of the Saigon Hi-Tech Park, Ho Chi Minh City (JSON)"


def test_a_mapping_that_cannot_be_read_is_none_to_choose(tmp_path: Path) -> None:
    shutil.copytree(PACKS / "demo", tmp_path / "demo")
    (tmp_path / "demo" / "mappings" / "iac.toml").write_text("title = ", encoding="utf-8")
    (tmp_path / "demo" / "mappings" / "shtp-enterprises.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "demo" / "mappings" / "no_title.toml").write_text("[clients]", encoding="utf-8")
    told = PackOut.of(Pack(tmp_path / "demo")).mappings
    assert [(each.code, each.name) for each in told] == [
        ("ministry-dhis2", "Yearly figures for the made-up ministry's DHIS2"),
        ("no_title", "No title"),
    ]


def test_reasons_are_found_by_the_name_of_every_operation_that_takes_one(answer: dict[str, Any]) -> None:
    document = json.loads((ROOT / "contracts" / "openapi.json").read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    taking = set()
    for operation in (each for item in document["paths"].values() for each in item.values()):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if "reason_code" in schemas.get(body.get("$ref", "").rpartition("/")[2], {}).get("properties", {}):
            taking.add(operation["operationId"])
    assert set(answer["reasons"]) == taking
    assert all(answer["reasons"].values())


def test_of_every_section_all_is_published_or_kept_back_on_purpose() -> None:
    sections = {section for name in NAMES if (section := load(name).section) is not None}
    assert sections == set(PARTS)
    for section, (told, kept) in PARTS.items():
        assert set(section.model_fields) == told | kept
    # Of the rules for options two are lists; how long one stays pending, and why it then ends, is the system's.
    assert set(OptionRules.__annotations__) == {"classes", "refusal_reasons", "pending_years", "pending_reason"}
    assert set(EnergyTables.__annotations__) == {"units", "carriers", "factors"}


def test_the_country_is_published_as_it_stands(pack: Pack, answer: dict[str, Any]) -> None:
    facts = pack.country.model_dump(mode="json")
    holidays, programmes = facts.pop("holidays"), facts.pop("programmes")
    assert {name: answer[name] for name in facts} == facts
    assert [(each["date"], each["name"]) for each in answer["holidays"]] == [
        (each["on"], each["name"]) for each in holidays
    ]
    for each in programmes:
        del each["targets"]
    assert answer["programmes"] == programmes
    for language in answer["notice_languages"]:
        wording_of(pack, language)
    assert answer["notice_languages"] == facts["languages"]


def test_what_clients_go_by_is_published(pack: Pack, answer: dict[str, Any]) -> None:
    its = pack.section("clients", ClientsPack)
    assert codes(answer["size_classes"]) == list(its.size_classes)
    assert codes(answer["consent_purposes"]) == list(its.consent_purposes)
    assert codes(answer["reasons"]["decline_client"]) == list(its.decline_reasons)
    assert answer["tax_code_pattern"] == its.tax_code_pattern
    assert answer["extra_fields"]["client"] == fields(its.client_fields)
    assert answer["extra_fields"]["service_request"] == fields(its.service_request_fields)


def test_what_matching_goes_by_is_published(pack: Pack, answer: dict[str, Any]) -> None:
    its = pack.section("matching", MatchingPack)
    assert names(answer["competences"]) == {each.code: each.name for each in its.competences}
    assert sorted(codes(answer["kinds"])) == sorted(KINDS)
    for kind in answer["kinds"]:
        rules = [each.model_dump(mode="json") for each in its.required if each.kind == kind["code"]]
        assert [{"kind": kind["code"], **each} for each in kind["required"]] == rules
    assert set(JOB_DECISIONS) == set(get_args(JobDecision))
    for decision, operations in JOB_DECISIONS.items():
        for operation in operations:
            assert codes(answer["reasons"][operation]) == list(its.reasons[decision])
    assert answer["extra_fields"]["provider"] == fields(its.provider_fields)


def test_what_assessments_go_by_is_published(pack: Pack, answer: dict[str, Any]) -> None:
    its = pack.section("assessments", AssessmentsPack)
    assert names(answer["reasons"]["return_assessment"]) == its.return_reasons
    assert names(answer["reasons"]["refuse_option"]) == its.options.refusal_reasons
    assert names(answer["option_classes"]) == its.options.classes
    assert answer["extra_fields"]["assessment"] == fields(its.assessment_fields)
    units = {each["code"]: each["mj"] for each in answer["units"]["energy"]}
    assert units == {code: format(mj, "f") for code, mj in its.energy.units.items()}
    assert (answer["units"]["mass"], answer["units"]["volume"]) == (list(MASS_IN_T), list(VOLUME_IN_M3))
    carriers, factors = answer["energy_carriers"], answer["emission_factors"]
    assert carriers == [plain(each) for each in its.energy.carriers]
    assert factors == [plain(each) for each in its.energy.factors]


def plain(value: Any) -> dict[str, Any]:
    """A dataclass of the service as JSON says it: amounts and dates as text."""
    found = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {name: each if each is None or isinstance(each, bool | int) else str(each) for name, each in found.items()}


def test_what_training_goes_by_is_published(pack: Pack, answer: dict[str, Any]) -> None:
    its = pack.section("training", TrainingPack)
    assert codes(answer["course_competences"]) == list(its.competences)
    assert names(answer["course_competences"]).items() <= names(answer["competences"]).items()
    assert set(COURSE_DECISIONS) == set(get_args(CourseDecision))
    for decision, operation in COURSE_DECISIONS.items():
        assert codes(answer["reasons"][operation]) == list(its.reasons[decision])


def test_what_results_are_called_is_published(pack: Pack, answer: dict[str, Any]) -> None:
    its = pack.section("impact", ImpactPack)
    assert answer["indicators"] == [each.model_dump(mode="json") for each in its.indicators]


def test_a_pack_that_cannot_be_read_is_told_at_the_start(tmp_path: Path) -> None:
    shutil.copytree(PACKS / "demo", tmp_path / "half")
    (tmp_path / "half" / "training.toml").unlink()
    settings = Settings(data=tmp_path, deployment="test")
    with pytest.raises(PackInvalid, match=r"pack half: training\.toml is missing"):
        RunningGateway(
            settings=settings,
            store=SqliteStore(tmp_path / "gateway.sqlite"),
            clock=Clock(),
            mint=TokenMint(TokenMint.new_key(), settings.issuer),
            pack=Pack(tmp_path / "half"),
            services={},
            permissions=[],
        )
