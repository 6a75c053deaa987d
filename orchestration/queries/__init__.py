"""Every read for somebody, already narrowed to what they may see."""
