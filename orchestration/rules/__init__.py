"""Schema rules: parsing and checks. Pure."""
