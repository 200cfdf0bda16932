"""The rules of results: what counts, for whom, and what stays hidden."""
