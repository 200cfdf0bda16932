"""The routes of the matching service, by aggregate."""
