"""The REST interface, version 1: one noun a file."""
