"""What every service needs and no business rule knows."""
