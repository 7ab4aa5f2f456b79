// The answer to one message. Your agent goes here: give it `caller.fetch(name)`, or a client over it.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { sentenceFor } from 'onbehalf'
import { urls } from './onbehalf.js'

/** A streamed answer. The caller ends with its last byte. */
export function answer(caller, message) {
  const body = ReadableStream.from(parts(caller, message)).pipeThrough(new TextEncoderStream())
  return new Response(body, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

async function* parts(caller, message) {
  yield `${caller.principal.subject} said: ${message}\n`
  for (const [name, url] of Object.entries(urls)) {
    try {
      yield `${name} offers: ${(await toolsOf(caller, name, url)).join(', ')}\n`
    } catch (error) {
      yield `${sentenceFor(error)}\n`
    }
  }
}

async function toolsOf(caller, name, url) {
  const client = new Client({ name: 'assistant', version: '1.0.0' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { fetch: caller.fetch(name) }),
  )
  try {
    const { tools } = await client.listTools()
    return tools.map((tool) => tool.name)
  } finally {
    await client.close()
  }
}
