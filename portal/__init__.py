"""Everything that speaks HTTP or WebSocket, and the wiring."""
