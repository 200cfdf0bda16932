"""Fixtures that every suite may ask for."""

import signal

import pytest

from chassis.telemetry import configure_logs
from tests.kit.kafka import kafka_broker, new_topics
from tests.kit.postgres import postgres_cluster, postgres_dsn

# Started in the background by a shell, these tests would be deaf to Ctrl-C, and with them every program they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

__all__ = ["kafka_broker", "new_topics", "postgres_cluster", "postgres_dsn"]


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Every test begins with every log line of a running system: none is deafened by the one before it."""
    configure_logs("debug")
