"""Engines that score many reviews with one bundle."""
