// The authorization server that leaktest brings, on a port: what it is sent is recorded, what it gives is
// planted.

import type { ServerResponse } from 'node:http'
import { createIssuer, type Issuer } from './issuer.ts'
import { type Arrival, type Listener, listen } from './listen.ts'
import type { Tape } from './tape.ts'

const SINK = 'inbox issuer'

/** A running issuer. */
export interface RunningIssuer extends Listener {
  /** A person's token for the chat endpoint, in this run. */
  token(person: {
    readonly subject: string
    readonly audience: string
    readonly scope: string
  }): string
}

/**
 * Starts one.
 *
 * @param now Seconds since the epoch. Tokens of all runs are issued then, so that equal runs have
 *   equal tokens.
 * @param serverAt The name of what has this resource, such as an MCP server's.
 */
export async function startIssuer(
  tape: () => Tape,
  now: number,
  serverAt: (resource: string) => string | undefined,
): Promise<RunningIssuer> {
  let current: { readonly tape: Tape; readonly issuer: Issuer } | undefined
  let origin = ''
  const issuer = () => {
    if (current?.tape !== tape()) current = { tape: tape(), issuer: issuerOf(tape()) }
    return current.issuer
  }
  const issuerOf = (run: Tape) =>
    createIssuer({
      url: origin,
      mark: (label) => run.mint.mark(label),
      now,
      planted({ kind, owner, text, resource }) {
        const server = resource === undefined ? undefined : serverAt(resource)
        const ofServer = kind.startsWith('access token') && server !== undefined
        run.ledger.add({
          kind: ofServer ? `access token for ${server}` : kind,
          ...(owner === undefined ? {} : { owner }),
          text,
          random: true,
          homes: ofServer ? [`inbox ${server}`] : [],
        })
        run.ledger.allow(text, SINK)
      },
    })
  const listener = await listen(async (arrival, response) => {
    record(arrival, tape())
    await pass(await issuer().fetch(requestOf(origin, arrival)), response)
  })
  origin = listener.origin
  return { ...listener, token: (person) => issuer().token(person) }
}

function record({ method, target, headers, body }: Arrival, tape: Tape): void {
  const start = `${method} ${target}`
  tape.note({ sink: SINK, place: start.split('?')[0] ?? start, start, headers, body })
}

function requestOf(origin: string, { method, target, headers, body }: Arrival): Request {
  return new Request(`${origin}${target}`, {
    method,
    headers: headers
      .filter(([name]) => !/^(?:connection|transfer-encoding|content-length|host)$/.test(name))
      .map(([name, value]): [string, string] => [name, value]),
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
  })
}

async function pass(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.end(Buffer.from(await answer.arrayBuffer()))
}
