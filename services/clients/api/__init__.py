"""The routes of the clients service, by aggregate."""
