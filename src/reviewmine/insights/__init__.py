"""Scored reviews to what hurts, since when, and whose it is."""
