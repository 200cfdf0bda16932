"""The published language: events, values, principals and refusals that every room understands."""
