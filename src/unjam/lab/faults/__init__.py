"""What a server of the lab can do wrong: one fault, one file, one small frozen value."""
