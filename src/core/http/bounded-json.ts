// Sends a request to an authorization server within bounds: no redirect, no cookie, a deadline, and
// an answer of limited size. Not for MCP traffic.

import { granted, type Result, refused } from '../errors.ts'
import { parseJson } from '../json.ts'
import { boundedText } from './bounded-text.ts'
import { withDeadline } from './deadline.ts'

/** The bounds of one request. */
export interface BoundedOptions {
  readonly fetch: typeof globalThis.fetch
  /** Milliseconds for the whole answer. */
  readonly deadline: number
  readonly signal?: AbortSignal | undefined
  /** Whether an answer that is a form is read as an object of its members. Default false. */
  readonly readsForms?: boolean
}

/** What is sent. */
export interface BoundedRequest {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: URLSearchParams | string
}

/** The answer. `json` is undefined when the body is no JSON. */
export interface JsonAnswer {
  readonly status: number
  readonly json: unknown
}

/** A form has one line of pairs. A page or a sentence is no form. */
const FORM = /^[\w.%+-]+=[^\s<>]*$/

/** Metadata and key sets have a few kilobytes. A body without end would fill the memory. */
const MAX_ANSWER_CHARS = 256 * 1024

/**
 * Sends one request and reads its answer as JSON.
 *
 * @returns The status and the parsed body; `issuer_unavailable` when no answer came in time or the
 *   answer is too large; `redirect_refused`, because a redirect would take the client's secret and
 *   the subject token elsewhere; `cancelled` when the signal fired.
 */
export async function fetchJson(
  url: string,
  request: BoundedRequest,
  options: BoundedOptions,
): Promise<Result<JsonAnswer>> {
  const { fetch, deadline, signal, readsForms = false } = options
  const result = await withDeadline(
    deadline,
    signal,
    async (inTime): Promise<Result<JsonAnswer>> => {
      const response = await fetch(url, {
        method: request.method ?? 'GET',
        ...(request.headers ? { headers: request.headers } : {}),
        ...(request.body ? { body: request.body } : {}),
        redirect: 'manual',
        credentials: 'omit',
        cache: 'no-store',
        signal: inTime,
      })
      if (
        response.redirected ||
        response.type === 'opaqueredirect' ||
        (response.status >= 300 && response.status < 400)
      ) {
        await drop(response)
        return refused('redirect_refused')
      }
      const text = await boundedText(response, MAX_ANSWER_CHARS)
      if (text === undefined) return refused('issuer_unavailable')
      const json = parseJson(text)
      const isForm = json === undefined && readsForms && FORM.test(text)
      return granted({
        status: response.status,
        json: isForm ? Object.fromEntries(new URLSearchParams(text)) : json,
      })
    },
  )
  return result.ok ? result.value : result
}

async function drop(response: Response): Promise<void> {
  await response.body?.cancel()
}
