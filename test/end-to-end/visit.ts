// One HTTP request on a connection of its own, as a browser or curl sends it. It keeps all bytes
// that come back, headers and framing included.

import { request } from 'node:http'

/** What is sent. */
export interface VisitOptions {
  readonly method?: string
  /** One value for a header, or several where the header is repeated. */
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
}

/** One request and its answer. */
export interface Visit {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
  /** Everything that came over the connection; each byte is one character. */
  readonly raw: string
}

/** Sends a request and reads the whole answer. */
export function visit(
  url: string,
  { method = 'GET', headers = {}, body }: VisitOptions = {},
): Promise<Visit> {
  return new Promise((resolve, reject) => {
    const raw: Buffer[] = []
    const chunks: Buffer[] = []
    const sent = request(url, { method, headers: { ...headers }, agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          method,
          url: new URL(url).href,
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          raw: Buffer.concat(raw).toString('latin1'),
        }),
      )
    })
    sent.on('socket', (socket) => socket.on('data', (chunk: Buffer) => raw.push(chunk)))
    sent.on('error', reject)
    sent.end(body)
  })
}
