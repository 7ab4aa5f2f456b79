# A small server over FastMCP that takes its key from a cookie, or from the path of its URL. Among the
# servers that can be installed we found none of either kind.

import os
import urllib.request

from fastmcp import FastMCP
from fastmcp.server.dependencies import get_http_request

app = FastMCP("keys")


@app.tool
def search(text: str) -> str:
    """Searches."""
    asked = get_http_request()
    key = asked.cookies["session"] if os.environ["KEY_IN"] == "cookie" else asked.path_params["key"]
    request = urllib.request.Request(f"{os.environ['BACKEND']}/{text}", headers={"X-Api-Key": key})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request) as answer:
        return answer.read().decode()


app.run(
    transport="http",
    host="127.0.0.1",
    port=int(os.environ["PORT"]),
    path="/mcp" if os.environ["KEY_IN"] == "cookie" else "/u/{key}/mcp",
    show_banner=False,
)
