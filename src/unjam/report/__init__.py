"""What is told, and how: `view` is built once, `text` and `json` write it. Nothing here decides anything."""
