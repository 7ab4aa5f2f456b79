// One HTTP request on a connection of its own, as a browser sends it. What comes back is kept byte by byte.

import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { headerLines } from '../house/listen.ts'
import type { HeaderLines } from '../house/tape.ts'

/** What is sent. */
export interface VisitOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Bytes of the answer after which the connection is cut. Default: none. */
  readonly cutAfter?: number
}

/** What came back. */
export interface Visit {
  readonly status: number
  readonly start: string
  readonly headers: HeaderLines
  readonly body: Buffer
}

/** Milliseconds that an answer may take. */
const DEADLINE_MS = 60_000

/** Sends a request and reads the whole answer, or what came before the connection broke. */
export function visit(url: string, options: VisitOptions = {}): Promise<Visit> {
  const { method = 'GET', headers = {}, body, cutAfter = Number.POSITIVE_INFINITY } = options
  const send = url.startsWith('https:') ? secureRequest : request
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const sent = send(url, { method, headers, agent: false, timeout: DEADLINE_MS }, (response) => {
      const status = response.statusCode ?? 0
      const end = () =>
        resolve({
          status,
          start: `HTTP/${response.httpVersion} ${status} ${response.statusMessage ?? ''}`,
          headers: [...headerLines(response.rawHeaders), ...headerLines(response.rawTrailers)],
          body: Buffer.concat(chunks),
        })
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes >= cutAfter) response.destroy()
      })
      response.on('end', end)
      response.on('close', end)
      response.on('error', end)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', reject)
    sent.end(body)
  })
}
