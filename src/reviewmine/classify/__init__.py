"""Labelled reviews to a fitted model: heads, calibration, policy, evaluation."""
