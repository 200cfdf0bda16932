"""Settings of notices (`OPENRECP_NOTICES__…`); where nothing is set they are written to files and reach nobody."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, SecretStr, model_validator

Channel = Literal["mail", "sms"]
CHANNELS: tuple[Channel, ...] = ("mail", "sms")
EMAIL = r"^[^@\s<>\x00-\x1f\x7f]+@[^@\s<>\x00-\x1f\x7f]+$"
Mailbox = Annotated[str, Field(pattern=EMAIL, max_length=254)]
PORTS = {"tls": 465, "starttls": 587, "none": 25}


class SmtpSettings(BaseModel):
    """The centre's mail server. `starttls` insists on encryption and never goes on without it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Mailbox
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    timeout_s: float = Field(default=20.0, gt=0, le=40)

    @property
    def at(self) -> int:
        """The port, by custom the one of its kind of security."""
        return self.port or PORTS[self.security]

    @property
    def domain(self) -> str:
        """Where the ids of its messages belong."""
        return self.sender.rpartition("@")[2]

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together")
        if self.username is not None and self.security == "none" and not _is_here(self.host):
            raise ValueError("a password is not sent in clear to another machine: choose starttls or tls")
        return self


class SmsSettings(BaseModel):
    """The HTTP call of an SMS provider; `{number}` and `{text}` in the body stand for what is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: AnyHttpUrl
    method: Literal["POST", "PUT"] = "POST"
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    content_type: Literal["application/json", "application/x-www-form-urlencoded"] = "application/json"
    body: str = '{"to": "{number}", "text": "{text}"}'
    timeout_s: float = Field(default=20.0, gt=0, le=40)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if "{number}" not in self.body or "{text}" not in self.body:
            raise ValueError("the body must say where {number} and {text} stand")
        if self.url.scheme != "https" and not _is_here(self.url.host or ""):
            raise ValueError("numbers and texts are not sent in clear to another machine: choose https")
        return self


class NoticeSettings(BaseModel):
    """How notices leave, per channel, and the centre's own mailboxes. `folder` is by default `notices` in the data;
    links begin with `address`, which is the deployment's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mail: Literal["file", "smtp"] = "file"
    sms: Literal["file", "http"] = "file"
    folder: Path | None = None
    address: str = "http://127.0.0.1:8080"
    verifiers: Mailbox | None = None
    officers: Mailbox | None = None
    smtp: SmtpSettings | None = None
    http: SmsSettings | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.mail == "smtp" and self.smtp is None:
            raise ValueError("mail by smtp needs smtp.host and smtp.sender")
        if self.sms == "http" and self.http is None:
            raise ValueError("sms by http needs http.url")
        return self


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
