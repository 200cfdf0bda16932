"""`python -m openrecp`: the command line."""

from openrecp.cli import main

if __name__ == "__main__":
    main()
