"""Secrets that are handed out once: 256 random bits, of which only the SHA-256 is kept."""

import hashlib
import secrets

# Longer than any secret of ours; nothing longer is hashed.
LONGEST = 100


def new_secret() -> str:
    """Make a secret; it cannot be guessed, so a plain hash of it cannot be reversed."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
