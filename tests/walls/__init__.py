"""The walls: who may see and do what, and what the door refuses."""
