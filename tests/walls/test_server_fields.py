"""Fields that are the server's own, sent with every write: refused, or without effect."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.journeys.table import ROLES, Row, names_of, rows, send
from tests.journeys.world import World, world
from tests.walls.figures import figure
from tests.walls.positions import address, objects
from tests.walls.sheet import http_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
PLANTED_ID = "01900000-dead-7bad-8bad-0123456789ab"
PLANTED = "planted-by-hand"
PLANTED_AT = "2001-02-03T04:05:06Z"
OURS: dict[str, Any] = {
    **dict.fromkeys(("id", "principal_id", "provider_id", "client_id", "person_id", "site_id", "need_id"), PLANTED_ID),
    **dict.fromkeys(("request_id", "engagement_id", "assessment_id", "assessor_id", "reviewer_id"), PLANTED_ID),
    **dict.fromkeys(("verified_by", "approved_by", "made_by", "enrolled_by", "created_by", "ref_owner"), PLANTED_ID),
    **dict.fromkeys(("status", "stage", "verdict", "actor", "by", "territory", "digest", "check_code"), PLANTED),
    **dict.fromkeys(("link_code", "link_sha256", "sender", "row_key", "operation"), PLANTED),
    **dict.fromkeys(("created_at", "updated_at", "deadline_at", "approved_at", "answered_at"), PLANTED_AT),
    **dict.fromkeys(("issued_on", "occurred_on", "ended_on"), "2001-02-03"),
    **dict.fromkeys(("verified", "is_active", "is_open", "eligible"), True),
    **dict.fromkeys(("version", "sequence", "rank", "score", "place", "client_rating"), 987_654_321),
    **{name: [PLANTED] for name in ("roles", "scopes", "provinces", "programmes")},
}
"""What the system itself decides, and whose it is. Where an operation does ask for one, it is none of these there."""
TRACES = (PLANTED_ID, PLANTED, PLANTED_AT, "2001-02-03", "987654321")


@dataclass(frozen=True)
class Write:
    """A write that a role may make about its own side."""

    row: Row
    role: str

    async def send(self, here: World, row: Row | None = None, query: str = "") -> httpx2.Response:
        """Make it, perhaps changed."""
        names = names_of(here.own, here.sides)
        return await send(http_of(here, self.role), row or self.row, names, query)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(Path(tmp_path_factory.mktemp("fields"))) as built:
        yield built


def _writes(here: World) -> list[Write]:
    """Every write, each by the first role that may make it."""
    found = []
    for row in rows():
        if row.method != "GET":
            may = [role for role in ROLES if row.refusal(role, here.sides, 0) is None]
            found += [Write(row, may[-1] if row.public else may[0])] if may else []
    return found


def _levels(body: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The place of every object in a body."""
    if isinstance(body, dict):
        yield at
        for name, each in body.items():
            yield from _levels(each, (*at, name))
    if isinstance(body, list):
        for n, each in enumerate(body):
            yield from _levels(each, (*at, str(n)))


def _planted(body: Any, at: tuple[str, ...], fields: dict[str, Any]) -> Any:
    if not at:
        return {**body, **fields}
    first, *rest = at
    if isinstance(body, list):
        return [_planted(each, tuple(rest), fields) if n == int(first) else each for n, each in enumerate(body)]
    return {**body, first: _planted(body[first], tuple(rest), fields)}


def _refused(answer: httpx2.Response) -> set[str]:
    """The fields an answer names as nobody's to send."""
    assert answer.status_code == 422, f"{answer.request.method} {answer.request.url}: {answer.status_code}"
    errors = [each for each in answer.json()["errors"] if each["code"] == "extra_forbidden"]
    return {each["pointer"].rpartition("/")[2] for each in errors}


async def test_a_body_takes_no_field_of_the_servers(here: World) -> None:
    sent, refused = 0, 0
    wrong: list[str] = []
    known = objects()
    for write in (each for each in _writes(here) if each.row.body is not None):
        for at in _levels(write.row.body):
            asked = known[address(write.row.method, write.row.path)].get(
                ".".join("0" if each.isdigit() else each for each in at)
            )
            if asked is None:
                continue  # an open object, such as the country's own fields: they are checked by name
            fields = {name: value for name, value in OURS.items() if name not in asked}
            answer = await write.send(here, replace(write.row, body=_planted(write.row.body, at, fields)))
            took = set(fields) - _refused(answer)
            sent, refused = sent + len(fields), refused + len(fields) - len(took)
            wrong += [f"{write.row.name} at /{'/'.join(at)}: {sorted(took)}"] if took else []
    figure("server-owned fields in bodies: accepted", sent - refused, sent, 0)
    assert not wrong, "\n".join(wrong)


async def test_an_open_object_takes_no_field_of_the_servers(here: World) -> None:
    for row in (each for each in rows() if "extra" in (each.body or {})):
        for name, value in OURS.items():
            body = {**row.body, "extra": {name: value}}
            answer = await Write(row, "officer" if "officer" in row.may else "assessor").send(
                here, replace(row, body=body)
            )
            assert answer.status_code == 422, f"{row.name}, extra.{name}: {answer.status_code} {answer.text}"


async def test_no_write_takes_a_field_of_the_servers_from_its_address(here: World) -> None:
    accepted, sent = 0, 0
    for write in _writes(here):
        query = "?" + "&".join(
            f"{name}={value[0] if isinstance(value, list) else value}" for name, value in OURS.items()
        )
        took = set(OURS) - _refused(await write.send(here, query=query))
        accepted, sent = accepted + len(took), sent + len(OURS)
        assert not took, f"{write.row.name}: {sorted(took)}"
    figure("server-owned fields in addresses: accepted", accepted, sent, 0)


async def test_a_form_or_a_command_without_a_body_heeds_no_field_of_the_servers(here: World) -> None:
    effects, sent = 0, 0
    for write in (each for each in _writes(here) if each.row.body is None):
        row = write.row
        if row.form is None:
            answer = await write.send(here, replace(row, body=OURS))
        else:
            form = {**{name: str(value) for name, value in OURS.items()}, **row.form}
            answer = await write.send(here, replace(row, form=form))
        traces = [each for each in TRACES if each in answer.text]
        if not (answer.status_code == 422 and _refused(answer)):
            assert answer.status_code in ((404,) if row.missing else (200, 201, 202, 409)), f"{row.name}: {answer.text}"
            assert not traces, f"{row.name}: {traces} in {answer.text}"
        effects, sent = effects + len(traces), sent + len(OURS)
    await here.house.settle()
    effects += len(await _traces_in_events(here))
    figure("server-owned fields beside commands and forms: with effect", effects, sent, 0)
    assert effects == 0


async def _traces_in_events(here: World) -> list[str]:
    after, found = 0, list[str]()
    while True:
        page = (await here.house.administrator.get("/v1/events", params={"after": after, "limit": 200})).json()
        found += [each for each in TRACES if each in str(page["items"])]
        after = page["next"]
        if not page["items"]:
            return found


async def test_every_write_of_the_document_is_among_them(here: World) -> None:
    asked = {address(write.row.method, write.row.path) for write in _writes(here)}
    assert asked == {(method, path) for method, path in objects() if method != "GET"}
