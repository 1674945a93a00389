"""Insights, model card and draft topics to one page that opens without a network."""
