"""What the door admits, from the environment (`OPENRECP_DOOR_…`); the defaults suit one modest server."""

from ipaddress import IPv4Network, IPv6Network

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.http import BODY_LIMIT, UPLOAD_LIMIT

SECRET_LENGTH = 32
LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class DoorSettings(BaseSettings):
    """Limits of the public door.

    `inside` are the networks that may read metrics and what exactly troubles a service, without a key: this
    machine only, or also the operator's own network (`["127.0.0.0/8", "10.42.0.0/16"]`).
    `at_once` requests are worked on (each service behind HTTP: so many), a quarter of them of one caller at most;
    `waiting` more stand in line for `wait_s`, and what comes then is told when to come again.
    `front_secret` is what a proxy in front knows when it asks for decisions (gateway/front.py); empty, nobody may ask.
    """

    model_config = SettingsConfigDict(env_prefix="OPENRECP_DOOR_", extra="ignore")

    requests_per_minute: int = 12_000  # of one key: about a fifth of what one process can carry
    anonymous_per_minute: int = 600  # of one address, for all who come without a valid key
    pages_per_minute: int = 12_000  # of one address, files of the pages included: behind it may be a whole office
    at_once: int = 32  # twice what keeps the processor and the database busy
    waiting: int = 200
    wait_s: float = 5.0
    uploads_at_once: int = 4  # each may lie in memory whole, twice
    readers: int = 500  # who wait for news: a connection and a task each
    answer_s: float = 60.0
    upload_s: float = 600.0
    body_limit: int = BODY_LIMIT
    upload_limit: int = UPLOAD_LIMIT
    inside: tuple[IPv4Network | IPv6Network, ...] = LOOPBACK
    front_secret: SecretStr = SecretStr("")

    @field_validator("front_secret")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SECRET_LENGTH:
            raise ValueError(f"a secret has at least {SECRET_LENGTH} characters: openssl rand -hex 32")
        return value
