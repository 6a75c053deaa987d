"""What goes out and what comes in, one noun a file."""
