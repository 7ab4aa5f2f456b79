"""An MCP server that reads the person's token from the Authorization header of each request."""

import os
from contextvars import ContextVar

import uvicorn
from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations
from starlette.requests import Request
from starlette.responses import JSONResponse

from sign_in import NotSignedIn, Tasks, subject_of

subject: ContextVar[str] = ContextVar("subject")
tasks = Tasks()
server = FastMCP("TaskFlow", stateless_http=True, json_response=True)


@server.tool(name="taskflow_add_task")
def add_task(title: str, description: str | None = None) -> dict:
    """Add a task for the signed-in person."""
    return tasks.add(subject.get(), title)


@server.tool(name="taskflow_list_tasks", annotations=ToolAnnotations(readOnlyHint=True))
def list_tasks(status: str | None = None) -> list[dict]:
    """List the tasks of the signed-in person."""
    return tasks.list(subject.get())


class Authenticated:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            header = Request(scope).headers.get("authorization", "")
            try:
                subject.set(subject_of(header.removeprefix("Bearer ")))
            except NotSignedIn:
                await JSONResponse({"error": "Unauthorized"}, 401)(scope, receive, send)
                return
        await self.app(scope, receive, send)


if __name__ == "__main__":
    app = Authenticated(server.streamable_http_app())
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
