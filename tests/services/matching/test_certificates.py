"""What a certificate changes in matching: who is eligible from now on, and which open offers lost their ground."""

import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from chassis.notices.settings import NoticeSettings
from chassis.turns import Turns
from chassis.unit_of_work import Cause, UnitOfWork, in_one_unit
from contracts.matching import CompetenceGranted, CompetenceWithdrawn
from contracts.principals import SYSTEM_PRINCIPAL
from contracts.training import CertificateExpired, CertificateIssued, CertificateRevoked
from contracts.values import CompetenceNeeded
from services.matching.app import service
from services.matching.domain.providers import Provider
from services.matching.use_cases import add_expert
from tests.kit.room import room
from tests.services.matching.stage import START, Firm, Stage, made, set_up

LACKING = {"recp_assessment": 4, "policy_advice": 3}
WET = (CompetenceNeeded(code="wet_processing", level=2),)


def issued(person_id: str, provider_id: str | None = None, **facts: Any) -> CertificateIssued:
    """A certificate of a course in wet processing, valid for the whole year."""
    told = {
        "certificate_id": new_id(),
        "enrolment_id": new_id(),
        "session_id": new_id(),
        "course_id": new_id(),
        "person_id": UUID(person_id),
        "provider_id": provider_id and UUID(provider_id),
        "competences": WET,
        "issued_on": date(2026, 3, 1),
        "valid_until": date(2026, 12, 31),
    }
    return CertificateIssued.model_validate(told | facts)


def ended(certificate: CertificateIssued) -> dict[str, Any]:
    names = ("certificate_id", "enrolment_id", "session_id", "person_id", "provider_id")
    return {name: getattr(certificate, name) for name in names}


def revoked(certificate: CertificateIssued) -> CertificateRevoked:
    return CertificateRevoked(**ended(certificate), reason_code="misconduct")


def expired(certificate: CertificateIssued) -> CertificateExpired:
    return CertificateExpired(**ended(certificate), valid_until=certificate.valid_until or date(2026, 12, 31))


async def competences(stage: Stage, **filters: str) -> list[dict[str, Any]]:
    return await stage.items("/v1/competences", code="wet_processing", **filters)


async def excluded(stage: Stage, need_id: UUID) -> list[str]:
    """Who is excluded by the newest shortlist of a need, and by which rules."""
    newest = (await stage.items("/v1/shortlists", need_id=str(need_id)))[-1]
    rows = await stage.items(f"/v1/shortlists/{newest['shortlist_id']}/candidates")
    return [rule["code"] for row in rows for rule in row["rules"] if not rule["passed"]]


async def test_a_certificate_makes_its_holders_firm_eligible_within_a_second(stage: Stage) -> None:
    firm = await stage.firm("Alpha", LACKING)
    assert (await stage.need(await stage.ask()))["status"] == "unmet"
    began = time.monotonic()
    await stage.here.tell(issued(firm.person_id, firm.provider_id))
    need = await stage.ask()
    took = time.monotonic() - began
    assert (await stage.open_offer(need))["provider_id"] == firm.provider_id
    assert took < 1.0
    (held,) = await competences(stage)
    assert (held["level"], held["valid_from"], held["valid_until"]) == (2, "2026-03-01", "2026-12-31")
    assert (held["person_id"], held["certificate_id"] is not None) == (firm.person_id, True)


async def test_the_firm_that_enrolled_the_person_holds_it_and_no_other(stage: Stage) -> None:
    first, second = await stage.firm("Alpha", LACKING), await stage.firm("Beta", LACKING)
    both = {"provider_id": second.provider_id, "full_name": "Works for both", "person_id": first.person_id}
    await made(stage.officer.post("/v1/experts", json=both))
    await stage.here.tell(issued(first.person_id, second.provider_id))
    assert [each["provider_id"] for each in await competences(stage)] == [second.provider_id]


async def test_without_a_firm_it_goes_to_the_only_one_its_holder_works_for(stage: Stage) -> None:
    firm = await stage.firm("Alpha", LACKING)
    await stage.here.tell(issued(firm.person_id))
    assert [each["provider_id"] for each in await competences(stage)] == [firm.provider_id]


async def test_where_several_firms_might_hold_it_none_does(stage: Stage) -> None:
    first, second = await stage.firm("Alpha", LACKING), await stage.firm("Beta", LACKING)
    both = {"provider_id": second.provider_id, "full_name": "Works for both", "person_id": first.person_id}
    await made(stage.officer.post("/v1/experts", json=both))
    await stage.here.tell(issued(first.person_id))
    assert await competences(stage) == []


