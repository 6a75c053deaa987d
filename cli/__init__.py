"""The command line: talks REST only."""
