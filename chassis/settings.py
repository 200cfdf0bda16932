"""Settings from the environment (`OPENRECP_…`); the defaults are the embedded form on a laptop."""

from pathlib import Path
from typing import Literal

from pydantic import AnyHttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.log.cluster import Cluster
from chassis.notices.settings import NoticeSettings
from chassis.outside import Outside

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """`database` is empty for one SQLite file per service under `data`, else a PostgreSQL address in which
    `{service}` stands for the service's own database. `kafka` is empty for the event log in a table, else
    `host:port,…`; its topics and groups are named with `kafka_prefix` where others share the brokers. What the
    brokers ask for: a CA for TLS (or `kafka_tls` alone for a public one), a user for SASL, a certificate for mTLS.
    `webhooks_to_loopback` lets webhooks reach this machine, for tests and demonstrations only.
    """

    model_config = SettingsConfigDict(
        env_prefix="OPENRECP_", env_nested_delimiter="__", env_ignore_empty=True, extra="ignore"
    )

    data: Path = Path("data")
    deployment: str = "demo"
    pack: str = "demo"
    packs: Path = ROOT / "packs"
    database: SecretStr = SecretStr("")
    kafka: str = ""
    kafka_prefix: str = ""
    kafka_copies: int = 1
    kafka_tls: bool = False
    kafka_ca: Path | None = None
    kafka_certificate: Path | None = None
    kafka_key: Path | None = None
    kafka_user: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    clock: Literal["wall", "settable"] = "wall"
    host: str = "127.0.0.1"
    port: int = 8080
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    public_url: AnyHttpUrl | None = None
    notices: NoticeSettings = NoticeSettings()
    webhooks_to_loopback: bool = False

    @property
    def issuer(self) -> str:
        """Who mints the internal tokens of this deployment."""
        return f"//{self.deployment}/gateway"

    @property
    def address(self) -> str:
        """Where people reach this deployment, for the links in notices: `public_url`, else where it listens."""
        return str(self.public_url).rstrip("/") if self.public_url else f"http://{self.host}:{self.port}"

    @property
    def notice_settings(self) -> NoticeSettings:
        """How notices leave, with links to this deployment; files go into the data folder unless told otherwise."""
        folder = self.notices.folder or self.data / "notices"
        return self.notices.model_copy(update={"folder": folder, "address": self.address})

    @property
    def outside(self) -> Outside:
        """How what others asked for leaves the deployment."""
        return Outside(loopback=self.webhooks_to_loopback)

    @property
    def cluster(self) -> Cluster:
        """Where Kafka is, and how this deployment comes to it."""
        return Cluster(
            servers=self.kafka,
            prefix=self.kafka_prefix,
            user=self.kafka_user,
            password=self.kafka_password.get_secret_value(),
            mechanism=self.kafka_mechanism,
            tls=self.kafka_tls,
            authority=self.kafka_ca,
            certificate=self.kafka_certificate,
            key=self.kafka_key,
        )

    def source(self, service: str) -> str:
        """The CloudEvents source of a service's events."""
        return f"//{self.deployment}/{service}"
