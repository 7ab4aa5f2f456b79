// Progress of a call comes to the client before its result is there, although every answer is searched
// for credentials: a test of order, not of time.

import { expect, it } from 'vitest'
import { gatewayHouse, tokenFor } from './house.ts'

const event = (message: object) =>
  new TextEncoder().encode(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)

it.each([
  ['/mcp/Notes', 'search'],
  ['/mcp', 'Notes__search'],
])('progress at %s is not held up until the result', async (path, name) => {
  let goOn = () => {}
  const hasProgress = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const plain = gatewayHouse()
  const { fetch = globalThis.fetch } = plain.options
  const { ask } = gatewayHouse({
    async fetch(input, init) {
      const request = new Request(input, init)
      const message =
        request.method === 'POST' ? Object(await request.clone().json()) : { method: 'GET' }
      if (message.method !== 'tools/call') return fetch(request)
      const credential = request.headers.get('authorization')
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          const params = { progressToken: 'p', progress: 1, message: `with ${credential}` }
          controller.enqueue(event({ method: 'notifications/progress', params }))
          // The result comes when the client has the progress, and not before.
          await hasProgress
          controller.enqueue(event({ id: message.id, result: { content: [] } }))
          controller.close()
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  const params = { name, arguments: {}, _meta: { progressToken: 'p' } }
  const answer = await ask(path, tokenFor('alice'), {
    jsonrpc: '2.0',
    id: 3,
    method: 'tools/call',
    params,
  })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ''
  const hear = async () => {
    const next = await reader?.read()
    heard += next?.value ?? ''
    return next?.done === false
  }
  while (!heard.includes('notifications/progress') && (await hear()));
  expect(heard).toContain('notifications/progress')
  expect(heard).not.toContain('"result"')
  expect(heard).not.toMatch(/issued\.|canary/)
  goOn()
  while (await hear());
  expect(heard).toContain('"result"')
})
