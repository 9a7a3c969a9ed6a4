"""Go's own settings."""
