// mcp-proxy of npm as a library, in the way that can carry a person: each session has a client of its
// own, with the Authorization of the request that opened it. It runs in the folder of the package.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { PORT, UPSTREAM, FOLDER } = process.env
const { resolve } = createRequire(join(FOLDER, 'package.json'))
const load = (name) => import(pathToFileURL(resolve(name)).href)
const { Client, StreamableHTTPClientTransport } = await load('@modelcontextprotocol/client')
const { Server } = await load('@modelcontextprotocol/server')
const { proxyServer, startHTTPServer } = await load('mcp-proxy')

await startHTTPServer({
  port: Number(PORT),
  host: '127.0.0.1',
  sseEndpoint: null,
  async createServer({ headers: { authorization } }) {
    const client = new Client({ name: 'mcp-proxy', version: '1' })
    const headers = authorization === undefined ? {} : { authorization }
    await client.connect(
      new StreamableHTTPClientTransport(new URL(UPSTREAM), { requestInit: { headers } }),
    )
    const serverCapabilities = client.getServerCapabilities() ?? {}
    const version = client.getServerVersion() ?? { name: 'upstream', version: '1' }
    const server = new Server(version, { capabilities: serverCapabilities })
    await proxyServer({ client, server, serverCapabilities })
    return server
  },
})
