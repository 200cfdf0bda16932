"""The portal: the centre's work as web pages, rendered on the server; a client of the public API like any other."""
