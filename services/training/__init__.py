"""Training: courses, sessions with seats, and certificates that change who may be offered work."""
