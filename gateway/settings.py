"""What the door admits, from the environment (`OPENRECP_DOOR_…`); the defaults suit one modest server."""

from ipaddress import IPv4Network, IPv6Network

from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.http import BODY_LIMIT, UPLOAD_LIMIT

LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class DoorSettings(BaseSettings):
    """Limits of the public door.

    `inside` are the networks that may read metrics and what exactly troubles a service, without a key: this
    machine only, or also the operator's own network (`["127.0.0.0/8", "10.42.0.0/16"]`).
    """

    model_config = SettingsConfigDict(env_prefix="OPENRECP_DOOR_", extra="ignore")

    requests_per_minute: int = 12_000  # of one key: about a fifth of what one process can carry
    anonymous_per_minute: int = 600  # of one address, for all who come without a valid key
    answer_s: float = 60.0
    upload_s: float = 600.0
    body_limit: int = BODY_LIMIT
    upload_limit: int = UPLOAD_LIMIT
    inside: tuple[IPv4Network | IPv6Network, ...] = LOOPBACK
