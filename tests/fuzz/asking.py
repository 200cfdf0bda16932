"""schemathesis asks a deployment as one role: what is checked of every answer, and what came of it."""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema

from tests.fuzz.deployment import Deployment
from tests.fuzz.living import Document, living, operations

NEXT = re.compile(r'<([^>]+)>; rel="next"')
CHECKS = {
    # What the schema lets through a rule may still refuse: the journeys say when.
    "positive_data_acceptance": {"enabled": False},
    "negative_data_rejection": {"enabled": True, "expected-statuses": ["4xx"]},
}
"""All others are on, those of schemathesis and our own."""
LONGEST_WAIT_S = 0.05
LONGEST_STEP_S = 60
NOWHERE = "https://127.0.0.1/hook"
"""No subscription leaves this machine: the address is refused."""


@dataclass
class Asked:
    """What came of one role's fuzz."""

    role: str
    seed: int
    labels: set[str]
    seconds: float = 0.0
    cases: Counter[str] = field(default_factory=Counter)
    good: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def missed(self) -> set[str]:
        return self.labels - set(self.cases)

    def line(self) -> str:
        return (
            f"fuzz, {self.role}, seed {self.seed}: operations covered {len(self.labels) - len(self.missed)}/"
            f"{len(self.labels)} ({len(self.good)} with a good answer), {sum(self.cases.values())} cases, "
            f"{sum(self.checked.values())} checks, failures {len(self.failures)}, {self.seconds:.0f} s, "
            f"{dict(sorted(self.statuses.items()))}"
        )


def ask(
    deployment: Deployment, document: Document, role: str, *, seed: int, phases: dict[str, int], **config: Any
) -> Asked:
    """Ask every operation in each of these phases (name and most cases of an operation), as one role."""
    raw = living(document, deployment.names)
    schema = schemathesis.openapi.from_dict(raw, config=_config(deployment, role, seed, phases, config))
    asked = Asked(role, seed, set(operations(raw)))
    began = time.monotonic()
    for event in from_schema(schema).execute():
        match event:
            case events.ScenarioFinished():
                _note(asked, event)
            case events.NonFatalError():
                asked.failures[f"{event.label}: {type(event.value).__name__}"] = str(event.value)
            case events.FatalError():
                raise event.exception
    asked.seconds = time.monotonic() - began
    return asked


def _config(
    deployment: Deployment, role: str, seed: int, phases: dict[str, int], more: dict[str, Any]
) -> SchemathesisConfig:
    every = ("examples", "coverage", "fuzzing", "stateful")
    said: dict[str, Any] = {
        "seed": seed,
        "base-url": deployment.url,
        "suppress-health-check": ["all"],
        "continue-on-failure": True,
        "request-timeout": 30.0,
        "generation": {"deterministic": True, "database": "none", "no-shrink": True},
        "phases": {name: _phase(phases.get(name)) for name in every},
        "checks": CHECKS,
    }
    key = deployment.keys[role]
    if key:
        said["auth"] = {"openapi": {"key": {"bearer": key.removeprefix("Bearer ")}}}
    return SchemathesisConfig.from_dict(said | more)


def _phase(most: int | None) -> dict[str, Any]:
    """Off, on (0: as many cases as it finds), or on with at most so many cases of an operation."""
    return {"enabled": most is not None} | ({"generation": {"max-examples": most}} if most else {})


def _note(asked: Asked, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    for case_id, node in recorder.cases.items():
        answer = recorder.interactions[case_id].response if case_id in recorder.interactions else None
        label = node.value.operation.label
        if answer is None:
            asked.failures.setdefault(f"{label}: no answer", node.value.as_curl_command())
            continue
        asked.cases[label] += 1
        asked.statuses[answer.status_code] += 1
        if answer.status_code < 300:
            asked.good[label] += 1
        for check in recorder.checks.get(case_id, ()):
            asked.checked[check.name] += 1
            if check.failure_info is not None:
                failure = check.failure_info.failure
                told = f"{failure.title}: {failure.message}\n{check.failure_info.code_sample}"
                asked.failures.setdefault(f"{label}: {check.name}: {answer.status_code}", told)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Keep what would wait, wander off or leave this machine within bounds."""
    if isinstance(case.query, dict) and _number(case.query.get("wait")) > LONGEST_WAIT_S:
        case.query["wait"] = LONGEST_WAIT_S
    body = case.body if isinstance(case.body, dict) else {}
    if case.path.startswith("/v1/subscriptions") and isinstance(body.get("url"), str):
        body["url"] = NOWHERE
    if case.path.startswith("/v1/clock"):
        for name, value in body.items():
            if _number(value) > LONGEST_STEP_S:
                body[name] = LONGEST_STEP_S


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


@schemathesis.check
def location_leads_to_what_was_made(ctx: Any, response: Any, case: Any) -> bool | None:
    """What was created is found where `Location` says, under the id that was answered."""
    where = response.headers.get("location", [None])[0]
    if response.status_code != 201 or where is None:
        return None
    found = _follow(response, case, where)
    if found.status_code == 403:
        return None  # who may make it may not read it
    made = response.json()
    first = next(iter(made))
    if found.status_code != 200 or found.json()[first] != made[first]:
        raise Failure(operation=case.operation.label, title="Location", message=f"{where}: {found.status_code}")
    return None


@schemathesis.check
def link_leads_on(ctx: Any, response: Any, case: Any) -> bool | None:
    """Where a page says what follows, a page follows that holds something else."""
    for link in response.headers.get("link", []):
        leads = NEXT.fullmatch(link)
        found = _follow(response, case, leads[1]) if leads else None
        if found is None or found.status_code != 200 or found.json()["items"] == response.json()["items"]:
            raise Failure(operation=case.operation.label, title="Link", message=f"{link}: {found}")
    return None


@schemathesis.check
def refusals_are_problems(ctx: Any, response: Any, case: Any) -> bool | None:
    """A refusal is a problem document that says its own status, and how to find it in the log."""
    if response.status_code < 400 or case.operation.method.upper() == "HEAD":
        return None
    problem = response.json() if response.content else {}
    sound = problem.get("status") == response.status_code and problem.get("code") and problem.get("detail")
    if not sound or "correlation-id" not in response.headers:
        raise Failure(operation=case.operation.label, title="Problem", message=response.text[:200])
    return None


def _follow(response: Any, case: Any, where: str) -> requests.Response:
    sent = response.request.headers
    headers = {"Authorization": sent["Authorization"]} if "Authorization" in sent else {}
    return requests.get(case.operation.schema.get_base_url() + where, headers=headers, timeout=30)
