"""An MCP server whose tools ask for the person's id and token in an object called `params`."""

import os

import uvicorn
from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from sign_in import NotSignedIn, Tasks, subject_of

tasks = Tasks()
server = FastMCP("TaskFlow", stateless_http=True, json_response=True)


class Authenticated(BaseModel):
    model_config = ConfigDict(extra="forbid")
    user_id: str = Field(..., description="User ID for authorization")
    access_token: str | None = Field(None, description="JWT access token")


class AddTaskInput(Authenticated):
    title: str = Field(..., description="Task title", min_length=1)
    description: str | None = Field(None, description="Task description")


class ListTasksInput(Authenticated):
    status: str | None = Field(None, description="Filter: pending, completed")


def person(params: Authenticated) -> str:
    subject = subject_of(params.access_token or "")
    if subject != params.user_id:
        raise NotSignedIn("user_id is somebody else")
    return subject


@server.tool(name="taskflow_add_task")
def add_task(params: AddTaskInput) -> dict:
    """Add a task.

    Args:
        params: AddTaskInput with user_id, access_token, title
    """
    return tasks.add(person(params), params.title)


@server.tool(name="taskflow_list_tasks", annotations=ToolAnnotations(readOnlyHint=True))
def list_tasks(params: ListTasksInput) -> list[dict]:
    """List tasks.

    Args:
        params: ListTasksInput with user_id, access_token
    """
    return tasks.list(person(params))


if __name__ == "__main__":
    app = server.streamable_http_app()
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
