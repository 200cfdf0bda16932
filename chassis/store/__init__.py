"""Where state rests: one port, two stores (SQLite file, PostgreSQL database)."""
