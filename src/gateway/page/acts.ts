// What a person does on the connections page: each is a form of the page itself, and none of them gives
// anything out.

import type { Caller } from '../../caller.ts'
import { DECISION_MS } from '../../core/call-approvals.ts'
import { Credential } from '../../core/credential.ts'
import { type Principal, principalKey } from '../../core/principal.ts'
import type { StaticKeys } from '../../core/vault/static-keys.ts'
import type { Form } from '../../oauth/token-service/form.ts'
import { idOf, type KeptCredential } from './kept-credentials.ts'
import type { ActParts } from './parts.ts'

/** What came of an act. The page has a sentence for each. */
export type Outcome = 'disconnected' | 'kept' | 'revoked' | 'decided' | 'not_a_key' | 'not_found'

/** Does what a form asks for, in the name of the person who sent it. */
export type Act = (form: Form, caller: Caller, parts: ActParts) => Promise<Outcome>

/** The acts, by the last part of their path. */
export const ACTS: Readonly<Record<string, Act>> = {
  disconnect: takeBack,
  key: putKey,
  revoke: revokeAccessKey,
  approve: deciding(true),
  decline: deciding(false),
}

/** The credential that a form names. */
export function credentialIn(
  form: { get(name: string): string | null | undefined },
  credentials: readonly KeptCredential[],
): KeptCredential | undefined {
  const which = form.get('which')
  return credentials.find((one) => idOf(one) === which)
}

/** Takes a credential back: from then on nothing is sent with it, and what is at work with it ends. */
async function takeBack(
  form: Form,
  { principal, trace }: Caller,
  parts: ActParts,
): Promise<Outcome> {
  const { credentials, connections, keys, ends, uses } = parts
  const kept = credentialIn(form, credentials)
  if (!kept) return 'not_found'
  if (kept.kind === 'key') {
    await removeKey(kept, principal, keys)
    // It is removed, whether or not this can be written down.
    await note('remove key', kept, { principal, trace }, parts).catch(() => {})
  } else {
    const ended = await connections?.disconnect(principal, kept.name)
    if (!ended?.ok) throw new Error('The account was not disconnected')
  }
  ends.tell(principal, kept.servers)
  await Promise.all(kept.servers.map((server) => uses.forget(principal, server)))
  return 'disconnected'
}

async function removeKey(
  { resource, source }: KeptCredential,
  principal: Principal,
  keys: StaticKeys,
): Promise<void> {
  await keys.remove(principal, resource, source === undefined ? {} : { source })
}

/** The redactor cannot find a shorter key in an answer. A longer text is no key. */
const KEY = /^[^\p{C}]{12,8192}$/u

/** Keeps a key of the person's own. What is at work with an earlier one goes on. */
async function putKey(form: Form, { principal, trace }: Caller, parts: ActParts): Promise<Outcome> {
  const kept = credentialIn(form, parts.credentials)
  if (kept?.kind !== 'key') return 'not_found'
  const text = form.get('key')?.trim() ?? ''
  if (!KEY.test(text)) return 'not_a_key'
  await note('put key', kept, { principal, trace }, parts)
  const choice = kept.source === undefined ? {} : { source: kept.source }
  await parts.keys.put(principal, kept.resource, new Credential(text), choice)
  return 'kept'
}

async function revokeAccessKey(
  form: Form,
  { principal }: Caller,
  { accessKeys }: ActParts,
): Promise<Outcome> {
  const isRevoked = await accessKeys?.revoke(principal, form.get('id') ?? '')
  return isRevoked ? 'revoked' : 'not_found'
}

/** Takes the person's answer to one of their own calls that wait. */
function deciding(approves: boolean): Act {
  return async (form, { principal, trace }, { approvals, auditor, resourceOf, now }) => {
    const id = form.get('id') ?? ''
    const owner = principalKey(principal)
    const at = now()
    const asked = (await approvals?.waiting(owner, at))?.find((one) => one.id === id)
    if (!asked) return 'not_found'
    const operation = approves ? 'approve call' : 'decline call'
    const destination = resourceOf(asked.server) ?? asked.server
    const event = { principal, trace, operation, destination, audience: [destination] }
    const noted = auditor({ hop: 'consent', outcome: 'allowed', ...event })
    // A yes counts only when it is on record. A no counts in any case.
    await (approves ? noted : noted.catch(() => {}))
    const isTaken = await approvals?.decide(owner, id, {
      approves,
      now: at,
      endsAt: at + DECISION_MS,
    })
    return isTaken ? 'decided' : 'not_found'
  }
}

function note(
  operation: string,
  { resource }: KeptCredential,
  who: Pick<Caller, 'principal' | 'trace'>,
  { auditor }: ActParts,
): Promise<void> {
  return auditor({
    hop: 'connection',
    outcome: 'allowed',
    ...who,
    destination: resource,
    audience: [resource],
    operation,
  })
}
