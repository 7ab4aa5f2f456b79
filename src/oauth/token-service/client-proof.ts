// Authenticates the client of a token request: by one secret, in one place, compared in constant time,
// or by an assertion (RFC 6749 section 2.3).

import { hash, timingSafeEqual } from 'node:crypto'
import { ASSERTION_TYPE, type AssertionVerifier, clientNamedBy } from './assertion.ts'
import { denied, type Judged } from './denial.ts'
import type { Form } from './form.ts'
import type { Client } from './options.ts'

/** What a request shows of its client. */
type Shown =
  | { readonly id: string; readonly secrets: readonly string[] }
  | { readonly id: string; readonly assertion: string }

/** Authenticates a request. Every refusal looks alike from outside. */
export async function authenticateClient(
  headers: Headers,
  form: Form,
  clients: ReadonlyMap<string, Client>,
  verifyAssertion: AssertionVerifier,
): Promise<Judged<Client>> {
  const shown = readClient(headers.get('authorization'), form)
  if (!shown) return notAuthenticated()
  const client = clients.get(shown.id)
  const isProved =
    'assertion' in shown
      ? await verifyAssertion(client ?? nobody(shown.id), shown.assertion)
      : isSecretOf(client, shown.secrets)
  return client && isProved ? { ok: true, value: client } : notAuthenticated()
}

function notAuthenticated(): Judged<never> {
  return denied('invalid_client', 'The client is not authenticated', 'exchange_client_refused')
}

/**
 * Reads who the client says that it is. A request that uses two ways is refused (RFC 6749 section
 * 2.3): one of them could be somebody else's.
 */
function readClient(authorization: string | null, form: Form): Shown | undefined {
  const named = form.get('client_id')
  const secret = form.get('client_secret')
  const assertion = form.get('client_assertion')
  const ways = [authorization ?? undefined, secret, assertion].filter((way) => way !== undefined)
  if (ways.length !== 1) return undefined
  if (authorization !== null) {
    const basic = readBasic(authorization)
    return named === undefined || basic?.id === named ? basic : undefined
  }
  if (assertion === undefined)
    return named === undefined || secret === undefined
      ? undefined
      : { id: named, secrets: [secret] }
  const id = clientNamedBy(assertion)
  const isOfType = form.get('client_assertion_type') === ASSERTION_TYPE
  return isOfType && id !== undefined && (named ?? id) === id ? { id, assertion } : undefined
}

/**
 * Id and secret are form-encoded (RFC 6749 section 2.3.1). Some clients send them as they are, so
 * the secret may be meant in both ways.
 */
function readBasic(authorization: string): Shown | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization) ?? []
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString()
  const colon = pair.indexOf(':')
  if (colon < 1) return undefined
  const [id, secret] = [pair.slice(0, colon), pair.slice(colon + 1)]
  const decoded = formDecode(secret)
  return {
    id: formDecode(id) ?? id,
    secrets: decoded === undefined || decoded === secret ? [secret] : [secret, decoded],
  }
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** Who an unknown client is, so that it takes as long as a known one. */
function nobody(id: string): Client {
  return {
    id,
    subjects: undefined,
    audiences: new Map(),
    secrets: [],
    keys: [],
    statesApprovals: false,
  }
}

/** Compared with a digest that nobody has, an unknown client takes as long as a known one. */
const NOBODY = hash('sha256', 'nobody', 'buffer')

function isSecretOf(client: Client | undefined, shown: readonly string[]): boolean {
  const kept = client?.secrets.map((secret) => digestOf(secret.reveal())) ?? []
  const known = kept.length > 0 ? kept : [NOBODY]
  let isEqual = false
  // Every pair is compared, whatever came before.
  for (const digest of known)
    for (const text of shown) if (timingSafeEqual(digest, digestOf(text))) isEqual = true
  return isEqual && kept.length > 0
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
