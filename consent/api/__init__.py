"""Consent over HTTP: asking for decisions, and recording events in bulk."""
