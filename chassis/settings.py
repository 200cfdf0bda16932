"""Settings from the environment (`OPENRECP_…`); the defaults are the embedded form on a laptop."""

from pathlib import Path
from typing import Literal

from pydantic import AnyHttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.notices.settings import NoticeSettings

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """`database` is empty for one SQLite file per service under `data`, else a PostgreSQL address in which
    `{service}` stands for the service's own database."""

    model_config = SettingsConfigDict(
        env_prefix="OPENRECP_", env_nested_delimiter="__", env_ignore_empty=True, extra="ignore"
    )

    data: Path = Path("data")
    deployment: str = "demo"
    pack: str = "demo"
    packs: Path = ROOT / "packs"
    database: SecretStr = SecretStr("")
    clock: Literal["wall", "settable"] = "wall"
    host: str = "127.0.0.1"
    port: int = 8080
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    public_url: AnyHttpUrl | None = None
    notices: NoticeSettings = NoticeSettings()

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

    def source(self, service: str) -> str:
        """The CloudEvents source of a service's events."""
        return f"//{self.deployment}/{service}"
