"""The portal's pages, through the real house in one process."""
