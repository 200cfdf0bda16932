"""What docker-compose.yml describes, started on this machine without a container engine."""
