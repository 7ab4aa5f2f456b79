// Calls a tool at the gateway: `TOKEN=… node call.mjs [TOOL [ARGUMENTS as JSON]]`. Without a tool it
// lists them.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

const { TOKEN, GATEWAY = 'http://127.0.0.1:8080/mcp' } = process.env
const [name, given = '{}'] = process.argv.slice(2)
const client = new Client({ name: 'first-steps', version: '1.0.0' })
const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } }
try {
  await client.connect(new StreamableHTTPClientTransport(new URL(GATEWAY), { requestInit }))
  if (name) {
    const { content } = await client.callTool({ name, arguments: JSON.parse(given) })
    for (const { text } of content) console.log(text)
  } else for (const tool of (await client.listTools()).tools) console.log(tool.name)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  await client.close()
}
