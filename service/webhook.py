"""A webhook in the Standard Webhooks scheme (standardwebhooks.com): where it goes, and how it is signed. Pure."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a secret, as the scheme asks
LONGEST_LABEL = 63  # of a host's name between two dots (RFC 1035)


@dataclass(frozen=True, slots=True)
class Target:
    """The address that is told, taken apart, and the secret that signs. `path` has the query with it."""

    host: str
    port: int
    path: str
    tls: bool
    secret: bytes = field(repr=False)

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    def __str__(self) -> str:
        """The address for reading, without the query: a gateway may have its key there."""
        return f"{'https' if self.tls else 'http'}://{self.authority}{self.path.partition('?')[0]}"


def parse(url: str, secret: str) -> Target:
    """Raises ValueError, in one line of English, for an address or a secret that cannot be used.

    Plain http is for this machine only: what goes out names units and their telephones.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError("the address is not complete") from error
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not host or parts.username is not None or parts.fragment:
        raise ValueError("use https://host/path, without a user, a password or a #")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("the address has characters that no address has")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError("use https; plain http is for an address on this machine only")
    if any(not 0 < len(label) <= LONGEST_LABEL for label in host.removesuffix(".").split(".")):
        raise ValueError("the address has a host that no name server knows")
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port or (443 if tls else 80), path, tls, key(secret))


def key(secret: str) -> bytes:
    """The bytes of a secret such as whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw. Raises ValueError."""
    wanted = (
        f'use {PREFIX} and the base64 of {SHORTEST} to {LONGEST} random bytes: "{PREFIX}$(openssl rand -base64 32)"'
    )
    try:
        found = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(wanted) from error
    if not secret.startswith(PREFIX) or not SHORTEST <= len(found) <= LONGEST:
        raise ValueError(wanted)
    return found


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def headers(secret: bytes, number: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of the scheme. `number` is the event's own, the same at every attempt."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join([number.encode(), timestamp.encode(), body])
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": number, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}
