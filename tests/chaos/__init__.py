"""Killing the system of separate services under load, and judging what is left by what it was promised to be."""
