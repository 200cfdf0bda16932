"""Where a Kafka cluster is, and with which rights this deployment comes to it."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Cluster:
    """How the brokers are reached, and what this deployment's topics and groups are called there."""

    servers: str
    prefix: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    mechanism: str = "SCRAM-SHA-512"
    tls: bool = False
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def options(self) -> dict[str, Any]:
        """What every client is told."""
        options: dict[str, Any] = {"bootstrap_servers": self.servers, "client_id": "openrecp"}
        tls = self.tls or self.authority is not None
        if tls:
            context = options["ssl_context"] = ssl.create_default_context(cafile=self.authority)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        if self.user:
            options |= {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.user}
            options["sasl_plain_password"] = self.password
        protocols = {(False, False): "PLAINTEXT", (True, False): "SSL", (False, True): "SASL_PLAINTEXT"}
        options["security_protocol"] = protocols.get((tls, bool(self.user)), "SASL_SSL")
        return options

    def name(self, topic: str) -> str:
        """What a topic or a group of this deployment is called there."""
        return f"{self.prefix}{topic}"
