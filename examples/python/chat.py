"""A ChatKit server with openai-agents, behind `onbehalf gateway`.

It holds no credential of anybody. A request brings a run token, which the agent's MCP client sends
back to the gateway, and a signed principal, which says who the person is.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from agents import Agent, Runner
from agents.mcp import MCPServerStreamableHttp
from chatkit.agents import AgentContext, simple_to_agent_input, stream_agent_response
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.store import NotFoundError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from threads import SqliteThreads

sys.path.append(str(Path(__file__).parents[2] / "docs" / "snippets"))
import onbehalf_principal  # noqa: E402  a copy of this file belongs to your own server

PORT = int(os.environ["PORT"])
GATEWAY = os.environ["GATEWAY"]
SECRET = os.environ["PRINCIPAL_SECRET"]
URL = f"http://127.0.0.1:{PORT}/chatkit"


@dataclass
class Context:
    """Who a request is from, and what the agent acts with. The store asks for `person` alone."""

    person: str
    name: str
    run_token: str


class TasksChat(ChatKitServer[Context]):
    async def respond(self, thread, message, context):
        if thread.title is None and message is not None:
            thread.title = " ".join(part.text for part in message.content)[:60]
        async with MCPServerStreamableHttp(
            params={
                "url": f"{GATEWAY}/mcp/Tasks",
                "headers": {"Authorization": context.run_token},
            }
        ) as tasks:
            agent = Agent(
                name="Assistant",
                instructions=f"You help {context.name} with their tasks. Use the tools.",
                mcp_servers=[tasks],
                model=os.environ.get("OPENAI_MODEL"),
            )
            items = await self.store.load_thread_items(thread.id, None, 50, "desc", context)
            said = await simple_to_agent_input(list(reversed(items.data)))
            result = Runner.run_streamed(agent, said)
            agent_context = AgentContext(thread=thread, store=self.store, request_context=context)
            async for event in stream_agent_response(agent_context, result):
                yield event


chat = TasksChat(SqliteThreads(os.environ["DATABASE"]))


async def chatkit(request: Request) -> Response:
    try:
        who = onbehalf_principal.read(request.headers.get("x-onbehalf-principal", ""), SECRET, URL)
    except ValueError:
        return Response(status_code=401)
    person = " ".join([who["subject_issuer"], who.get("tenant", ""), who["sub"]])
    context = Context(person, who.get("name", who["sub"]), request.headers["authorization"])
    try:
        result = await chat.process(await request.body(), context)
    except NotFoundError:
        return Response(status_code=404)
    if isinstance(result, StreamingResult):
        return StreamingResponse(result, media_type="text/event-stream")
    return Response(result.json, media_type="application/json")


app = Starlette(routes=[Route("/chatkit", chatkit, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT)
