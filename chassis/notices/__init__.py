"""Notices to people: rows of the transaction that made the fact, sent by a worker through a port."""
