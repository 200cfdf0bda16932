"""What a made-up mill tells a made-up bakery."""

from uuid import UUID

from contracts.event import Event


class FlourDelivered(Event, subject="delivery_id", root="mill_id"):
    """Sacks of flour are on their way."""

    delivery_id: UUID
    mill_id: UUID
    kg: int
