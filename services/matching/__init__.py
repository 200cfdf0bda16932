"""Matching: who can do a job, who is offered it, and how the work of the one who took it ends."""
