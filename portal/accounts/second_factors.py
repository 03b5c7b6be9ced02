"""Second factors lie encrypted: allauth alone would keep the secret of every code in clear."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter

from portal.core.sealed_members import SealedMember, member_open, member_seal

SECRETS = [SealedMember("mfa.Authenticator", "data", member) for member in ("secret", "seed")]
PLACE = SECRETS[0].place


class SealingMFAAdapter(DefaultMFAAdapter):
    """Encrypts the secrets of codes and of recovery codes under the field keys."""

    def encrypt(self, text: str) -> str:
        return member_seal(place=PLACE, text=text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. One that was stored in clear is read as it is until a migration or rotation encrypts it."""
        return member_open(place=PLACE, stored=encrypted_text)
