"""Reads who a request is from, behind `onbehalf gateway` (docs/gateway.md, "A chat server in any language")."""

import base64, hashlib, hmac, json, time


def read(header: str, secret: str, audience: str, now: float | None = None) -> dict:
    """The claims of the header X-OnBehalf-Principal. Raises ValueError for anything that the gateway did not sign."""
    signed, _, signature = header.rpartition(".")
    mac = base64.urlsafe_b64encode(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256)).rstrip(b"=")
    if not hmac.compare_digest(mac, signature.encode()):
        raise ValueError("the principal is not signed by this gateway")
    body = signed.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if claims["aud"] != audience or claims["exp"] <= (time.time() if now is None else now):
        raise ValueError("the principal is for another server, or has expired")
    return claims
