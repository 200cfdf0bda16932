"""Structured logs and metrics; no bodies, no personal data, routes by their template."""

import logging
import re
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.clock import new_id

registry = CollectorRegistry()
requests_s = Histogram(
    "openrecp_request_seconds",
    "Time to answer a request",
    ["service", "operation", "status"],
    registry=registry,
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
units = Counter("openrecp_units_total", "Units of work committed", ["service"], registry=registry)
outbox_waiting = Gauge("openrecp_outbox_waiting", "Events not yet in the log", ["service"], registry=registry)
outbox_oldest_s = Gauge("openrecp_outbox_oldest_seconds", "Age of the oldest of them", ["service"], registry=registry)
consumer_lag = Gauge("openrecp_consumer_lag", "Records not yet passed", ["service", "consumer"], registry=registry)
deliveries = Gauge(
    "openrecp_failed_deliveries", "Failed deliveries not settled", ["service", "consumer", "state"], registry=registry
)
notices_unsent = Gauge(
    "openrecp_notices_unsent", "Notices due, planned or given up", ["service", "standing"], registry=registry
)
notices_sent = Counter(
    "openrecp_notice_attempts_total", "Attempts to send a notice", ["service", "channel", "outcome"], registry=registry
)
is_ready = Gauge("openrecp_ready", "Whether requests can be taken", ["service"], registry=registry)
log_away = Gauge("openrecp_log_away", "Whether the event log does not answer", ["service"], registry=registry)
loop_in_trouble = Gauge(
    "openrecp_loop_in_trouble", "Whether a loop fails, stands still or gave up", ["service", "loop"], registry=registry
)
ProcessCollector(registry=registry)
GROUPS = (1, 2, 4, 8, 16, 32, 64)
log = structlog.get_logger()
_CORRELATION = re.compile(rb"[A-Za-z0-9_.:-]{1,100}")


class Grouping(Protocol):
    """A store that counts how many units each of its commits carried."""

    @property
    def group_sizes(self) -> Mapping[int, int]: ...


class GroupSizes(Collector):
    """Units per commit of every store of this process: counted while it writes, added up only when somebody asks."""

    def __init__(self) -> None:
        self._stores: WeakValueDictionary[str, Grouping] = WeakValueDictionary()

    def watch(self, service: str, store: Grouping) -> None:
        """Tell of this store under a name, instead of an earlier one."""
        self._stores[service] = store

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """The histogram, for the registry."""
        told = HistogramMetricFamily("openrecp_group_commit_units", "Units in one commit", labels=["service"])
        for service, store in sorted(self._stores.items()):
            sizes = dict(store.group_sizes)
            steps = [(str(float(step)), sum(n for size, n in sizes.items() if size <= step)) for step in GROUPS]
            all_units = sum(size * n for size, n in sizes.items())
            told.add_metric([service], [*steps, ("+Inf", sum(sizes.values()))], all_units)
        yield told


group_sizes = GroupSizes()
registry.register(group_sizes)


def forget(service: str, *gauges: Gauge) -> None:
    """What nobody can know just now is not told: no figure is better than an old one."""
    for each in gauges or (outbox_waiting, outbox_oldest_s, consumer_lag, deliveries, notices_unsent, log_away):
        each.remove_by_labels({"service": service})


def configure_logs(level: str) -> None:
    """One JSON object a line on standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class Traced:
    """Gives each request its correlation id, measures it, and counts it under its operation."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        correlation = scope["correlation_id"] = _correlation(scope)
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [pair for pair in message["headers"] if pair[0] != b"correlation-id"]
                message = {**message, "headers": [*headers, (b"correlation-id", correlation.encode())]}
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            took = time.perf_counter() - began
            operation = getattr(scope.get("route"), "operation_id", None) or scope.get("operation") or "none"
            requests_s.labels(self.service, operation, str(status)).observe(took)
            _tell(self.service, scope, operation, status, took)


def _tell(service: str, scope: Scope, operation: str, status: int, took: float) -> None:
    facts: dict[str, Any] = {
        "service": service,
        "operation": operation,
        "method": scope["method"],
        "status": status,
        "ms": round(took * 1_000, 2),
        "correlation_id": scope["correlation_id"],
    }
    (log.info if service == "gateway" else log.debug)("request", **facts)


def _correlation(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"correlation-id"), b"")
    return given.decode() if _CORRELATION.fullmatch(given) else str(new_id())
