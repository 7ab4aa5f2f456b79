// The entrance: finds the credential of a request in each place where the operator allows it, and
// takes it to the door.

import type { Admission, Admitted, Door } from '../core/door/door.ts'
import { granted, refused } from '../core/errors.ts'
import { isObject, writeJson } from '../core/json.ts'
import { SESSION_HEADER } from '../core/wire-names.ts'
import type { AcceptInput } from './accept.ts'
import { type ReadBody, unreadable } from './body.ts'
import { takeMeta } from './meta-credential.ts'
import { FOREIGN_HANDLE, type SessionHandles } from './session-handles.ts'

/**
 * An admitted request. `body` is set when the credential was in the body; it is not in there any
 * more.
 */
export interface Entered extends Admitted {
  readonly body?: ReadBody
}

/** What the entrance works with. */
export interface EntranceParts {
  readonly door: Door
  readonly accept: AcceptInput
  readonly handles: SessionHandles | undefined
  readonly readBody: (request: Request) => Promise<ReadBody>
}

/**
 * Admits a request by its `Authorization` header, its session handle, or the token in its `_meta`.
 */
export async function enter(request: Request, parts: EntranceParts): Promise<Admission<Entered>> {
  const { door, accept, handles } = parts
  const handle = handles ? request.headers.get(SESSION_HEADER) : null

  if (request.headers.has('authorization')) {
    const admission = await door.admit(request)
    // The token decides. When the handle is not its principal's, two people's requests were mixed
    // up on the way, or one of the two was stolen.
    if (admission.ok && handle !== null && !handles?.belongsTo(handle, admission.value.principal))
      return door.admit(request, { presented: FOREIGN_HANDLE })
    return admission
  }

  const mayHaveMeta = accept.meta !== undefined && request.method === 'POST'
  if (handles && handle !== null && (accept.session || !mayHaveMeta))
    return door.admit(request, { presented: await handles.present(handle) })
  return accept.meta !== undefined && mayHaveMeta
    ? enterByMeta(request, accept.meta, parts)
    : door.admit(request)
}

async function enterByMeta(
  request: Request,
  key: string,
  { door, handles, readBody }: EntranceParts,
): Promise<Admission<Entered>> {
  const body = await readBody(request)
  const handle = request.headers.get(SESSION_HEADER)
  if (handles && handle !== null) {
    // The handle is for what has no `_meta`. The rest presents its token each time.
    const presented = isAnswer(body)
      ? await handles.present(handle)
      : { credential: refused('handle_refused'), placement: placementOf(key) }
    const admission = await door.admit(request, { presented })
    return admission.ok ? { ok: true, value: { ...admission.value, body } } : admission
  }
  // A body that cannot be read presents nothing. The door refuses and records the request, like any
  // other request without a credential.
  const { credential, rest } = takeMeta(body.ok ? body.value.value : undefined, key)
  const admission = await door.admit(request, {
    presented: { credential, placement: placementOf(key) },
  })
  if (!admission.ok) return admission
  const text = writeJson(rest)
  const checked: ReadBody =
    text === undefined ? { ok: false, refusal: unreadable() } : granted({ text, value: rest })
  return { ok: true, value: { ...admission.value, body: checked } }
}

/**
 * Reads the body of a request that was admitted by a header. It refuses a body that has a second
 * credential (RFC 6750 section 2).
 */
export async function readSingle(
  request: Request,
  { door, accept, readBody }: EntranceParts,
): Promise<ReadBody> {
  const body = await readBody(request)
  const { meta: key } = accept
  if (!body.ok || key === undefined || !takeMeta(body.value.value, key).present) return body
  const admission = await door.admit(request, {
    presented: { credential: refused('credential_repeated'), placement: placementOf(key) },
  })
  return admission.ok ? body : { ok: false, refusal: admission.response }
}

/** Whether a body answers requests of the server, and asks nothing itself. */
function isAnswer(body: ReadBody): boolean {
  if (!body.ok) return false
  const { value } = body.value
  const messages: readonly unknown[] = Array.isArray(value) ? value : [value]
  return messages.every((message) => isObject(message) && !Object.hasOwn(message, 'method'))
}

/** The name of the place in the audit. */
function placementOf(key: string): string {
  return `_meta ${key}`
}
