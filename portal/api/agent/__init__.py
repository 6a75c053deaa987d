"""The protocol of the site agents."""
