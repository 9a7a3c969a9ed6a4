"""`python -m unjam`."""

from unjam.cli.main import entry

if __name__ == "__main__":
    entry()
