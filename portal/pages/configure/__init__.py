"""Values, review and publishing."""
