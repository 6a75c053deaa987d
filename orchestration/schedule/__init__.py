"""Windows, freezes and time zones. Pure."""
