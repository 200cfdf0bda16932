"""The API keeps its word to whoever asks at random: one role in short; `make fuzz` asks as all, and longer."""

import copy
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chassis.telemetry import configure_logs
from tests.fuzz.asking import ask
from tests.fuzz.deployment import Deployment, standing
from tests.fuzz.living import Document, operations, published

SEEDS = tomllib.loads((Path(__file__).parent / "seeds.toml").read_text(encoding="utf-8"))
FORGED = ("", "Bearer orc_" + "A" * 43, "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJhZG1pbmlzdHJhdG9yIl19.")


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    configure_logs("error")
    with standing(Path(tmp_path_factory.mktemp("fuzz"))) as stands:
        yield stands


@pytest.fixture(autouse=True)
def quiet(plain_logs: None) -> None:
    """A line for each of thousands of requests would cost as much as the requests."""
    configure_logs("error")


def _only(document: Document, label: str) -> Document:
    """The document with one operation."""
    method, _, path = label.partition(" ")
    return {**document, "paths": {path: {method.lower(): copy.deepcopy(document["paths"][path][method.lower()])}}}


def test_no_operation_answers_who_has_no_good_key(deployment: Deployment) -> None:
    asked = 0
    with httpx2.Client(base_url=deployment.url, trust_env=False) as http:
        for label, operation in operations(published()).items():
            if operation.get("security") == []:
                continue
            method, _, path = label.partition(" ")
            for key in FORGED:
                place = path.replace("{service}", "matching").replace("{", "").replace("}", "")
                answer = http.request(method, place, headers={"Authorization": key} if key else {})
                assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), label
                asked += 1
    assert asked >= 3 * 170


@pytest.mark.parametrize(("phase", "most", "good"), [("examples", 0, 60), ("fuzzing", 3, 40)])
def test_whatever_an_officer_sends_is_answered_as_the_document_says(
    deployment: Deployment, phase: str, most: int, good: int, capsys: pytest.CaptureFixture[str]
) -> None:
    came = ask(deployment, published(), "officer", seed=SEEDS["officer"][0], phases={phase: most})
    with capsys.disabled():
        print(f"\n{phase}: {came.line()}")
    if phase == "fuzzing":  # an operation that asks for nothing has no example
        assert came.missed == set()
    assert came.failures == {}, "\n\n".join(f"{where}\n{told}" for where, told in came.failures.items())
    assert len(came.good) >= good
    assert deployment.failed() == {}


READ = "GET /v1/clients/{client_id}"
PLANTED: dict[str, tuple[str, Callable[[Document], Any], str]] = {
    "a status that is not documented": (READ, lambda each: each["responses"].pop("200"), "status_code_conformance"),
    "a media type that is not documented": (
        READ,
        lambda each: each["responses"]["200"].update(content={"text/plain": {"schema": {"type": "string"}}}),
        "content_type_conformance",
    ),
    "an answer that does not fit": (
        READ,
        lambda each: each["responses"]["200"]["content"]["application/json"].update(schema={"required": ["castle"]}),
        "response_schema_conformance",
    ),
    "a header that does not come": (
        READ,
        lambda each: each["responses"]["200"]["headers"].update({"Castle": {"required": True, "schema": {}}}),
        "response_headers_conformance",
    ),
    "a limit that nobody keeps": (
        "GET /v1/clients",
        lambda each: next(one for one in each["parameters"] if one["name"] == "limit")["schema"].update(minimum=150),
        "negative_data_rejection",
    ),
    "a key that is not needed": ("GET /v1/pack", lambda each: each.update(security=[{"key": []}]), "ignored_auth"),
}


@pytest.mark.parametrize(("label", "plant", "told"), PLANTED.values(), ids=list(PLANTED))
def test_a_word_that_is_not_kept_is_found(
    deployment: Deployment, label: str, plant: Callable[[Document], Any], told: str
) -> None:
    document = _only(published(), label)
    plant(operations(document)[label])
    came = ask(deployment, document, "officer", seed=7, phases={"examples": 0, "coverage": 0, "fuzzing": 10})
    assert told in " ".join(came.failures), came.line()
