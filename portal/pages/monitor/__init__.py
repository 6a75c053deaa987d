"""What runs, and what needs attention."""
