"""Settings from the environment (`OPENRECP_…`); the defaults are the embedded form on a laptop."""

from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """`database` is empty for one SQLite file per service under `data`, else a PostgreSQL address in which
    `{service}` stands for the service's own database."""

    model_config = SettingsConfigDict(env_prefix="OPENRECP_", extra="ignore")

    data: Path = Path("data")
    deployment: str = "demo"
    pack: str = "demo"
    packs: Path = ROOT / "packs"
    database: SecretStr = SecretStr("")
    clock: Literal["wall", "settable"] = "wall"
    host: str = "127.0.0.1"
    port: int = 8080
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def issuer(self) -> str:
        """Who mints the internal tokens of this deployment."""
        return f"//{self.deployment}/gateway"

    def source(self, service: str) -> str:
        """The CloudEvents source of a service's events."""
        return f"//{self.deployment}/{service}"
