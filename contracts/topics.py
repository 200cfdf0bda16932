"""The manifest of topics: who writes each, who reads it, and into how many partitions its roots fall."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic per producing service; the key of every record is the root's id."""

    name: str
    producer: str
    consumers: tuple[str, ...]
    partitions: int = 6


TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("clients", "clients", ("matching", "assessments", "training", "impact", "exchange")),
        Topic("matching", "matching", ("clients", "assessments", "training", "impact", "exchange")),
        Topic("assessments", "assessments", ("clients", "matching", "impact", "exchange")),
        Topic("training", "training", ("matching", "impact", "exchange")),
    )
}
