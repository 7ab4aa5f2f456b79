// What every app of these runs is made of: who is let in, and an answer that calls a tool before each
// of its parts, as an agent does.

import { Credential, createOnBehalf } from 'onbehalf'
import { oidc } from 'onbehalf/issuers'

export function createApp({ ORIGIN, ISSUER, MCP_URL }) {
  const resource = `${ORIGIN}/chat`
  const onbehalf = createOnBehalf({
    resource,
    issuer: oidc({
      issuer: ISSUER,
      clientId: 'app',
      clientSecret: new Credential('app-secret'),
      audience: resource,
    }),
    servers: { Tasks: { url: MCP_URL, source: { type: 'exchange', scopes: ['tasks:read'] } } },
  })

  async function callTool(fetch) {
    const response = await fetch(MCP_URL, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'whoami', arguments: {} },
      }),
    })
    const { result } = await response.json()
    return result.content[0].text
  }

  async function* parts(caller, message) {
    const fetch = caller.fetch('Tasks')
    for (let part = 1; part <= 3; part++) {
      yield `${message} ${part}: ${await callTool(fetch)}\n`
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** A streamed answer. Not by ReadableStream.from, which not every runtime has. */
  function answer(caller, message) {
    const rest = parts(caller, message)
    const encoder = new TextEncoder()
    const body = new ReadableStream({
      async pull(controller) {
        const { done, value } = await rest.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      async cancel() {
        await rest.return()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/plain' } })
  }

  return { onbehalf, answer }
}
