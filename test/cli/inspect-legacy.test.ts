// `onbehalf inspect` on a server that speaks HTTP+SSE alone: it says so, in place of a wrong guess.

import { describe, expect, it, vi } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { legacyServer } from '../mcp/legacy-server.ts'
import { loopback } from '../mcp/loopback.ts'

async function inspected(url: string, ...more: string[]) {
  let said = ''
  const line = (text: string) => {
    said += `${text}\n`
  }
  const code = await main(['inspect', url, ...more], {
    out: line,
    note: line,
    signal: new AbortController().signal,
  })
  return { code, said }
}

describe('onbehalf inspect', () => {
  it('says that a server speaks HTTP+SSE', async () => {
    await using server = await legacyServer({ post: 404 })
    const { code, said } = await inspected(server.url)
    expect(code).toBe(1)
    expect(said).toContain(`${server.url} speaks HTTP+SSE, the older transport (MCP 2024-11-05)`)
  })

  it('says it of a server that wants a credential for its stream, when it is given one', async () => {
    vi.stubEnv('LEGACY_TOKEN', 'canary-Kp3xT9qLw8Zr5VbN2mYc7HdJ')
    await using server = await legacyServer({ post: 404 })
    const { said } = await inspected(server.url, '--token-env', 'LEGACY_TOKEN')
    expect(said).toContain('speaks HTTP+SSE')
    expect(said).not.toContain('canary')
    vi.unstubAllEnvs()
  })

  it.each([
    ['another event', 'event: message\ndata: {}\n\n'],
    ['the word in its data', 'data: event: endpoint\n\n'],
    ['nothing', ''],
  ])('does not say it of a stream with %s', async (_, body) => {
    await using server = await loopback(({ method }, response) => {
      if (method !== 'GET') return void response.writeHead(404).end()
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body)
    })
    expect((await inspected(server.url)).said).toContain('does not speak MCP over Streamable HTTP')
  })
})
