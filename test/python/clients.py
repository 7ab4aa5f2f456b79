"""Real clients against a gateway: each lists tools and calls one, in each protocol revision that it speaks."""

import asyncio
import json
import sys
from importlib.metadata import version

from agents.mcp import MCPServerStreamableHttp

# FastMCP wants the newer SDK of MCP.
NEWER = not version("mcp").startswith("1.")
if NEWER:
    import fastmcp
    from fastmcp.client.transports import StreamableHttpTransport

url, token, title = sys.argv[1:4]
HEADERS = {"Authorization": f"Bearer {token}"}


def arguments_of(path):
    """The tools of the original pattern take one object; what was hidden in it is not there."""
    return {"title": title} if path == "/TaskFlow" else {"params": {"title": title}}


async def with_fastmcp(path, mode, prefix):
    transport = StreamableHttpTransport(url + path, headers=HEADERS)
    async with fastmcp.Client(transport, mode=mode) as client:
        tools = {tool.name: json.dumps(tool.input_schema) for tool in await client.list_tools()}
        result = await client.call_tool(f"{prefix}taskflow_add_task", arguments_of(path))
        return tools, str(result.content)


async def with_openai_agents(path, prefix):
    params = {"url": url + path, "headers": HEADERS}
    async with MCPServerStreamableHttp(params=params, client_session_timeout_seconds=30) as server:
        tools = {tool.name: str(tool) for tool in await server.list_tools()}
        result = await server.call_tool(f"{prefix}taskflow_add_task", arguments_of(path))
        return tools, str(result.content)


async def told(name, trying):
    try:
        tools, answer = await trying
        seen = " ".join([*tools.values(), answer])
        print(json.dumps({
            "name": name,
            "tools": len(tools),
            "added": title in answer,
            "hidden": "access_token" not in seen and "user_id" not in seen and "eyJ" not in seen,
        }))
    except Exception as error:
        print(json.dumps({"name": name, "error": f"{type(error).__name__}: {error}"[:300]}))


async def main():
    for path, prefix in (("/Classic", ""), ("/TaskFlow", ""), ("", "Classic__")):
        where = f"/mcp{path}"
        for mode, revision in (("legacy", "2025-11-25"), ("2026-07-28", "2026-07-28")):
            if NEWER:
                await told(f"FastMCP, {revision}, {where}", with_fastmcp(path, mode, prefix))
        sdk = f"openai-agents with mcp {version('mcp')}"
        await told(f"{sdk}, {where}", with_openai_agents(path, prefix))


asyncio.run(main())
