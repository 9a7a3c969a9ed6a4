"""What Go's own formats mean: pure functions, text or bytes in, values out."""
