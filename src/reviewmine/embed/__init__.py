"""Statements to vectors: the in-domain space, Navec, and sentence-transformers, behind one protocol."""
