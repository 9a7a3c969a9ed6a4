"""The network and the module proxy."""
