"""The schema of each database, by numbered scripts."""
