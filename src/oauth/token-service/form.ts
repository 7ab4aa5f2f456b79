// Reads the form of a token request (RFC 6749 section 3.2), bounded, each parameter once.

import { readBytes } from '../../core/http/bounded-body.ts'
import { denied, type Judged } from './denial.ts'

/** A token, an assertion and some names fit into it many times. */
const MAX_FORM_BYTES = 64 * 1024

/** The parameters. An empty one is no parameter (RFC 6749 section 3.2). */
export type Form = ReadonlyMap<string, string>

/** Reads the form of a request. */
export async function readForm(request: Request, deadlineMs: number): Promise<Judged<Form>> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type))
    return bad('The body must be a form')
  const bytes = await readBytes(request, { maxBytes: MAX_FORM_BYTES, deadlineMs })
  if (!bytes.ok) return bad('The body could not be read')
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes.value))) {
    // Two of them could be read differently by the one who checks and the one who acts. For the same
    // reason only one target is taken, although RFC 8693 allows more.
    if (form.has(name)) return bad('A parameter is there twice')
    if (value !== '') form.set(name, value)
  }
  return { ok: true, value: form }
}

function bad(description: string): Judged<never> {
  return denied('invalid_request', description, 'exchange_invalid_request')
}
