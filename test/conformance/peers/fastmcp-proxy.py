"""FastMCP's proxy as its guide says: it verifies JWTs of the issuer, and stands in front of the server."""

import os

from fastmcp.server import create_proxy
from fastmcp.server.auth import RemoteAuthProvider
from fastmcp.server.auth.providers.jwt import JWTVerifier
from pydantic import AnyHttpUrl

issuer = os.environ["ISSUER"]
port = int(os.environ["PORT"])
url = f"http://127.0.0.1:{port}"
proxy = create_proxy(os.environ["UPSTREAM"], name="proxy")
proxy.auth = RemoteAuthProvider(
    token_verifier=JWTVerifier(
        jwks_uri=f"{issuer}/jwks", issuer=issuer, audience=f"{url}/mcp", algorithm="ES256"
    ),
    authorization_servers=[AnyHttpUrl(issuer)],
    base_url=url,
)
proxy.run(transport="http", host="127.0.0.1", port=port, path="/mcp")
