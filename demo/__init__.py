"""Seed data and the small service that demo lines run."""
