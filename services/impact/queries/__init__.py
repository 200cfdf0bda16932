"""Adding up results in the database: grouped, exact, and only what the reader may count."""
