"""Who may do what. Knows no domain object by import."""
