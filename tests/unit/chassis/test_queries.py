"""A query parameter that no operation reads is refused: a mistyped filter must not answer with everything."""

from pathlib import Path

import pytest

from chassis.clock import new_id
from services.clients.app import service as clients
from tests.kit import people
from tests.kit.room import Room, room
from tests.unit.chassis.baker import OFFICER

PATH = "/v1/admin/bakery/failed-deliveries"


async def test_a_mistyped_filter_is_refused_with_its_name_and_those_there_are(tmp_path: Path) -> None:
    async with room(clients, tmp_path) as here:
        by = here.as_(people.officer())
        answer = await by.get("/v1/clients", params={"stauts": "registered", "limit": 5})
        assert (answer.status_code, answer.json()["code"]) == (422, "body_is_invalid")
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "/query/stauts"
        assert error["detail"].startswith("This operation has no parameter 'stauts'. It knows ")
        assert {"status", "cursor", "limit"} <= set(error["detail"].partition("It knows ")[2].strip(".").split(", "))
        assert (await by.get("/v1/clients", params={"status": "registered", "limit": 5})).status_code == 200


async def test_every_unknown_parameter_is_named_once(here: Room) -> None:
    by = here.as_(people.administrator())
    answer = await by.get(f"{PATH}?x=1&limit=3&y=&x=2&Limit=3")
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/query/x", "/query/y", "/query/Limit"]


async def test_what_no_filter_was_declared_for_takes_none(here: Room) -> None:
    answer = await here.as_(OFFICER).get(f"/v1/ovens/{new_id()}", params={"verbose": "1"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"] == "This operation has no parameter 'verbose'. It knows none."


async def test_a_refused_command_leaves_nothing_and_its_key_free(here: Room) -> None:
    by, key = here.as_(OFFICER), {"Idempotency-Key": "mine"}
    assert (await by.post("/v1/ovens?dryrun=1", json={"name": "Old Faithful"}, headers=key)).status_code == 422
    assert await here.events() == []
    assert (await by.post("/v1/ovens", json={"name": "Old Faithful"}, headers=key)).status_code == 201


async def test_who_may_not_ask_is_not_told_what_could_be_asked(here: Room) -> None:
    assert (await here.as_(OFFICER).get(PATH, params={"stauts": "dead"})).status_code == 403


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("a%2Fb~c=1", "/query/a~1b~0c"), ("%F0%9F%8D%9E=1", "/query/🍞"), ("z" * 500, "/query/" + "z" * 64)],
)
async def test_an_odd_name_is_told_as_a_pointer_and_in_bounds(here: Room, query: str, pointer: str) -> None:
    answer = await here.as_(people.administrator()).get(f"{PATH}?{query}")
    assert answer.json()["errors"][0]["pointer"] == pointer
