"""REST for people and pipelines."""
