"""The same create as others would write it, each in the way of its community, on the same tables."""