async def test_a_certificate_counts_for_who_becomes_an_expert_later(stage: Stage) -> None:
    trainee = str(new_id())
    await stage.here.tell(issued(trainee))
    assert await competences(stage) == []
    firm = await stage.firm("Alpha", LACKING)
    joins = {"provider_id": firm.provider_id, "full_name": "Trained before", "person_id": trainee}
    expert = await made(stage.officer.post("/v1/experts", json=joins))
    (held,) = await competences(stage)
    assert (held["person_id"], held["provider_id"]) == (trainee, firm.provider_id)
    granted = (await stage.here.events(CompetenceGranted))[-1]
    assert (str(granted.person_id), granted.certificate_id is not None) == (expert["person_id"], True)


async def test_what_was_revoked_or_is_over_counts_for_nobody_later(stage: Stage) -> None:
    trainee = str(new_id())
    taken_back, over = issued(trainee), issued(trainee, valid_until=date(2026, 3, 1))
    await stage.here.tell(taken_back, revoked(taken_back), over)
    firm = await stage.firm("Alpha", LACKING)
    joins = {"provider_id": firm.provider_id, "full_name": "Trained before", "person_id": trainee}
    await made(stage.officer.post("/v1/experts", json=joins))
    assert await competences(stage) == []


async def test_a_certificate_and_an_expert_of_the_same_moment_do_not_miss_each_other(stage: Stage) -> None:
    firm, trainee = await stage.firm("Alpha", LACKING), new_id()
    ground = stage.here.running.ground
    elsewhere = replace(ground, turns=Turns())  # as in another process, where nobody waits for a turn of this one
    told: list[CertificateIssued] = []

    async def join(uow: UnitOfWork) -> None:
        provider = await uow.read(Provider, UUID(firm.provider_id))
        await add_expert(uow, provider, "Just now", trainee)
        if not told:  # between this unit's reading and its commit
            told.append(issued(str(trainee)))
            await stage.here.tell(*told)

    await in_one_unit(elsewhere, Cause(SYSTEM_PRINCIPAL, "test", "test"), join)
    assert [each["person_id"] for each in await competences(stage)] == [str(trainee)]


async def test_telling_it_twice_grants_it_once(stage: Stage) -> None:
    firm = await stage.firm("Alpha", LACKING)
    certificate = issued(firm.person_id, firm.provider_id, competences=WET * 2)
    await stage.here.tell(certificate)
    await stage.here.tell(certificate)  # under another event id, as a redrive by hand would
    assert len(await competences(stage)) == 1
    assert len([each for each in await stage.here.events(CompetenceGranted) if each.certificate_id]) == 1


async def test_a_revoked_certificate_takes_its_competences_and_no_others(stage: Stage) -> None:
    firm = await stage.firm("Alpha", LACKING)
    first, second = issued(firm.person_id), issued(firm.person_id)
    await stage.here.tell(first, second, revoked(first))
    held = {each["certificate_id"]: each["status"] for each in await competences(stage)}
    assert held == {str(first.certificate_id): "withdrawn", str(second.certificate_id): "granted"}
    (told,) = await stage.here.events(CompetenceWithdrawn)
    assert told.reason_code == "certificate_revoked"
    await stage.here.tell(revoked(first), revoked(second), revoked(issued(firm.person_id)))
    assert len(await stage.here.events(CompetenceWithdrawn)) == 2
    assert (await stage.need(await stage.ask()))["status"] == "unmet"


async def test_what_an_officer_withdrew_before_stays_as_it_is(stage: Stage) -> None:
    firm = await stage.firm("Alpha", LACKING)
    certificate = issued(firm.person_id)
    await stage.here.tell(certificate)
    (held,) = await competences(stage)
    path = f"/v1/competences/{held['competence_id']}/withdraw"
    await made(stage.officer.post(path, json={"reason_code": "quality"}), 200)
    await stage.here.tell(revoked(certificate))
    assert [each.reason_code for each in await stage.here.events(CompetenceWithdrawn)] == ["quality"]


async def test_the_next_shortlist_after_its_last_day_is_without_it(stage: Stage) -> None:
    firm = await stage.firm("Alpha", LACKING)
    certificate = issued(firm.person_id, valid_until=date(2026, 4, 29))
    await stage.here.tell(certificate)
    need = await stage.ask()  # until the 30th of April, a day too long
    assert (await stage.need(need))["status"] == "unmet"
    assert await excluded(stage, need) == ["competence_valid"]
    shorter = await stage.ask(wanted_until="2026-04-29")
    assert (await stage.open_offer(shorter))["provider_id"] == firm.provider_id


