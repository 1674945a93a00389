"""Statements to draft types: clusters, topics, names, evidence, card."""
