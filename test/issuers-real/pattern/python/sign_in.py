"""Who a token belongs to: an ID token by the published keys, an opaque token by userinfo."""

import os

import httpx
import jwt

ISSUER = os.environ["ISSUER"]
KEYS = jwt.PyJWKClient(f"{ISSUER}/api/auth/jwks", cache_keys=True)


class NotSignedIn(Exception):
    pass


def subject_of(token: str) -> str:
    """Gives the subject of a token. Raises NotSignedIn."""
    try:
        if token.count(".") == 2:
            key = KEYS.get_signing_key_from_jwt(token).key
            options = {"verify_aud": False}
            return jwt.decode(token, key, algorithms=["RS256"], issuer=ISSUER, options=options)["sub"]
        answer = httpx.get(
            f"{ISSUER}/api/auth/oauth2/userinfo", headers={"authorization": f"Bearer {token}"}
        )
        answer.raise_for_status()
        return answer.json()["sub"]
    except (jwt.PyJWTError, httpx.HTTPError, KeyError) as error:
        raise NotSignedIn(str(error)) from error


class Tasks:
    """The tasks of each person, in memory."""

    def __init__(self) -> None:
        self._of: dict[str, list[str]] = {}

    def add(self, subject: str, title: str) -> dict:
        self._of.setdefault(subject, []).append(title)
        return {"task_id": len(self._of[subject]), "title": title}

    def list(self, subject: str) -> list[dict]:
        titles = list(enumerate(self._of.get(subject, []), start=1))
        newest_first = reversed(titles)
        return [{"task_id": at, "title": title, "status": "pending"} for at, title in newest_first]
