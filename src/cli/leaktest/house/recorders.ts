// The other listeners that leaktest brings: a receiver for telemetry, an API, an API that echoes, and a trap
// that nobody may call.

import { gunzipSync } from 'node:zlib'
import { credentialHeaders, enter, presentedIn } from './credentials.ts'
import { sendJson } from './events.ts'
import { Knowledge } from './knowledge.ts'
import { type Arrival, type Listener, listen } from './listen.ts'
import type { Tape } from './tape.ts'

/** Receives OTLP over HTTP. JSON and protobuf alike hold their texts as they are. */
export function startTelemetry(tape: () => Tape): Promise<Listener> {
  return listen(({ method, target, headers, header, body }, response) => {
    const start = `${method} ${target}`
    const packed = header('content-encoding') === 'gzip'
    const read = packed ? gunzipSync(body) : body
    tape().note({ sink: 'telemetry', place: target, start, headers, body: read })
    if (header('content-type')?.includes('json')) return sendJson(response, 200, {})
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
}

/** An API behind the servers. With `echoes`, it answers with what it was sent, and by whom before. */
export async function startApi(
  name: string,
  tape: () => Tape,
  echoes: boolean,
): Promise<Listener & { forget(): void }> {
  const knowledge = new Knowledge()
  const listener = await listen((arrival, response) => {
    const own = knowledge.learn(arrival.headers, [])
    recordAtApi(name, arrival, tape())
    if (!echoes) return sendJson(response, 200, { ok: true })
    const { headers, body } = arrival
    const others = knowledge.recall('others', own)
    sendJson(response, 400, { error: { headers, body: body.toString('utf8'), others } })
  })
  return { ...listener, forget: () => knowledge.forget() }
}

function recordAtApi(name: string, arrival: Arrival, tape: Tape): void {
  const { method, target, headers, body } = arrival
  const slots = credentialHeaders(undefined)
  enter(presentedIn(headers, {}, { headers: slots }), name, tape)
  const start = `${method} ${target}`
  tape.note({ sink: `inbox ${name}`, place: start, start, headers, slots, body })
}

/**
 * Redirects, metadata and pictures lead here. It plays an authorization server that a hostile MCP
 * server names, and takes whatever is sent.
 */
export async function startTrap(tape: () => Tape): Promise<Listener> {
  let origin = ''
  const listener = await listen(({ method, target, headers, body }, response) => {
    const start = `${method} ${target}`
    tape().note({ sink: 'trap', place: start.split('?')[0] ?? start, start, headers, body })
    sendJson(response, 200, {
      resource: origin,
      authorization_servers: [origin],
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      client_id: 'trap',
      redirect_uris: [],
      access_token: 'trap',
      token_type: 'Bearer',
    })
  })
  origin = listener.origin
  return listener
}
