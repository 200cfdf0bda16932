"""Records that no relay has written: old ones again and again in any order of keys, and poison."""

import json
import random
from dataclasses import replace
from uuid import UUID

from aiokafka import AIOKafkaProducer

from chassis.clock import new_id, wall_now
from chassis.log.kafka_log import KafkaLog
from chassis.log.port import Partition, Record
from contracts.clients import ClientRegistered
from contracts.topics import TOPICS
from openrecp.databases import partitions
from tests.chaos import witness
from tests.chaos.administrator import asked
from tests.chaos.stage import ROOT, Stage, Witness

BATCH = 500
COPIES = (0, 1, 2, 4)
"""How often a record that was delivered once is sent again: with it 1 to 5 times."""
EXAMPLE = ROOT / "contracts" / "examples" / f"{ClientRegistered.event_type}.json"


class Injector:
    """Writes into the log past every relay."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self.stage, self.chance = stage, chance
        self.log = KafkaLog(stage.settings.cluster, partitions())

    async def stop(self) -> None:
        await self.log.stop()

    async def everything(self) -> list[Record]:
        """All records of all topics so far."""
        found: list[Record] = []
        for topic in TOPICS:
            after: dict[Partition, int] = {}
            while records := await self.log.read([topic], after, BATCH):
                after |= {(each.topic, each.partition): each.position for each in records}
                found += records
        return found

    async def replay(self, before: set[str]) -> int:
        """Send what was delivered again, some of it often, shuffled across keys; gives how many copies.

        `before` are the ids that were sent again at an earlier time; those of now join them.
        """
        fresh = {str(each.event_id): each for each in await self.everything() if str(each.event_id) not in before}
        before |= fresh.keys()
        again = [each for each in fresh.values() for _ in range(self.chance.choice(COPIES))]
        self.chance.shuffle(again)
        for begin in range(0, len(again), BATCH):
            await self.log.append(again[begin : begin + BATCH])
        return len(again)

    async def poison(self) -> tuple[set[str], set[str]]:
        """Everything that a broken producer could send; the ids of all that are events, and of those that must fail."""
        good = json.loads(EXAMPLE.read_text(encoding="utf-8"))
        huge, newer = self._record(good | {"note": "x" * 1_000_000}), self._record(good)
        broken = replace(self._record(good), data="{no json")
        behind = self._record(good, broken.root, 2)  # a good one of the same root has to wait
        empty = replace(self._record(good), data="{}")
        unknown = replace(newer, event_type=newer.event_type.replace(".v1", ".v9"))
        await self.log.append([broken, behind, huge, unknown, empty])
        await self._send_rubbish()
        return {str(huge.event_id)}, {str(each.event_id) for each in (broken, behind, empty)}

    def _record(self, facts: dict[str, object], root: UUID | None = None, sequence: int = 1) -> Record:
        client = root or new_id()
        return Record(
            topic=ClientRegistered.topic,
            root=client,
            event_id=new_id(),
            event_type=ClientRegistered.event_type,
            source=self.stage.settings.source("clients"),
            subject=client,
            sequence=sequence,
            occurred_at=wall_now(),
            correlation_id="poison",
            causation_id=None,
            traceparent=None,
            data=json.dumps(facts | {ClientRegistered.subject_field: str(client), "row_key": str(client)}),
        )

    async def _send_rubbish(self) -> None:
        """What is no event at all."""
        producer = AIOKafkaProducer(**self.stage.settings.cluster.options())
        await producer.start()
        try:
            for topic in TOPICS:
                name = self.stage.settings.cluster.name(topic)
                await producer.send_and_wait(name, b"\x00\xff\xfe", key=b"rubbish", headers=[("ce_id", b"none")])
        finally:
            await producer.stop()


class Bug:
    """A bad release of the witness: its handlers fail for one root in sixteen until it is mended."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self.stage, self.ending = stage, chance.choice("0123456789abcdef")
        process = stage.kept[witness.NAME].process
        assert isinstance(process, Witness)
        self.file = process.bugs

    def begin(self) -> None:
        self.file.write_text(self.ending, encoding="ascii")

    async def mend(self) -> None:
        """The next release; whatever waits is redriven by an administrator."""
        self.file.unlink()
        await asked(self.stage, witness.NAME, "POST", "redrive")
