"""What the system costs, each figure beside a limit measured in the same rounds: `python -m bench`."""
