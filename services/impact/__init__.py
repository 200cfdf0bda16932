"""Impact: what all the work has led to, read from everybody's events."""
