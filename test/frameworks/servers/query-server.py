# A small server over FastMCP that takes its key from the query of its URL, as hosted servers
# do. Among those that can be installed we found none.

import os
import urllib.request

from fastmcp import FastMCP
from fastmcp.server.dependencies import get_http_request

app = FastMCP("query")


@app.tool
def search(text: str) -> str:
    """Searches."""
    key = get_http_request().query_params["apiKey"]
    request = urllib.request.Request(f"{os.environ['BACKEND']}/{text}", headers={"X-Api-Key": key})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request) as answer:
        return answer.read().decode()


app.run(transport="http", host="127.0.0.1", port=int(os.environ["PORT"]), show_banner=False)
