"""Where facts come from: one file per source. A source turns its material into facts; rules never ask which one it was."""
