"""The checksum database."""
