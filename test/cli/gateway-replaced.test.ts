// A gateway that is replaced while it answers: what it needs is there until its last answer is over.

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { serveGateway } from '../../src/cli/gateway/serve.ts'
import type { Gateway } from '../../src/gateway/index.ts'

/** A gateway that answers with what is given. */
const answering = (answer: () => Response): Gateway => ({
  fetch: async () => answer(),
  routes: [],
  status: () => ({ servers: [], sessions: { joint: 0, stdio: 0 } }),
  revoke() {},
  endSignIn() {},
})

it('is over when its last answer is, and new requests go to the next one', async () => {
  const body = new TransformStream<Uint8Array, Uint8Array>()
  const first = answering(() => new Response(body.readable))
  const served = await serveGateway(first, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => served.drain())
  const url = `http://127.0.0.1:${served.address.port}/`
  const asked = request(url, { agent: false }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  let isOver = false
  const over = served.replace(answering(() => new Response('next'))).then(() => {
    isOver = true
  })
  expect(await (await fetch(url)).text()).toBe('next')
  expect(isOver).toBe(false)
  answer.resume()
  await body.writable.close()
  await over
  await served.replace(first)
})
