"""Every read for somebody, narrowed to what they may see."""
