"""Audits of tables kept elsewhere: files in, counts of equal rows, tables of gaps, and the words for them."""
