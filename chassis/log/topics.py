"""What a topic must be like at a broker: as many partitions as the manifest says, and nothing forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A body of the API may have 1 MB: eight times that is room for everything an event can hold.
MESSAGE_BYTES = 8_000_000
FOR_EVER = "-1"


@dataclass(frozen=True)
class Found:
    """A topic as a broker describes it; `config` is None where it may not be read."""

    partitions: int
    config: Mapping[str, str] | None = None


class TopicsDiffer(Exception):
    """The brokers hold other topics than the manifest: nothing starts before somebody has mended that."""

    def __init__(self, servers: str, faults: Sequence[str]) -> None:
        super().__init__(f"Kafka at {servers} has not the topics of this version: {'; '.join(faults)}")
        self.faults = list(faults)


def config(copies: int) -> dict[str, str]:
    """The settings a topic is made with."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": FOR_EVER,  # read models are rebuilt from the beginning
        "retention.bytes": FOR_EVER,
        "max.message.bytes": str(MESSAGE_BYTES),
        "message.timestamp.type": "LogAppendTime",  # a clock that goes wrong must not keep records out
        "min.insync.replicas": str(max(1, copies - 1)),  # one broker may be away
    }


def differences(wanted: Mapping[str, int], found: Mapping[str, Found]) -> list[str]:
    """What is wrong with each topic, in words; empty if all is as it must be."""
    return [fault for name, count in wanted.items() for fault in _faults(name, count, found.get(name))]


def _faults(name: str, partitions: int, found: Found | None) -> list[str]:
    if found is None:
        return [f"{name} is missing (run `openrecp migrate log`)"]
    faults = []
    if found.partitions != partitions:
        faults.append(
            f"{name} has {found.partitions} partitions instead of {partitions}: with another number the events of "
            f"a root would be in two places, and their order lost"
        )
    if found.config is not None:
        faults += _forgetful(name, found.config)
    return faults


def _forgetful(name: str, config: Mapping[str, str]) -> list[str]:
    faults = []
    if config.get("cleanup.policy", "delete") != "delete":
        faults.append(f"{name} is compacted: it has to keep every event, cleanup.policy=delete")
    for setting in ("retention.ms", "retention.bytes"):
        if config.get(setting, FOR_EVER) != FOR_EVER:
            faults.append(f"{name} forgets: {setting} is {config[setting]} instead of {FOR_EVER}")
    if int(config.get("max.message.bytes", MESSAGE_BYTES)) < MESSAGE_BYTES:
        faults.append(f"{name} takes events of {config['max.message.bytes']} bytes only instead of {MESSAGE_BYTES}")
    return faults
