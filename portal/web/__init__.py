"""What pages share: forms, errors, navigation."""
