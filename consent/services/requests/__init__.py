"""Data-subject requests from receipt to answer. Locks go in one order: request, subjects, what is kept, ledger."""
