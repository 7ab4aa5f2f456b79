"""An MCP server of the original pattern: every tool takes the person's id and their access token.

Nothing of onbehalf is in it. It verifies each token with the keys of the issuer (JWKS), as one that
is for this server and for that person.
"""

import os
import sqlite3
from typing import Annotated

import jwt
import uvicorn
from fastmcp import FastMCP
from fastmcp.exceptions import ToolError
from pydantic import Field

PORT = int(os.environ["PORT"])
ISSUER = os.environ["ISSUER"]
RESOURCE = f"http://127.0.0.1:{PORT}/mcp"

keys = jwt.PyJWKClient(f"{ISSUER}/oauth/jwks")
database = sqlite3.connect(os.environ["DATABASE"], check_same_thread=False, isolation_level=None)
database.execute(
    "CREATE TABLE IF NOT EXISTS tasks (id INTEGER PRIMARY KEY, owner TEXT, title TEXT, status TEXT)"
)

UserId = Annotated[str, Field(description="The id of the user, from your instructions.")]
AccessToken = Annotated[str, Field(description="The access token of the user, from your instructions.")]

server = FastMCP("tasks")


def owner(user_id: str, access_token: str) -> str:
    """The person that a token is of. The id beside it must be theirs."""
    try:
        key = keys.get_signing_key_from_jwt(access_token)
        claims = jwt.decode(access_token, key, algorithms=["ES256"], audience=RESOURCE, issuer=ISSUER)
    except jwt.PyJWTError:
        raise ToolError("The access token is not valid here.") from None
    if claims["sub"] != user_id:
        raise ToolError("The user_id is not that of the access token.")
    return claims["sub"]


def task(row: tuple) -> dict:
    return dict(zip(("id", "title", "status"), row))


@server.tool
def add_task(user_id: UserId, access_token: AccessToken, title: str) -> dict:
    """Add a task."""
    sql = "INSERT INTO tasks (owner, title, status) VALUES (?, ?, 'pending') RETURNING id, title, status"
    return task(database.execute(sql, (owner(user_id, access_token), title)).fetchone())


@server.tool(annotations={"readOnlyHint": True})
def list_tasks(user_id: UserId, access_token: AccessToken) -> dict:
    """List the tasks."""
    sql = "SELECT id, title, status FROM tasks WHERE owner = ? ORDER BY id"
    rows = database.execute(sql, (owner(user_id, access_token),)).fetchall()
    return {"tasks": [task(row) for row in rows], "total": len(rows)}


@server.tool
def complete_task(user_id: UserId, access_token: AccessToken, task_id: int) -> dict:
    """Complete a task."""
    sql = "UPDATE tasks SET status = 'completed' WHERE id = ? AND owner = ? RETURNING id, title, status"
    row = database.execute(sql, (task_id, owner(user_id, access_token))).fetchone()
    if row is None:
        raise ToolError(f"There is no task {task_id}.")
    return task(row)


app = server.http_app(path="/mcp")

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT)
