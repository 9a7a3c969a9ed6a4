"""Version control: git, ssh and their helpers."""
