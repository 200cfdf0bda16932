"""Clients: who they are, where they work, what they agreed to and what they ask for."""
