"""Answers of the impact service, as JSON and as tables."""
