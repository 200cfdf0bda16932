"""The rules of the clients service, by aggregate."""
