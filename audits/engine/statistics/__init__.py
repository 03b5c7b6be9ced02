"""Statistics on counts, vectorised over numpy arrays. Every function names its source.

Conventions: `k` successes of `n` trials; arguments broadcast; confidence is two-sided; a quantity that the
data does not determine gets its widest possible value (documented at each function), never a warning.
"""
