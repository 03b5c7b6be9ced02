"""Reads of counts, cycles and findings."""
