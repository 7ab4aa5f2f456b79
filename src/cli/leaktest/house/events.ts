// Writes JSON and server-sent events.

import type { ServerResponse } from 'node:http'

/** Characters in one delta of a text. */
const DELTA_CHARACTERS = 4000

/** A text in pieces, none of which ends inside a surrogate pair. */
export function deltasOf(text: string): readonly string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length; ) {
    let end = at + DELTA_CHARACTERS
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end++
    pieces.push(text.slice(at, end))
    at = end
  }
  return pieces
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** Begins a stream of events, and gives what writes one. */
export function startEvents(
  response: ServerResponse,
): (value: object, name?: string | undefined) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  return (value, name) => {
    const line = name === undefined ? '' : `event: ${name}\n`
    response.write(`${line}data: ${JSON.stringify(value)}\n\n`)
  }
}
