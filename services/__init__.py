"""The services of a centre; none imports another."""
