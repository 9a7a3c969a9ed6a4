"""What can be known: frozen facts, one file per subject. A fact never says where it came from, save in its citation."""
