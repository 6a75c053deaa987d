"""The control plane's side of the agent protocol.

Everything here runs on the event loop; the database is asked in threads that are given back at
once, so that a long poll holds neither a thread nor a connection.
"""
