"""Bias audits on counts: rates by group, the gaps between them, and what they amount to."""
