"""SMS: a real HTTP call to a provider that takes over, refuses, redirects, or says nothing at all."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from chassis.notices.settings import SmsSettings
from tests.kit.notices import LINK, bureau, http_server

PHONE: dict[str, Any] = {"email": None, "phone": "+84 (912) 345-678"}


async def test_number_and_text_go_out_as_the_provider_wants_them(tmp_path: Path) -> None:
    async with http_server() as provider:
        sending = provider.settings(headers={"Authorization": "Bearer s3cret"}, method="PUT")
        async with bureau(tmp_path, sending) as here:
            await here.tell(**PHONE, name='Lan "the {number}" \\ Nguyễn')
            assert await here.send("mail") == 0
            assert await here.send("sms") == 1
            notice = await here.one()
    ((first, headers, body),) = provider.asked
    assert first == "PUT /messages HTTP/1.1"
    assert headers["authorization"] == "Bearer s3cret"
    assert headers["idempotency-key"] == str(notice.id)
    assert json.loads(body) == {"to": "+84912345678", "text": f'Lan "the {{number}}" \\ Nguyễn: {LINK}'}
    assert (notice.state, notice.text, notice.address) == ("sent", "", "+84…78")


async def test_a_form_is_escaped_as_a_form(tmp_path: Path) -> None:
    async with http_server() as provider:
        form = {"content_type": "application/x-www-form-urlencoded", "body": "msisdn={number}&message={text}&from=RECP"}
        async with bureau(tmp_path, provider.settings(**form)) as here:
            await here.tell(**PHONE, name="Lan&from=Spy")
            await here.send("sms")
    ((_, _, body),) = provider.asked
    assert parse_qs(body) == {"msisdn": ["+84912345678"], "message": [f"Lan&from=Spy: {LINK}"], "from": ["RECP"]}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("200 OK", "sent"),
        ("400 Bad Request", "failed"),
        ("422 Unprocessable", "failed"),
        ("401 Unauthorized", "waiting"),
        ("429 Too Many Requests", "waiting"),
        ("503 Away", "waiting"),
        ("302 Found\r\nLocation: http://127.0.0.1:1/elsewhere", "waiting"),
    ],
)
async def test_only_success_counts_and_no_redirect_is_followed(tmp_path: Path, answer: str, state: str) -> None:
    async with http_server() as provider, bureau(tmp_path, provider.settings()) as here:
        provider.answers.append(answer)
        await here.tell(**PHONE)
        with capture_logs() as logs:
            await here.send("sms")
        notice = await here.one()
        assert notice.state == state
        assert notice.error == (None if state == "sent" else f"the SMS provider refused: {answer[:3]}")
        assert len(provider.asked) == 1
        assert "912" not in str(logs)


async def test_a_provider_that_never_answers_costs_its_deadline(tmp_path: Path) -> None:
    async with http_server() as provider, bureau(tmp_path, provider.settings(timeout_s=0.3)) as here:
        provider.silent = True
        await here.tell(**PHONE)
        began = time.monotonic()
        await here.send("sms")
        assert time.monotonic() - began < 3
        notice = await here.one()
        assert notice.state == "waiting"
        assert "SMS provider" in (notice.error or "")


@pytest.mark.parametrize(
    "facts",
    [{"url": "http://sms.example/send"}, {"body": "{number}"}, {"url": "ftp://127.0.0.1/"}, {"method": "GET"}],
    ids=str,
)
def test_settings_that_would_send_in_clear_or_make_no_sense_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SmsSettings.model_validate({"url": "https://sms.example/send"} | facts)
