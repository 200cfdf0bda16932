"""The main job as a black box: the program plays it on a temporary system and says what it saw."""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from chassis.settings import ROOT
from tests.kit.house import databases
from tests.kit.postgres import Cluster, NewDatabase

STEPS = 41
MUST_MOVE = {
    "client_registered",
    "client_qualified",
    "service_request_submitted",
    "need_opened",
    "shortlist_made",
    "offer_made",
    "offer_declined",
    "offer_expired",
    "offer_accepted",
    "engagement_started",
    "provider_booked",
    "assessment_opened",
    "baseline_recorded",
    "option_identified",
    "assessment_returned",
    "assessment_approved",
    "option_approved",
    "option_refused",
    "option_implemented",
    "option_verified",
    "work_report_returned",
    "work_report_approved",
    "engagement_completed",
    "provider_released",
    "engagement_rated",
    "session_scheduled",
    "enrolment_waitlisted",
    "seat_offered",
    "attendance_recorded",
    "result_recorded",
    "session_completed",
    "certificate_issued",
    "competence_granted",
    "certificate_expired",
    "service_request_completed",
}


def _play(**environment: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "openrecp", "demo", "--json"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"{steps[-1:]} {done.stderr[-2_000:]}"
    return steps


def _judge(steps: list[dict[str, Any]]) -> None:
    assert [step["step"] for step in steps] == list(range(1, STEPS + 1))
    assert [step["title"] for step in steps if not step["ok"]] == []
    assert all(step["expected"] and step["observed"] for step in steps)
    assert {event for step in steps for event in step["events"]} >= MUST_MOVE


def test_the_main_job_runs_on_sqlite() -> None:
    _judge(_play())


@pytest.mark.postgres
def test_the_main_job_runs_on_postgresql(postgres_cluster: Cluster, postgres_dsn: NewDatabase) -> None:
    template = asyncio.run(databases(postgres_dsn, postgres_cluster.dsn()))
    _judge(_play(OPENRECP_DATABASE=template))
