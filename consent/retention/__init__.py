"""Retention: what kinds of data there are, which rule governs a row, and when its time has passed."""
