"""The conversations in SQLite. Each is one person's own: another person's is not found."""

import sqlite3
import uuid

from chatkit.store import NotFoundError, Store
from chatkit.types import Page, ThreadItem, ThreadMetadata
from pydantic import TypeAdapter

ITEM = TypeAdapter(ThreadItem)
THREAD = TypeAdapter(ThreadMetadata)


class SqliteThreads(Store):
    def __init__(self, path: str):
        self.database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.database.executescript("""
            CREATE TABLE IF NOT EXISTS threads (
                seq INTEGER PRIMARY KEY, id TEXT UNIQUE, person TEXT NOT NULL, json TEXT);
            CREATE TABLE IF NOT EXISTS items (
                seq INTEGER PRIMARY KEY, id TEXT, thread TEXT, json TEXT, UNIQUE (thread, id));
        """)

    # The ids of the base class have 32 bits: they can be guessed, and two can be equal.
    def generate_thread_id(self, context):
        return f"thr_{uuid.uuid4().hex}"

    def generate_item_id(self, item_type, thread, context):
        return f"{item_type}_{uuid.uuid4().hex}"

    def own(self, thread_id, context):
        """The thread as JSON. NotFoundError when it is not this person's."""
        sql = "SELECT json FROM threads WHERE id = ? AND person = ?"
        row = self.database.execute(sql, (thread_id, context.person)).fetchone()
        if row is None:
            raise NotFoundError("thread")
        return row[0]

    def page(self, parse, table, where, values, after, limit, order):
        """One page of rows, after the one with the id `after`."""
        more, ascending = "", order == "asc"
        if after is not None:
            sign = ">" if ascending else "<"
            more = f" AND seq {sign} (SELECT seq FROM {table} WHERE id = ? AND {where})"
            values = (*values, after, *values)
        sql = f"SELECT json FROM {table} WHERE {where}{more} ORDER BY seq {'ASC' if ascending else 'DESC'} LIMIT ?"
        rows = self.database.execute(sql, (*values, limit + 1)).fetchall()
        data = [parse(row[0]) for row in rows[:limit]]
        has_more = len(rows) > limit
        return Page(data=data, has_more=has_more, after=data[-1].id if has_more else None)

    async def load_thread(self, thread_id, context):
        return THREAD.validate_json(self.own(thread_id, context))

    async def save_thread(self, thread, context):
        sql = """INSERT INTO threads (id, person, json) VALUES (?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET json = excluded.json WHERE person = excluded.person"""
        metadata = ThreadMetadata(**thread.model_dump(exclude={"items"}))
        self.database.execute(sql, (thread.id, context.person, metadata.model_dump_json()))

    async def load_threads(self, limit, after, order, context):
        return self.page(THREAD.validate_json, "threads", "person = ?", (context.person,), after, limit, order)

    async def delete_thread(self, thread_id, context):
        self.own(thread_id, context)
        self.database.execute("DELETE FROM items WHERE thread = ?", (thread_id,))
        self.database.execute("DELETE FROM threads WHERE id = ?", (thread_id,))

    async def load_thread_items(self, thread_id, after, limit, order, context):
        self.own(thread_id, context)
        return self.page(ITEM.validate_json, "items", "thread = ?", (thread_id,), after, limit, order)

    async def add_thread_item(self, thread_id, item, context):
        await self.save_item(thread_id, item, context)

    async def save_item(self, thread_id, item, context):
        self.own(thread_id, context)
        sql = """INSERT INTO items (id, thread, json) VALUES (?, ?, ?)
            ON CONFLICT (thread, id) DO UPDATE SET json = excluded.json"""
        self.database.execute(sql, (item.id, thread_id, item.model_dump_json()))

    async def load_item(self, thread_id, item_id, context):
        self.own(thread_id, context)
        sql = "SELECT json FROM items WHERE thread = ? AND id = ?"
        row = self.database.execute(sql, (thread_id, item_id)).fetchone()
        if row is None:
            raise NotFoundError("item")
        return ITEM.validate_json(row[0])

    async def delete_thread_item(self, thread_id, item_id, context):
        self.own(thread_id, context)
        self.database.execute("DELETE FROM items WHERE thread = ? AND id = ?", (thread_id, item_id))

    async def save_attachment(self, attachment, context):
        raise NotImplementedError("this example has no attachments")

    async def load_attachment(self, attachment_id, context):
        raise NotFoundError("attachment")

    async def delete_attachment(self, attachment_id, context):
        raise NotFoundError("attachment")
