// How the doctor asks: one GET of a document, bounded, without redirects. It judges nothing.

import type { Redactor } from 'onbehalf/mcp'
import { isObject, type UnknownObject } from '../inspect/ask.ts'

/** How requests are made, and where progress goes. */
export interface Way {
  /**
   * To what the operator named, and, guarded, to what that names. The caller decides which is which
   * by the origin.
   */
  readonly fetch: typeof globalThis.fetch
  /** Removes the secrets that were given, before anything is cut or shown. */
  readonly redactor: Redactor
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly progress: (line: string) => void
}

/** What was at a place. */
export interface Place {
  readonly url: string
  /** In words, for the report. */
  readonly answer: string
  /** The JSON object that was there. */
  readonly document?: UnknownObject
  /** It did not answer, or with an error of its own. */
  readonly down: boolean
}

/** A document of this kind has a few kilobytes. */
const MAX_BYTES = 256 * 1024

/** Milliseconds that one request may take. */
const PATIENCE_MS = 5000

/** Asks for a document. It throws only when everything is to end. */
export async function lookAtPlace(url: string, way: Way): Promise<Place> {
  const inTime = AbortSignal.timeout(PATIENCE_MS)
  try {
    const response = await way.fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.any([way.signal, inTime]),
    })
    const { status } = response
    const text = status === 200 ? await readBounded(response) : undefined
    if (status !== 200) await response.body?.cancel()
    if (status >= 300 && status < 400)
      return { url, answer: `redirects (HTTP ${status}), which is not followed`, down: false }
    if (status >= 500 || status === 429) return { url, answer: `HTTP ${status}`, down: true }
    if (status !== 200) return { url, answer: `HTTP ${status}`, down: false }
    const document = text === undefined ? undefined : parsed(text, way.redactor)
    return document
      ? { url, answer: 'a document', document, down: false }
      : { url, answer: 'HTTP 200, but no JSON object', down: false }
  } catch {
    way.signal.throwIfAborted()
    return {
      url,
      answer: inTime.aborted ? 'no answer in time' : 'could not be reached',
      down: true,
    }
  }
}

/** The body; undefined when it is too large. */
async function readBounded(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader()
  if (!reader) return undefined
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      bytes += chunk.value.byteLength
      if (bytes > MAX_BYTES) return undefined
      chunks.push(chunk.value)
    }
    return Buffer.concat(chunks).toString('utf8')
  } finally {
    reader.cancel().catch(() => {})
  }
}

function parsed(text: string, redactor: Redactor): UnknownObject | undefined {
  try {
    const { value } = redactor.json(JSON.parse(text))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
