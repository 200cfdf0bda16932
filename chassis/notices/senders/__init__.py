"""The ways a notice leaves: into a file, by SMTP, by an HTTP call of an SMS provider."""
