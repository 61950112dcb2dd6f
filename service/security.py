"""Secrets: link tokens, session tokens, passwords, and the checks that compare them.

A personal link's token is derived from the secret key and the link's id and generation, so nothing
readable is stored and raising the generation revokes it. What must only be compared is kept as a hash.
"""

import base64
import hashlib
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

MINIMUM_PASSWORD = 12
CODE_DIGITS = 8
_MAC_BYTES = 15  # 120 bits, 24 characters of base32
_hasher = PasswordHasher()


@cache
def nobody() -> str:
    """Verified when the name is unknown, so that both answers take the same time; made once a process (0.2 s)."""
    return _hasher.hash(secrets.token_urlsafe(16))


def derive(secret_key: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose."""
    return hmac.new(secret_key, purpose.encode(), hashlib.sha256).digest()


def link_token(secret_key: bytes, link_id: int, generation: int) -> str:
    """The token in a personal link: the link's id and a MAC, in letters and digits that read well."""
    return f"{link_id}-{_link_mac(secret_key, link_id, generation)}"


def link_id_of(token: str) -> int | None:
    """The link's id a token claims, None when it has no such form."""
    head, dash, mac = token.partition("-")
    # The database's ids are 32-bit; a longer number could only be an attack on the query.
    if not dash or len(mac) != 24 or not (head.isascii() and head.isdigit()) or len(head) > 9:
        return None
    return int(head)


def link_matches(secret_key: bytes, token: str, link_id: int, generation: int) -> bool:
    return hmac.compare_digest(token.encode(), link_token(secret_key, link_id, generation).encode())


def _link_mac(secret_key: bytes, link_id: int, generation: int) -> str:
    message = f"{link_id}:{generation}".encode()
    digest = hmac.new(derive(secret_key, "contact-link"), message, hashlib.sha256).digest()
    return base64.b32encode(digest[:_MAC_BYTES]).decode().lower()


def entry_code(secret_key: bytes, request: str) -> str:
    """The one-time code of a request to enter, 8 digits. `request`: the hash of its browser's token, unique."""
    digest = hmac.new(derive(secret_key, "entry-code"), request.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def new_token() -> str:
    """A random token of 256 bits for a session, a set-up link or an API client."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a random token. It has full entropy, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(secret_key: bytes, session_token: str) -> str:
    """The token that every form of a session carries."""
    return hmac.new(derive(secret_key, "csrf"), session_token.encode(), hashlib.sha256).hexdigest()[:32]


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass"))


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def password_matches(stored: str, password: str) -> bool:
    """Whether the password is right; as slow for nobody's as for somebody's. Runs for some 50 ms."""
    try:
        return _hasher.verify(stored or nobody(), password) and bool(stored)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
