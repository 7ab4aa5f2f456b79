"""A plain chat server with openai-agents and FastMCP, as their guides write one.

Nothing of onbehalf is in it. The person's access token goes into the headers of every MCP server,
and the app's own tools (FastMCP) pass it on to an API. `onbehalf leaktest` attacks it, and
docs/leaktest.md says what that finds.
"""

import json
import logging
import os

import httpx2
import jwt
import uvicorn
from agents import Agent, OpenAIProvider, RunConfig, Runner, SQLiteSession, set_trace_processors
from agents.mcp import MCPServerManager, MCPServerStreamableHttp
from agents.tracing.processors import BackendSpanExporter, BatchTraceProcessor
from fastmcp import FastMCP
from fastmcp.server.dependencies import get_http_headers
from openai.types.responses import ResponseTextDeltaEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

PORT = int(os.environ.get("PORT", "8000"))
ISSUER = os.environ["ISSUER"]
DATABASE = os.environ.get("DATABASE", "chat.db")
API = os.environ["API"]
ORIGIN = f"http://127.0.0.1:{PORT}"
MCP_URLS = [*os.environ["MCP_URLS"].split(), f"{ORIGIN}/desk/mcp"]

logging.basicConfig(level=logging.DEBUG)
keys = jwt.PyJWKClient(f"{ISSUER}/jwks")
run_config = RunConfig(
    model=os.environ["OPENAI_MODEL"],
    model_provider=OpenAIProvider(
        base_url=os.environ["OPENAI_BASE_URL"],
        api_key=os.environ["OPENAI_API_KEY"],
        use_responses=False,
    ),
)
# The SDK sends its traces to OpenAI. Here they go where the environment says.
if traces := os.environ.get("TRACES_URL"):
    exporter = BackendSpanExporter(endpoint=traces, api_key="x")
    set_trace_processors([BatchTraceProcessor(exporter, schedule_delay=0.2)])

desk = FastMCP("desk")


@desk.tool
async def desk_lookup(text: str) -> str:
    """Asks the company's API."""
    headers = get_http_headers(include={"authorization"})
    async with httpx2.AsyncClient() as client:
        response = await client.post(
            API, json={"text": text}, headers={"authorization": headers["authorization"]}
        )
    return response.text


def person_of(request: Request) -> tuple[str, str]:
    """The person who sent a request, and their token."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    key = keys.get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token, key, algorithms=["EdDSA"], audience=f"{ORIGIN}/chat", issuer=ISSUER
    )
    return claims["sub"], token


async def chat(request: Request) -> Response:
    person, token = person_of(request)
    body = await request.json()
    session = SQLiteSession(f"{person} {body['thread']}", DATABASE)
    return StreamingResponse(answer(body["text"], session, token), media_type="text/event-stream")


async def answer(text: str, session: SQLiteSession, token: str):
    """One message: the servers are connected for it, with the token of the person who sent it."""
    servers = [
        MCPServerStreamableHttp(
            name=url,
            params={"url": url, "headers": {"Authorization": f"Bearer {token}"}},
        )
        for url in MCP_URLS
    ]
    async with MCPServerManager(servers) as manager:
        agent = Agent(
            name="Assistant",
            instructions="Use the tools.",
            mcp_servers=manager.active_servers,
        )
        result = Runner.run_streamed(agent, text, session=session, run_config=run_config)
        async for event in result.stream_events():
            if event.type == "raw_response_event" and isinstance(
                event.data, ResponseTextDeltaEvent
            ):
                yield f"data: {json.dumps({'text': event.data.delta})}\n\n"
    yield "data: [DONE]\n\n"


async def thread(request: Request) -> Response:
    person, _ = person_of(request)
    session = SQLiteSession(f"{person} {request.path_params['thread']}", DATABASE)
    return JSONResponse(await session.get_items())


tools = desk.http_app(path="/mcp")
app = Starlette(
    routes=[
        Route("/chat", chat, methods=["POST"]),
        Route("/threads/{thread}", thread),
        Mount("/desk", tools),
    ],
    lifespan=tools.lifespan,
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT)
