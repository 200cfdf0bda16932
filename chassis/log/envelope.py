"""The envelope of a record as a CloudEvent, the same wherever it leaves the deployment."""

from typing import Any

from cloudevents.core.v1.event import CloudEvent

from chassis.log.port import Record


def cloud_event(record: Record, data: dict[str, Any] | bytes) -> CloudEvent:
    """A record as a CloudEvent; `data` is what its reader may see of it, as JSON or its bytes."""
    attributes: dict[str, Any] = {
        "id": str(record.event_id),
        "source": record.source,
        "specversion": "1.0",
        "type": record.event_type,
        "subject": str(record.subject),
        "time": record.occurred_at,
        "datacontenttype": "application/json",
        "dataschema": f"urn:openrecp:schema:{record.event_type}",
        "partitionkey": str(record.root),
        # The sequence extension wants text that sorts like the number it stands for.
        "sequence": f"{record.sequence:010d}",
        "correlationid": record.correlation_id,
        "causationid": record.causation_id,
        "traceparent": record.traceparent,
    }
    return CloudEvent({name: value for name, value in attributes.items() if value}, data)
