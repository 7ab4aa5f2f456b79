// What an answer goes on without, in the chat and in the audit: a real caller, a real server, and
// members that are odd.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { type AuditEvent, createOnBehalf } from 'onbehalf'
import { runAgent } from 'onbehalf/openai-agents'
import { expect, it, onTestFinished } from 'vitest'
import { answerWriter } from '../../../src/chatkit/agent/answer-writer.ts'
import type { AnswerEvent } from '../../../src/chatkit/protocol/event.ts'
import { granted } from '../../../src/core/errors.ts'
import { CHAT, ISSUER, issuedToken, verifiedToken } from '../../core/parts.ts'
import { eagerModel } from '../../openai-agents/odd-house.ts'

/** An MCP server with a good tool, an odd one and one that asks for an identity, at a real port. */
async function tasksAt(): Promise<string> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'tasks', version: '1' })
    server.registerTool('good_look', {}, () => ({ content: [{ type: 'text', text: 'seen' }] }))
    return server
  })
  const odd = [
    { name: 'odd', description: null, inputSchema: { type: ['object', 'null'] } },
    { name: 'words', inputSchema: { type: 'string' } },
  ]
  const http = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const request = new Request(`http://127.0.0.1${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers: incoming.headers as Record<string, string>,
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    })
    const answer = await handler.fetch(request)
    let text = await answer.text()
    if (Buffer.concat(chunks).includes('"tools/list"'))
      text = text.replace('"tools":[', `"tools":[${odd.map((one) => JSON.stringify(one)).join()},`)
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void http.close())
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
}

it('the person gets a notice for each server, and the audit one line for each member', async () => {
  const audit: AuditEvent[] = []
  const good = await tasksAt()
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  const away = `http://127.0.0.1:${port}/mcp`
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    verifier: {
      verify: async () =>
        granted(verifiedToken({ audience: [CHAT], expiresAt: Date.now() / 1000 + 300 })),
    },
    exchanger: {
      issuer: ISSUER,
      exchange: async () => granted(issuedToken('canary-0f-alice-Zx81kLmQ7wPd')),
    },
    audit: { record: (event) => void audit.push(event) },
    servers: {
      Tasks: { url: good, resource: 'https://tasks.example/mcp' },
      My_Notes: { url: away, resource: 'https://notes.example/mcp' },
    },
    warn: () => undefined,
  })
  const admission = await onbehalf.admit(
    new Request(CHAT, { headers: { authorization: 'Bearer abc.def.ghi' } }),
  )
  if (!admission.ok) throw new Error(`refused: ${admission.response.status}`)
  const notices: AnswerEvent[] = []
  const writer = answerWriter(
    (kind) => ({ id: `${kind}-1`, thread_id: 't', created_at: new Date(0).toISOString() }),
    {},
  )
  const called: string[] = []
  for await (const event of runAgent({
    caller: admission.value,
    servers: [
      { name: 'Tasks', url: good },
      { name: 'My_Notes', url: away },
    ],
    model: eagerModel(),
    instructions: 'Help.',
    input: [{ role: 'user', text: 'Go' }],
  })) {
    if (event.type === 'tool_started') called.push(event.name)
    writer.write(event, notices)
  }
  expect(called.sort()).toEqual(['good_look', 'odd'])
  expect(notices.filter(({ type }) => type === 'notice')).toEqual([
    {
      type: 'notice',
      level: 'warning',
      title: 'My_Notes is left out',
      message:
        'My\\_Notes does not answer right now, so this answer goes on without it. Try again in a moment.',
      onbehalf_words: { title: { key: 'notice.leftOut', values: { server: 'My_Notes' } } },
    },
    {
      type: 'notice',
      level: 'warning',
      title: 'Some of Tasks is left out',
      message:
        'One tool of Tasks is left out: “words” \\(its input schema is no JSON Schema of an object\\). Tell an administrator of Tasks if you need it.',
      onbehalf_words: { title: { key: 'notice.someLeftOut', values: { server: 'Tasks' } } },
    },
  ])
  const left = audit.filter(({ operation }) => operation === 'open' || operation === 'words')
  expect(left).toMatchObject([
    { reason: 'tool_refused', operation: 'words', detail: 'schema_malformed' },
    { reason: 'server_unreachable', operation: 'open', detail: 'server_unreachable' },
  ])
})
