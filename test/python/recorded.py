"""Runs one of the example's servers, and writes each request that it gets to a file, as it comes."""

import importlib.util
import json
import os
import sys
from pathlib import Path

import uvicorn

path, record = Path(sys.argv[1]), sys.argv[2]
sys.path.insert(0, str(path.parent))
spec = importlib.util.spec_from_file_location(path.stem, path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


class Recorded:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.write({"method": scope["method"], "path": scope["path"], "headers": headers})

        async def recorded():
            message = await receive()
            if message.get("body"):
                self.write({"path": scope["path"], "body": message["body"].decode("utf-8", "replace")})
            return message

        await self.app(scope, recorded, send)

    @staticmethod
    def write(line):
        with open(record, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


uvicorn.run(Recorded(module.app), host="127.0.0.1", port=int(os.environ["PORT"]))
