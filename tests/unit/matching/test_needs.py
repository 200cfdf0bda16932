"""Needs: looking for a provider until one has taken the job or nobody wants it done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.matching import NeedCancelled, NeedFilled, NeedOpened, NeedReopened, NeedUnmet
from contracts.values import CompetenceNeeded, Sector
from services.matching.domain import needs
from services.matching.domain.needs import (
    Job,
    Need,
    NeedEndsBeforeItStarts,
    NeedIsCancelled,
    NeedIsFilled,
    NeedIsNotOpen,
    NeedIsOpen,
    NeedNamesNoCompetence,
)
from tests.unit.matching.examples import CLIENT, ENGAGEMENT, FIRM, MONDAY, NEED, NOW, need, uid

IDS = {"need_id": NEED, "request_id": uid(4), "client_id": CLIENT}


JOB = Job(
    client_id=CLIENT,
    site_id=uid(2),
    kind="assessment",
    programme_code="GREEN",
    isic=Sector(code="1311", revision="4"),
    country="XA",
    province="XA-N",
    language="en",
    starts_on=MONDAY,
    ends_on=MONDAY,
    days=1,
    request_id=uid(4),
)
RECP = (CompetenceNeeded(code="recp", level=3),)


def opened(job: Job = JOB, competences: tuple[CompetenceNeeded, ...] = RECP) -> tuple[Need, NeedOpened]:
    return needs.open_need(job, competences, need_id=NEED, territory="XA-N", at=NOW)


def test_opening_says_what_the_job_requires() -> None:
    need, event = opened()
    assert (need.status, need.competences, need.territory, need.opened_at) == ("open", RECP, "XA-N", NOW)
    assert event == NeedOpened(
        **IDS,
        site_id=uid(2),
        kind="assessment",
        programme_code="GREEN",
        competences=RECP,
        isic=JOB.isic,
        country="XA",
        province="XA-N",
        language="en",
        starts_on=MONDAY,
        ends_on=MONDAY,
        days=1,
    )


def test_a_job_cannot_end_before_it_starts() -> None:
    with pytest.raises(NeedEndsBeforeItStarts):
        opened(replace(JOB, ends_on=MONDAY - timedelta(days=1)))


def test_a_job_requires_at_least_one_competence() -> None:
    with pytest.raises(NeedNamesNoCompetence):
        opened(competences=())


def test_one_engagement_fills_a_need() -> None:
    filled, event = needs.fill(need(), engagement_id=ENGAGEMENT, provider_id=FIRM)
    assert (filled.status, filled.engagement_id) == ("filled", ENGAGEMENT)
    assert event == NeedFilled(**IDS, engagement_id=ENGAGEMENT, provider_id=FIRM)
    with pytest.raises(NeedIsNotOpen):
        needs.fill(filled, engagement_id=uid(99), provider_id=FIRM)


def test_a_need_nobody_can_meet_says_which_rules_excluded_how_many() -> None:
    unmet, event = needs.unmet(need(), {"language_spoken": 2})
    assert unmet.status == "unmet"
    assert event == NeedUnmet(**IDS, excluded={"language_spoken": 2})
    with pytest.raises(NeedIsNotOpen):
        needs.unmet(unmet, {})


@pytest.mark.parametrize("status", ["unmet", "filled"])
def test_an_unmet_or_filled_need_is_reopened(status: str) -> None:
    reopened, event = needs.reopen(need(status=status, engagement_id=ENGAGEMENT))
    assert (reopened.status, reopened.engagement_id) == ("open", None)
    assert event == NeedReopened(**IDS)


def test_an_open_or_cancelled_need_is_not_reopened() -> None:
    with pytest.raises(NeedIsOpen):
        needs.reopen(need())
    with pytest.raises(NeedIsCancelled):
        needs.reopen(need(status="cancelled"))


@pytest.mark.parametrize("status", ["open", "unmet"])
def test_a_need_without_engagement_is_cancelled(status: str) -> None:
    cancelled, event = needs.cancel(need(status=status), "client_asked")
    assert (cancelled.status, cancelled.cancellation_reason) == ("cancelled", "client_asked")
    assert event == NeedCancelled(**IDS, reason_code="client_asked")


def test_a_filled_or_cancelled_need_is_not_cancelled() -> None:
    with pytest.raises(NeedIsFilled):
        needs.cancel(need(status="filled"), "client_asked")
    with pytest.raises(NeedIsCancelled):
        needs.cancel(need(status="cancelled"), "client_asked")


def test_only_a_filled_need_is_abandoned() -> None:
    abandoned, event = needs.abandon(need(status="filled"), "consent_ended")
    assert abandoned.status == "cancelled"
    assert event == NeedCancelled(**IDS, reason_code="consent_ended")
    for status in ("open", "unmet", "cancelled"):
        with pytest.raises(NeedIsNotOpen):
            needs.abandon(need(status=status), "consent_ended")
