# The official ChatKit server (openai-chatkit) with a SQLite file, for `npm run bench -- people
# --python`. It makes the same answers as people-server.ts, and its commits are as durable.
#
#   python people-server.py FILE

import asyncio
import json
import socket
import sqlite3
import sys
import time
from datetime import datetime

import uvicorn
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.store import NotFoundError, Store
from chatkit.types import (
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    Attachment,
    Page,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
)
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

ITEM = TypeAdapter(ThreadItem)


class SqliteStore(Store[str]):
    """A store as the package's documentation outlines it. The context is the owner."""

    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("pragma journal_mode = wal")
        self.db.execute("pragma synchronous = full")
        self.db.execute(
            "create table thread (seq integer primary key, id text unique, owner text, body text)"
        )
        self.db.execute("create index thread_by_owner on thread (owner, seq)")
        self.db.execute(
            "create table item (seq integer primary key, thread text, id text, body text,"
            " unique (thread, id))"
        )

    async def load_thread(self, thread_id, context):
        row = self.db.execute(
            "select body from thread where id = ? and owner = ?", (thread_id, context)
        ).fetchone()
        if row is None:
            raise NotFoundError()
        return ThreadMetadata.model_validate_json(row[0])

    async def save_thread(self, thread, context):
        self.db.execute(
            "insert into thread (id, owner, body) values (?, ?, ?)"
            " on conflict (id) do update set body = excluded.body",
            (thread.id, context, thread.model_dump_json()),
        )

    async def load_threads(self, limit, after, order, context):
        rows = self.db.execute(
            "select body from thread where owner = ? order by seq desc limit ?",
            (context, limit + 1),
        ).fetchall()
        data = [ThreadMetadata.model_validate_json(body) for (body,) in rows[:limit]]
        return Page(data=data, has_more=len(rows) > limit)

    async def load_thread_items(self, thread_id, after, limit, order, context):
        rows = self.db.execute(
            "select body from item where thread = ? order by seq limit ?", (thread_id, limit + 1)
        ).fetchall()
        data = [ITEM.validate_json(body) for (body,) in rows[:limit]]
        return Page(data=data, has_more=len(rows) > limit)

    async def add_thread_item(self, thread_id, item, context):
        await self.save_item(thread_id, item, context)

    async def save_item(self, thread_id, item, context):
        self.db.execute(
            "insert into item (thread, id, body) values (?, ?, ?)"
            " on conflict (thread, id) do update set body = excluded.body",
            (thread_id, item.id, item.model_dump_json()),
        )

    async def load_item(self, thread_id, item_id, context):
        raise NotFoundError()

    async def delete_thread(self, thread_id, context):
        raise NotFoundError()

    async def delete_thread_item(self, thread_id, item_id, context):
        raise NotFoundError()

    async def save_attachment(self, attachment: Attachment, context):
        raise NotFoundError()

    async def load_attachment(self, attachment_id, context):
        raise NotFoundError()

    async def delete_attachment(self, attachment_id, context):
        raise NotFoundError()


class Server(ChatKitServer[str]):
    async def respond(self, thread, input_user_message, context):
        wanted = json.loads(input_user_message.content[0].text)
        id = self.store.generate_item_id("message", thread, context)
        item = AssistantMessageItem(
            id=id, thread_id=thread.id, created_at=datetime.now(), content=[]
        )
        yield ThreadItemAddedEvent(item=item)
        started = time.monotonic()
        for index in range(1, wanted["events"] + 1):
            wait = started + index * wanted["everyMs"] / 1000 - time.monotonic()
            await asyncio.sleep(max(0, wait))
            # The clock of all processes of the machine, in microseconds.
            delta = f"@{time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000} "
            update = AssistantMessageContentPartTextDelta(content_index=0, delta=delta)
            yield ThreadItemUpdatedEvent(item_id=id, update=update)
        if wanted["idle"]:
            await asyncio.Event().wait()


server = Server(SqliteStore(sys.argv[1]))


async def answer(request):
    result = await server.process(await request.body(), request.headers["x-person"])
    if isinstance(result, StreamingResult):
        return StreamingResponse(result, media_type="text/event-stream")
    return Response(result.json, media_type="application/json")


listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
app = Starlette(routes=[Route("/chatkit", answer, methods=["POST"])])
config = uvicorn.Config(app, log_level="critical", access_log=False)
uvicorn.Server(config).run(sockets=[listener])
