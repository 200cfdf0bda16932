"""What tests stand on: real services on real stores, a clock to set, people to act."""
