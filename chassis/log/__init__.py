"""The event log: one port; topics of records, each in order per key."""
