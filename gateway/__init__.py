"""The only public door: it knows paths and keys, and no service's code."""
