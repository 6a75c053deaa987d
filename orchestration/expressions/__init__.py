"""The language of templates. Pure."""
