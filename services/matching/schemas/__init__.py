"""Bodies and answers of the matching service, by aggregate."""
