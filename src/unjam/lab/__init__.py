"""A small sick machine: the real go command, on real sockets of this machine alone."""
