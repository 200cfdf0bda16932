"""Subscriptions: who may have one, what it is sent, how it is signed, and that nothing is lost on the way."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import sqlalchemy as sa
from standardwebhooks import WebhookVerificationError

from chassis.clock import new_id, wall_now
from chassis.outside import Outside
from contracts.clients import ClientDeclined, ClientQualified, ClientRegistered
from contracts.matching import EngagementCompleted, ExpertAdded
from contracts.principals import Principal, Role
from contracts.values import Sector
from services.exchange.app import service
from services.exchange.loops import ATTEMPT_S, Deliveries
from services.exchange.models import deliveries, subscriptions
from tests.kit import people
from tests.kit.receivers import Received, Receiver, a_gigabyte, breaks_off, receiver
from tests.kit.room import Room, room, rows

HOOKS = "/v1/subscriptions"
FEED = "/v1/events"
LOOPBACK = Outside(loopback=True)
WITHIN_S = 20.0
SCHEDULE_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(service, tmp_path, outside=LOOPBACK) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    dsn = request.getfixturevalue("postgres_dsn")() if request.param == "postgres" else None
    async with room(service, tmp_path, dsn=dsn, outside=LOOPBACK) as opened:
        yield opened


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as opened:
        yield opened


def integrator(*types: type[Any], figures: bool = False) -> Principal:
    names = frozenset(each.event_type for each in types) if types else None
    return people.person(Role.INTEGRATOR, event_types=names, figures=figures)


def registered() -> ClientRegistered:
    isic = Sector(code="1061", revision="4")
    return ClientRegistered(client_id=new_id(), country="XA", province="XA-R", isic=isic)


async def subscribe(by: httpx2.AsyncClient, there: Receiver, **facts: Any) -> Any:
    answer = await by.post(HOOKS, json={"url": there.url, **facts})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def command(by: httpx2.AsyncClient, made: Any, verb: str) -> Any:
    answer = await by.post(f"{HOOKS}/{made['subscription_id']}/{verb}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def shown(by: httpx2.AsyncClient, made: Any) -> Any:
    return (await by.get(f"{HOOKS}/{made['subscription_id']}")).json()


async def log_of(by: httpx2.AsyncClient, made: Any, **params: Any) -> list[Any]:
    answer = await by.get(f"{HOOKS}/{made['subscription_id']}/deliveries", params=params)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def until(seen: Callable[[], Awaitable[bool] | bool], within_s: float = WITHIN_S) -> None:
    """Wait until something is so."""
    end = asyncio.get_running_loop().time() + within_s
    while True:
        now = seen()
        if now if isinstance(now, bool) else await now:
            return
        assert asyncio.get_running_loop().time() < end, "it did not come about"
        await asyncio.sleep(0.02)


async def until_state(by: httpx2.AsyncClient, made: Any, **facts: Any) -> Any:
    """Wait until the subscription shows these facts."""

    async def so() -> bool:
        now = await shown(by, made)
        return all(now[name] == value for name, value in facts.items())

    await until(so)
    return await shown(by, made)


def loop_of(here: Room) -> Deliveries:
    (loop,) = here.running.loops
    assert isinstance(loop, Deliveries)
    return loop


async def pass_time(here: Room, **step: float) -> None:
    """Move business time on, and look at what is due now rather than in two seconds."""
    here.clock.advance(here.clock.now() + timedelta(**step))
    await loop_of(here).begin_due()


# what is sent


async def test_an_event_arrives_signed_as_the_official_library_expects_and_as_the_feed_shows_it(
    either: Room, there: Receiver
) -> None:
    by = either.as_(integrator(ClientRegistered))
    made = await subscribe(by, there)
    assert made["secret"].startswith("whsec_")
    await either.tell(registered())
    await until(lambda: len(there.got) == 1)
    (got,) = there.got
    (item,) = (await by.get(FEED)).json()["items"]
    assert got.verified_by(made["secret"]) == item
    assert got.id == item["id"]
    assert got.first == "POST /hooks?from=centre HTTP/1.1"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{there.port}"
    assert "cookie" not in got.headers
    await until_state(by, made, cursor=1, attempts=0)


async def test_only_what_follows_is_sent_and_only_the_types_of_key_and_subscription(
    here: Room, there: Receiver
) -> None:
    by = here.as_(integrator(ClientRegistered, ClientQualified))
    await here.tell(registered())
    await subscribe(by, there, types=[ClientQualified.event_type])
    client = new_id()
    await here.tell(
        registered(), ClientDeclined(client_id=client, reason_code="no_data"), ClientQualified(client_id=client)
    )
    await until(lambda: len(there.got) == 1)
    await asyncio.sleep(0.3)
    assert [json.loads(each.body)["type"] for each in there.got] == [ClientQualified.event_type]


@pytest.mark.parametrize("figures", [False, True])
async def test_figures_and_persons_leave_only_by_agreement(here: Room, there: Receiver, figures: bool) -> None:
    await subscribe(here.as_(integrator(figures=figures)), there)
    done = EngagementCompleted(
        engagement_id=new_id(),
        need_id=new_id(),
        client_id=new_id(),
        provider_id=new_id(),
        days=Decimal("6.5"),
        occurred_on=wall_now().date(),
    )
    await here.tell(done, ExpertAdded(expert_id=new_id(), provider_id=new_id(), person_id=new_id()))
    await until(lambda: len(there.got) == 2)
    engagement, expert = [json.loads(each.body)["data"] for each in there.got]
    assert ("days" in engagement, "person_id" in expert) == (figures, figures)


async def test_what_was_changed_or_sent_again_later_is_refused_by_the_official_library(
    here: Room, there: Receiver
) -> None:
    made = await subscribe(here.as_(integrator()), there)
    await here.tell(registered())
    await until(lambda: len(there.got) == 1)
    (got,) = there.got
    assert got.verified_by(made["secret"])
    old = {**got.headers, "webhook-timestamp": str(int(got.headers["webhook-timestamp"]) - 301)}
    other = {**got.headers, "webhook-id": str(new_id())}
    for forged in (
        Received(got.first, got.headers, got.body.replace(b"XA-R", b"XA-S")),
        Received(got.first, old, got.body),
        Received(got.first, other, got.body),
    ):
        with pytest.raises(WebhookVerificationError):
            forged.verified_by(made["secret"])
    with pytest.raises(WebhookVerificationError):
        got.verified_by("whsec_" + "A" * 43 + "=")


async def test_after_a_rotation_both_secrets_sign_for_a_day(here: Room, there: Receiver) -> None:
    by = here.as_(integrator())
    made = await subscribe(by, there)
    rotated = await command(by, made, "rotate-secret")
    assert rotated["secret"] not in (None, made["secret"])
    await here.tell(registered())
    await until(lambda: len(there.got) == 1)
    assert there.got[0].headers["webhook-signature"].count("v1,") == 2
    assert there.got[0].verified_by(made["secret"]) == there.got[0].verified_by(rotated["secret"])
    await until_state(by, made, cursor=1)
    for _ in range(4):  # however often it is rotated, three sign at most
        rotated = await command(by, made, "rotate-secret")
    await here.tell(registered())
    await until(lambda: len(there.got) == 2)
    assert there.got[1].headers["webhook-signature"].count("v1,") == 3
    with pytest.raises(WebhookVerificationError):
        there.got[1].verified_by(made["secret"])


async def test_a_day_after_the_rotation_the_old_secret_signs_no_more(here: Room, there: Receiver) -> None:
    by = here.as_(integrator())
    made = await subscribe(by, there)
    rotated = await command(by, made, "rotate-secret")
    (row,) = await rows(here, subscriptions.table)
    new, old = subscriptions.state(row).secrets
    assert old.until is not None
    assert timedelta(hours=23, minutes=59) < old.until - wall_now() <= timedelta(hours=24)
    passed = [{"text": new.text}, {"text": old.text, "until": (wall_now() - timedelta(seconds=1)).isoformat()}]
    await here.running.store.execute(sa.text("UPDATE subscriptions SET secrets = :s").bindparams(s=json.dumps(passed)))
    await here.tell(registered())
    await until(lambda: len(there.got) == 1)
    assert there.got[0].verified_by(rotated["secret"])
    with pytest.raises(WebhookVerificationError):
        there.got[0].verified_by(made["secret"])


async def test_a_secret_is_shown_once_and_stands_in_no_log_and_no_later_answer(
    here: Room, there: Receiver, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    by = here.as_(integrator())
    headers = {"Idempotency-Key": "first"}
    made = (await by.post(HOOKS, json={"url": there.url}, headers=headers)).json()
    again = await by.post(HOOKS, json={"url": there.url}, headers=headers)
    assert (again.json()["secret"], again.json()["secret_was_shown"]) == (None, True)
    rotated = (
        await by.post(f"{HOOKS}/{made['subscription_id']}/rotate-secret", headers=headers | {"Idempotency-Key": "r"})
    ).json()
    there.answers = ["500 No"]
    await here.tell(registered())
    await until_state(by, made, attempts=1)
    seen = json.dumps([await shown(by, made), await log_of(by, made), (await by.get(HOOKS)).json(), again.json()])
    out = capfd.readouterr()
    for secret in (made["secret"], rotated["secret"]):
        for text in (
            seen,
            out.out,
            out.err,
            caplog.text,
            repr(subscriptions.state((await rows(here, subscriptions.table))[0])),
        ):
            assert secret not in text
            assert secret.removeprefix("whsec_") not in text
    assert "v1," not in seen


# order, and nothing lost


async def test_a_thousand_events_arrive_in_order_through_pauses_and_failures(here: Room, there: Receiver) -> None:
    by = here.as_(integrator())
    made = await subscribe(by, there)
    await here.tell(*(registered() for _ in range(400)))
    await until(lambda: len(there.got) > 50)
    await command(by, made, "pause")
    await until(lambda: there.under_way == 0)
    await asyncio.sleep(0.1)
    stopped = len(there.got)
    await here.tell(*(registered() for _ in range(600)))
    await asyncio.sleep(0.3)
    assert len(there.got) == stopped < 400
    there.answers = ["500 No", "204 No Content", "503 No"]
    await command(by, made, "resume")
    for _ in range(2):
        await until_state(by, made, attempts=1)
        await pass_time(here, seconds=6)
        await asyncio.sleep(0.3)
    await until(lambda: len(set(there.ids)) == 1_000, within_s=60)
    feed, after = [], 0
    while page := (await by.get(FEED, params={"after": after, "limit": 200})).json()["items"]:
        feed += [item["id"] for item in page]
        after += len(page)
    assert list(dict.fromkeys(there.ids)) == feed  # repeats are next to their first, so order holds
    assert len(there.ids) == 1_002  # the two that were refused came again, nothing else did
    assert there.most_at_once == 1


async def test_a_failing_event_holds_up_the_later_ones_of_its_subscription_and_no_other(
    here: Room, there: Receiver
) -> None:
    by = here.as_(integrator())
    there.always = "500 No"
    await subscribe(by, there)
    async with receiver() as other:
        await subscribe(by, other)
        await here.tell(*(registered() for _ in range(5)))
        await until(lambda: len(other.got) == 5)
    assert len(there.got) == 1


async def test_slow_receivers_hold_up_nobody(here: Room, there: Receiver) -> None:
    there.always = there.says_nothing
    for _ in range(5):
        by = here.as_(integrator())
        for _ in range(10):
            await subscribe(by, there)
    async with receiver() as quick:
        await subscribe(here.as_(integrator()), quick)
        began = asyncio.get_running_loop().time()
        await here.tell(*(registered() for _ in range(3)))
        await until(lambda: len(quick.got) == 3)
        assert asyncio.get_running_loop().time() - began < 5
        await until(lambda: there.under_way == 50)
    there.closing.set()


# what receivers answer


async def test_ten_attempts_over_75_hours_then_it_pauses_itself_and_goes_on_when_it_is_resumed(
    here: Room, there: Receiver
) -> None:
    by = here.as_(integrator())
    there.always = "500 No"
    made = await subscribe(by, there)
    began = here.clock.now()
    await here.tell(registered(), registered())
    for attempt, pause_s in enumerate(SCHEDULE_S, start=1):
        now = await until_state(by, made, attempts=attempt)
        wait = (_moment(now["next_attempt_at"]) - here.clock.now()).total_seconds()
        assert pause_s - 3 < wait <= pause_s * 1.1
        await pass_time(here, seconds=wait - 2)
        await asyncio.sleep(0.05)
        assert len(there.got) == attempt
        await pass_time(here, seconds=2.1)
    now = await until_state(by, made, status="paused", reason="attempts_used_up")
    assert timedelta(hours=75) < here.clock.now() - began < timedelta(hours=84)
    assert (len(there.got), len(set(there.ids)), now["cursor"]) == (10, 1, 0)
    await pass_time(here, days=30)
    assert len(there.got) == 10
    there.always = "204 No Content"
    await command(by, made, "resume")
    await until_state(by, made, cursor=2, status="active", reason=None)
    assert there.ids[10:] == [item["id"] for item in (await by.get(FEED)).json()["items"]]


def _moment(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


async def test_a_receiver_that_is_down_for_71_hours_misses_nothing(here: Room, there: Receiver) -> None:
    by = here.as_(integrator())
    there.always = "503 No"
    made = await subscribe(by, there)
    await here.tell(*(registered() for _ in range(20)))
    back, attempt = here.clock.now() + timedelta(hours=71), 1
    while True:
        due_at = _moment((await until_state(by, made, attempts=attempt))["next_attempt_at"])
        if due_at > back:
            break
        await pass_time(here, seconds=(due_at - here.clock.now()).total_seconds() + 0.1)
        attempt += 1
    there.always = "204 No Content"
    await pass_time(here, seconds=(due_at - here.clock.now()).total_seconds() + 0.1)
    await until_state(by, made, cursor=20, status="active")
    assert (attempt, len(there.ids), len(set(there.ids))) == (9, 29, 20)


async def test_410_disables_until_the_owner_resumes(here: Room, there: Receiver) -> None:
    by = here.as_(integrator())
    there.answers = ["410 Gone"]
    made = await subscribe(by, there)
    await here.tell(registered())
    await until_state(by, made, status="disabled", reason="receiver_is_gone")
    await pass_time(here, days=2)
    assert len(there.got) == 1
    await command(by, made, "resume")
    await until_state(by, made, status="active", cursor=1)
    assert len(set(there.ids)) == 1


@pytest.mark.parametrize("status", ["429 Slow Down", "503 Not Now"])
@pytest.mark.parametrize("form", ["seconds", "moment"])
async def test_a_receiver_that_asks_for_time_gets_it(here: Room, there: Receiver, status: str, form: str) -> None:
    wish = "3600" if form == "seconds" else (wall_now() + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    there.answers = [f"{status}\r\nRetry-After: {wish}"]
    by = here.as_(integrator())
    made = await subscribe(by, there)
    await here.tell(registered())
    now = await until_state(by, made, attempts=1)
    assert 3_500 < (_moment(now["next_attempt_at"]) - here.clock.now()).total_seconds() <= 3_600
    await pass_time(here, minutes=50)
    await asyncio.sleep(0.1)
    assert len(there.got) == 1
    await pass_time(here, minutes=11)
    await until_state(by, made, cursor=1)


@pytest.mark.parametrize(
    "wish", ["-5", "never", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "٣", "", "1e9"]
)
async def test_no_wish_of_a_receiver_lasts_longer_than_a_day(here: Room, there: Receiver, wish: str) -> None:
    there.answers = [f"429 Slow Down\r\nRetry-After: {wish}"]
    by = here.as_(integrator())
    made = await subscribe(by, there)
    await here.tell(registered())
    now = await until_state(by, made, attempts=1)
    assert 0 < (_moment(now["next_attempt_at"]) - here.clock.now()).total_seconds() <= 86_400


async def test_a_redirect_is_not_followed_and_has_not_arrived(here: Room, there: Receiver) -> None:
    by = here.as_(integrator())
    async with receiver() as elsewhere:
        there.answers = [f"{status} Moved\r\nLocation: {elsewhere.url}" for status in (307,)]
        made = await subscribe(by, there)
        await here.tell(registered())
        await until_state(by, made, attempts=1)
        assert elsewhere.got == []
    (entry,) = await log_of(by, made)
    assert (entry["outcome"], entry["answer"]["status"]) == ("failed", 307)
    assert entry["trouble"] == "it sent us elsewhere, where we do not follow"


async def test_a_connection_that_breaks_is_tried_again_with_the_same_id(here: Room, there: Receiver) -> None:
    by = here.as_(integrator())
    there.answers = [breaks_off]
    made = await subscribe(by, there)
    await here.tell(registered())
    await until_state(by, made, attempts=1)
    await pass_time(here, seconds=6)
    await until_state(by, made, cursor=1)
    assert len(there.ids) == 2
    assert len(set(there.ids)) == 1
    last, first = await log_of(by, made)
    assert (first["attempt"], first["answer"], last["attempt"], last["answer"]["status"]) == (1, None, 2, 204)
    assert "connection broke" in first["trouble"]


async def test_a_gigabyte_of_answer_is_read_to_64_kilobytes_and_kept_to_two(here: Room, there: Receiver) -> None:
    there.answers = [a_gigabyte]
    by = here.as_(integrator())
    made = await subscribe(by, there)
    began = asyncio.get_running_loop().time()
    await here.tell(registered())
    await until_state(by, made, cursor=1)
    assert asyncio.get_running_loop().time() - began < 5
    (entry,) = await log_of(by, made)
    assert (entry["outcome"], entry["answer"]["status"], entry["answer"]["cut"]) == ("delivered", 200, True)
    assert len(entry["answer"]["body"]) == 2_000
    assert "\x00" not in entry["answer"]["body"]


async def test_an_attempt_has_its_deadline(here: Room, there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ATTEMPT_S <= 15
    monkeypatch.setattr("services.exchange.loops.ATTEMPT_S", 0.3)
    there.answers = [there.says_nothing]
    by = here.as_(integrator())
    made = await subscribe(by, there)
    await here.tell(registered())
    await until_state(by, made, attempts=1)
    assert (await log_of(by, made))[0]["trouble"] == "no answer within 0.3 seconds"


async def test_the_log_shows_request_and_answer_without_signature(here: Room, there: Receiver) -> None:
    async def talks(writer: asyncio.StreamWriter) -> None:
        writer.write("HTTP/1.1 400 Bad\r\nContent-Length: 9\r\nSet-Cookie: a=b\r\n\r\nkhông đi".encode()[:-2])
        await writer.drain()

    there.answers = [talks]
    by = here.as_(integrator(ClientRegistered))
    made = await subscribe(by, there)
    await here.tell(registered())
    await until_state(by, made, attempts=1)
    (entry,) = await log_of(by, made)
    (got,) = there.got
    assert entry["request"]["url"] == there.url
    assert entry["request"]["body"].encode() == got.body
    assert set(entry["request"]["headers"]) == {"content-type", "webhook-id", "webhook-timestamp"}
    assert entry["request"]["headers"].items() <= got.headers.items()
    assert (entry["test"], entry["attempt"], entry["outcome"]) == (False, 1, "failed")
    await pass_time(here, seconds=6)
    await until_state(by, made, cursor=1)
    page = (await by.get(f"{HOOKS}/{made['subscription_id']}/deliveries", params={"limit": 1})).json()
    assert page["items"][0]["outcome"] == "delivered"
    assert await log_of(by, made, cursor=page["next"]) == [entry]


# test events


async def test_a_test_is_sent_once_marked_and_signed_also_while_it_is_paused(here: Room, there: Receiver) -> None:
    by = here.as_(integrator(ClientRegistered))
    made = await subscribe(by, there)
    await command(by, made, "pause")
    await here.tell(registered())
    there.answers = ["410 Gone"]
    asked = await command(by, made, "test")
    await until(lambda: len(there.got) == 1)
    (got,) = there.got
    event = got.verified_by(made["secret"])
    assert isinstance(event, dict)
    assert got.id == event["id"] == asked["test_id"]
    assert event["type"] == "org.openrecp.exchange.subscription_tested.v1"
    assert event["data"] == {"subscription_id": made["subscription_id"], "test": True}
    await until_state(by, made, test_id=None, status="paused", cursor=0)
    (entry,) = await log_of(by, made)
    assert (entry["test"], entry["event_id"]) == (True, asked["test_id"])
    assert entry["request"]["body"].encode() == got.body
    assert len((await by.get(FEED)).json()["items"]) == 1
    await asyncio.sleep(0.2)
    assert len(there.got) == 1


# whose it is


async def test_a_subscription_belongs_to_its_key_and_the_administrator_sees_all(here: Room, there: Receiver) -> None:
    mine, others, centre = (here.as_(each) for each in (integrator(), integrator(), people.administrator()))
    made = await subscribe(mine, there)
    place = f"{HOOKS}/{made['subscription_id']}"
    assert (await others.get(place)).status_code == 404
    for verb in ("test", "pause", "resume", "rotate-secret"):
        assert (await others.post(f"{place}/{verb}")).status_code == 404
    assert (await others.get(f"{place}/deliveries")).status_code == 404
    assert (await others.get(HOOKS)).json()["items"] == []
    assert len((await mine.get(HOOKS)).json()["items"]) == 1
    assert (await centre.get(place)).json()["owner_id"] == made["owner_id"]


async def test_what_the_centre_paused_its_owner_cannot_resume(here: Room, there: Receiver) -> None:
    mine, centre = here.as_(integrator()), here.as_(people.administrator())
    made = await subscribe(mine, there)
    assert (await command(centre, made, "pause"))["reason"] == "by_the_centre"
    refused = await mine.post(f"{HOOKS}/{made['subscription_id']}/resume")
    assert (refused.status_code, refused.json()["code"]) == (409, "centre_holds_subscription")
    await here.tell(registered())
    await asyncio.sleep(0.2)
    assert there.got == []
    await command(centre, made, "resume")
    await until_state(mine, made, cursor=1)
    again = await mine.post(f"{HOOKS}/{made['subscription_id']}/resume")
    assert (again.status_code, again.json()["code"]) == (409, "subscription_is_active")
    await command(mine, made, "pause")
    twice = await mine.post(f"{HOOKS}/{made['subscription_id']}/pause")
    assert (twice.status_code, twice.json()["code"]) == (409, "subscription_is_not_active")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"types": ["org.openrecp.clients.client_qualified.v1"]}, "type_is_not_granted"),
        ({"types": ["org.openrecp.clients.client_registred.v1"]}, "type_is_unknown"),
        ({"types": []}, "body_is_invalid"),
        ({"types": ["x"]}, "body_is_invalid"),
        ({"url": "https://127.1/"}, "address_is_refused"),
        ({"url": "https://10.0.0.1/"}, "address_is_refused"),
        ({"url": "http://receiver.invalid/"}, "address_is_refused"),
        ({"url": ""}, "body_is_invalid"),
        ({"secret": "whsec_mine"}, "body_is_invalid"),
    ],
)
async def test_what_cannot_be_sent_is_refused_at_once(
    here: Room, there: Receiver, facts: dict[str, Any], code: str
) -> None:
    answer = await here.as_(integrator(ClientRegistered)).post(HOOKS, json={"url": there.url, **facts})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_without_the_setting_this_machine_is_closed(tmp_path: Path, there: Receiver) -> None:
    async with room(service, tmp_path) as here:
        answer = await here.as_(people.administrator()).post(HOOKS, json={"url": there.url})
    assert (answer.status_code, answer.json()["code"]) == (422, "address_is_refused")
    assert there.got == []


async def test_an_address_that_moves_inside_after_it_was_admitted_gets_nothing(tmp_path: Path, there: Receiver) -> None:
    leads_to = ["93.184.215.14"]

    async def resolve(_: str) -> list[str]:
        return leads_to

    async with room(service, tmp_path, outside=Outside(resolve=resolve)) as here:
        by = here.as_(integrator())
        made = (await by.post(HOOKS, json={"url": "https://receiver.example/hooks"})).json()
        leads_to[0] = "127.0.0.1"
        await here.tell(registered())
        await until_state(by, made, attempts=1)
        (entry,) = await log_of(by, made)
    assert entry["trouble"] == "We do not send to this address: it is this machine."
    assert entry["answer"] is None


async def test_nobody_has_more_than_twenty(either: Room, there: Receiver) -> None:
    by = either.as_(integrator())
    answers = await asyncio.gather(*(by.post(HOOKS, json={"url": there.url}) for _ in range(25)))
    assert sorted(each.status_code for each in answers) == [201] * 20 + [409] * 5
    assert (await either.as_(integrator()).post(HOOKS, json={"url": there.url})).status_code == 201


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.INTEGRATOR)])
async def test_nobody_else_has_subscriptions(here: Room, there: Receiver, role: Role) -> None:
    by = here.as_(people.person(role))
    assert (await by.get(HOOKS)).status_code == 403
    assert (await by.post(HOOKS, json={"url": there.url})).status_code == 403


# several processes, and deaths


@asynccontextmanager
async def several(here: Room, count: int) -> AsyncIterator[list[Deliveries]]:
    """Further workers on the same database, as other processes would be."""
    from chassis.supervision import Supervisor

    supervisor = Supervisor()
    more = [Deliveries(here.running.ground) for _ in range(count)]
    for number, each in enumerate(more):
        supervisor.watch(f"worker {number}", each.run)
    try:
        yield more
    finally:
        await supervisor.stop()


async def test_several_workers_never_send_the_same_at_once_nor_twice(either: Room, there: Receiver) -> None:
    by = either.as_(integrator())
    made = await subscribe(by, there)
    async with several(either, 3):
        for _ in range(10):
            await either.tell(*(registered() for _ in range(10)))
            await asyncio.sleep(0.02)
        await until_state(by, made, cursor=100)
    assert (len(there.ids), len(set(there.ids)), there.most_at_once) == (100, 100, 1)


async def test_a_death_between_sending_and_marking_sends_it_again_under_the_same_id(
    tmp_path: Path, there: Receiver
) -> None:
    async with room(service, tmp_path, outside=LOOPBACK) as here:
        by, loop = here.as_(integrator()), loop_of(here)
        made = await subscribe(by, there)
        there.answers = [there.says_nothing]
        await here.tell(registered(), registered())
        await until(lambda: len(there.got) == 1)
    # The room is closed while the receiver has the event and we have no answer: nothing was marked.
    assert loop is not None
    async with room(service, tmp_path, outside=LOOPBACK) as here:
        by = here.as_(people.administrator())
        await asyncio.sleep(0.3)
        assert len(there.got) == 1  # the dead worker's lease still stands
        await loop_of(here).let_go()
        await until_state(by, made, cursor=2)
    assert there.ids[0] == there.ids[1]
    assert len(set(there.ids)) == 2


async def test_a_lease_that_ran_out_is_taken_over_and_its_late_holder_marks_nothing(
    here: Room, there: Receiver
) -> None:
    by = here.as_(integrator())
    made = await subscribe(by, there)
    there.answers = [there.says_nothing]
    await here.tell(registered())
    await until(lambda: there.under_way == 1)
    past = wall_now() - timedelta(seconds=1)
    await here.running.store.execute(sa.update(subscriptions.table).values(lease_until=past))
    async with several(here, 1):
        await until_state(by, made, cursor=1)
        there.closing.set()  # now the first one's attempt ends, without an answer
        await asyncio.sleep(0.3)
    now = await shown(by, made)
    assert (now["cursor"], now["attempts"], now["status"]) == (1, 0, "active")
    assert len(set(there.ids)) == 1


async def test_attempts_are_forgotten_after_thirty_days(here: Room, there: Receiver) -> None:
    by = here.as_(integrator())
    made = await subscribe(by, there)
    await here.tell(registered(), registered())
    await until_state(by, made, cursor=2)
    old = sa.update(deliveries.table).where(deliveries.table.c.number == 1)
    await here.running.store.execute(old.values(sent_at=wall_now() - timedelta(days=31)))
    other = Deliveries(here.running.ground)
    await other._tidy()
    assert [each["event_id"] for each in await log_of(by, made)] == there.ids[1:]


async def test_of_workers_that_find_the_same_due_at_the_same_moment_one_takes_it(either: Room, there: Receiver) -> None:
    """Each has read that it is free before any of them has taken it."""
    by = either.as_(integrator())
    made = await subscribe(by, there)
    workers = [Deliveries(either.running.ground) for _ in range(5)]
    claims = await asyncio.gather(*(each._claim(UUID(made["subscription_id"])) for each in workers))
    assert sum(each is not None for each in claims) == 1
