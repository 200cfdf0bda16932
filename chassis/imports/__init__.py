"""Files of a sender, brought in as jobs: encodings, sheets, mappings, runs and their answers."""
