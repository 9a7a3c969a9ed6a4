"""Looking into a running process from outside: nothing here stops it, signals it or writes to it."""
