"""The command line: `main` parses and is the one door out; one file per command, each naming what it needs only when it runs.

A command returns its exit code. None means 0.
"""
