"""Checking what an OpenID provider signed: signature, issuer, audience and time."""

from typing import Any

import jwt

# Signed with a private key. Never with the shared secret, and never not at all.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
LEEWAY = 30  # seconds that two clocks may differ


class Untrusted(Exception):
    """The token is not what the provider signed for us, or no longer."""


def claims_of(token: str, keys: dict[str, Any], *, issuer: str, client_id: str) -> dict[str, Any]:
    """Return what a token says, once everything about it has been checked.

    ``keys`` is the provider's key set (RFC 7517). Where the token does not name its key, each of
    them is tried.

    Raises:
        Untrusted: anything is wrong with it.
    """
    try:
        named = jwt.get_unverified_header(token).get("kid")
        found = [
            key
            for key in jwt.PyJWKSet.from_dict(keys).keys
            if key.algorithm_name in ALGORITHMS and (named is None or key.key_id == named)
        ]
    except jwt.PyJWTError as error:
        raise Untrusted from error
    for key in found:
        claims = _signed_by(key, token, issuer, client_id)
        if claims is not None:
            return claims
    raise Untrusted("no key of the provider signed it")


def _signed_by(key: jwt.PyJWK, token: str, issuer: str, client_id: str) -> dict[str, Any] | None:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.InvalidSignatureError:
        return None
    except jwt.PyJWTError as error:
        raise Untrusted from error
    if claims.get("azp", client_id) != client_id:
        raise Untrusted("it was made for another program")
    return claims
