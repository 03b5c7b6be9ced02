"""Equality search over values that are only stored sealed: a keyed hash with a key of its own per field.

Use it for identifiers of high entropy (customer references, detected values). A blind index of a low-entropy value
(a postcode, a gender) can be reversed by whoever holds the key and guesses, so none exists for those.
"""

import hashlib
import hmac

from portal.core import keys

DIGEST_BYTES = 32


def blind_index(name: str, value: str) -> bytes:
    """HMAC-SHA256 of the UTF-8 value under the key derived for `name`; 32 bytes."""
    return hmac.digest(keys.index_key(name), value.encode("utf-8", "surrogatepass"), hashlib.sha256)
