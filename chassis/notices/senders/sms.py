"""A notice by SMS: one HTTP call each, as the centre's SMS provider wants it."""

import asyncio
import json
import re
from urllib.parse import quote_plus

import httpx2

from chassis.notices.senders.port import Message, NotSent
from chassis.notices.settings import SmsSettings

FOR_GOOD = frozenset({400, 422})
"""What providers answer when a number is none; everything else is about us, them or the moment."""
_PLACE = re.compile(r"\{(number|text)\}")


class SmsSender:
    """Asks an SMS provider to send; 2xx means it has taken it over. Redirects are not followed."""

    form = "http"

    def __init__(self, settings: SmsSettings) -> None:
        self.settings = settings

    async def send(self, message: Message) -> None:
        here = self.settings
        headers = {name: value.get_secret_value() for name, value in here.headers.items()}
        headers |= {"Content-Type": here.content_type, "Idempotency-Key": str(message.id)}
        values = {"number": _dialled(message.address), "text": message.text}
        body = _PLACE.sub(lambda place: self._written(values[place[1]]), here.body)
        try:
            async with (
                asyncio.timeout(here.timeout_s),
                httpx2.AsyncClient(timeout=here.timeout_s, follow_redirects=False, trust_env=False) as http,
            ):
                # Only the head of the answer counts: what follows may be as long as it likes.
                async with http.stream(here.method, str(here.url), headers=headers, content=body.encode()) as answer:
                    status = answer.status_code
        except TimeoutError:
            raise NotSent(f"the SMS provider gave no answer within {here.timeout_s:g} s") from None
        except (httpx2.HTTPError, OSError) as error:
            raise NotSent(f"the SMS provider is not reached: {type(error).__name__}") from None
        if not httpx2.codes.is_success(status):
            raise NotSent(f"the SMS provider refused: {status}", for_good=status in FOR_GOOD)

    def _written(self, value: str) -> str:
        """A value so that it stays a value inside the body."""
        if self.settings.content_type == "application/json":
            return json.dumps(value, ensure_ascii=False)[1:-1]
        return quote_plus(value)


def _dialled(number: str) -> str:
    """A number without what is only there for the eye."""
    return re.sub(r"[^+0-9]", "", number)