async def offered(stage: Stage, **facts: Any) -> tuple[Firm, CertificateIssued, dict[str, Any]]:
    """A firm whose open offer rests on a certificate."""
    firm = await stage.firm("Alpha", LACKING)
    certificate = issued(firm.person_id, firm.provider_id, **facts)
    await stage.here.tell(certificate)
    return (
        firm,
        certificate,
        await stage.open_offer(await stage.ask(wanted_from="2026-03-02", wanted_until="2026-04-30")),
    )


async def test_an_open_offer_shows_the_competence_that_was_revoked(stage: Stage) -> None:
    _, certificate, offer = await offered(stage)
    path = f"/v1/offers/{offer['offer_id']}"
    assert offer["missing_competences"] == []
    await stage.here.tell(revoked(certificate))
    shown = await made(stage.officer.get(path), 200)
    assert shown["missing_competences"] == [{"code": "wet_processing", "level": 2}]
    assert (shown["status"], shown["version"]) == ("open", offer["version"])
    listed = await stage.items("/v1/offers", status="open")
    assert [each["missing_competences"] for each in listed] == [shown["missing_competences"]]
    await made(stage.officer.post(f"{path}/withdraw", json={"reason_code": "other"}), 200)
    assert (await made(stage.officer.get(path), 200))["missing_competences"] == []


async def test_another_competence_of_the_firm_keeps_the_offer_standing(stage: Stage) -> None:
    firm, certificate, offer = await offered(stage)
    await stage.grant(firm.person_id, "wet_processing", 3)
    await stage.here.tell(revoked(certificate))
    assert (await made(stage.officer.get(f"/v1/offers/{offer['offer_id']}"), 200))["missing_competences"] == []


async def test_an_open_offer_shows_the_competence_that_expired_with_the_period_of_its_job(stage: Stage) -> None:
    firm = await stage.firm("Alpha", LACKING)
    certificate = issued(firm.person_id, valid_until=date(2026, 3, 5))
    await stage.here.tell(certificate)
    offer = await stage.open_offer(await stage.ask(wanted_from="2026-03-02", wanted_until="2026-03-05", days=1))
    await stage.here.advance(days=4)
    await stage.here.tell(expired(certificate))
    shown = await made(stage.officer.get(f"/v1/offers/{offer['offer_id']}"), 200)
    assert (shown["status"], shown["missing_competences"]) == ("open", [{"code": "wet_processing", "level": 2}])


@pytest.fixture
async def desk(migrated: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage whose officers have a mailbox."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    told = NoticeSettings(folder=tmp_path / "notices", address="http://centre.test", officers="desk@centre.test")
    async with room(service, tmp_path, at=START, notices=told) as here:
        yield await set_up(here)


async def test_officers_are_told_once_of_an_open_offer_that_lost_its_ground(desk: Stage) -> None:
    _, certificate, offer = await offered(desk)
    await desk.here.tell(revoked(certificate))
    await desk.here.tell(expired(certificate))
    (text,) = await desk.here.told()
    assert text.startswith("To: desk@centre.test\n")
    assert "Alpha has an open offer (RECP assessment, River Plain) and no longer holds" in text
    assert "wet processing" in text
    assert offer["offer_id"] in text


async def test_officers_are_told_when_a_certificate_expires_under_an_open_offer(desk: Stage) -> None:
    firm = await desk.firm("Alpha", LACKING)
    certificate = issued(firm.person_id, valid_until=date(2026, 3, 5))
    await desk.here.tell(certificate)
    offer = await desk.open_offer(await desk.ask(wanted_from="2026-03-02", wanted_until="2026-03-05", days=1))
    await desk.here.tell(expired(certificate))  # too early a word: today it still holds
    assert await desk.here.told() == []
    await desk.here.advance(days=4)
    await desk.here.tell(expired(certificate))
    (text,) = await desk.here.told()
    assert offer["offer_id"] in text


async def test_nobody_is_told_of_offers_that_still_stand_or_were_answered(desk: Stage) -> None:
    firm, certificate, _ = await offered(desk)
    await desk.grant(firm.person_id, "wet_processing", 3)
    await desk.here.tell(revoked(certificate))
    answered = issued(firm.person_id)
    await desk.here.tell(answered)
    for offer in await desk.items("/v1/offers", status="open"):
        await made(desk.officer.post(f"/v1/offers/{offer['offer_id']}/withdraw", json={"reason_code": "other"}), 200)
    for held in await competences(desk, status="granted"):
        if held["certificate_id"] is None:
            path = f"/v1/competences/{held['competence_id']}/withdraw"
            await made(desk.officer.post(path, json={"reason_code": "other"}), 200)
    await desk.here.tell(revoked(answered))
    assert await desk.here.told() == []
