"""The module cache: its locks, its disk, its files."""
