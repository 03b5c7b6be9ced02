"""Cycles, check runs, findings and flags over HTTP. Deciding is for people; API keys read, open cycles, raise flags."""
