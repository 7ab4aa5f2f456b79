import asyncio, os
from agents import Agent, Runner
from agents.mcp import MCPServerStreamableHttp

async def main():
    async with MCPServerStreamableHttp(params={
        "url": "http://127.0.0.1:3007/mcp/Classic",
        "headers": {"Authorization": f"Bearer {os.environ['TOKEN']}"},
    }) as tasks:
        agent = Agent(name="Assistant", instructions="Use the tools.", mcp_servers=[tasks])
        result = await Runner.run(agent, "Add a task to buy groceries")
        print(result.final_output)

asyncio.run(main())
