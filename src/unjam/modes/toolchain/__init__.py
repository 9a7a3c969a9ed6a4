"""The Go toolchain that go downloads for itself."""
