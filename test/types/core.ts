// Type tests: what must not compile. tsc alone runs them. An expectation that is no longer needed
// is an error.

import {
  type AuditEvent,
  Credential,
  createOnBehalf,
  type Handle,
  type Refusal,
  type TokenVerifier,
  type Vault,
} from 'onbehalf'
import type { Caller } from '../../src/caller.ts'
import type { HopReport } from '../../src/core/audit.ts'
import type { Binding, BindingInput } from '../../src/core/binding.ts'
import { AuthError, type RefusalReason } from '../../src/core/errors.ts'
import type { Principal } from '../../src/core/principal.ts'
import { toError, toSentence } from '../../src/core/sentences.ts'
import type { ExchangeTarget } from '../../src/core/source/exchange.ts'
import type { OnBehalfOptions } from '../../src/on-behalf-options.ts'

/** Whether a value could be a credential, or a list of them. */
type Holds<Value> = Credential extends Value
  ? true
  : Value extends readonly (infer Element)[]
    ? Holds<Element>
    : false
/** The fields of a type that a credential could be put into. */
type Holders<T> = {
  [Field in keyof T]-?: true extends Holds<NonNullable<T[Field]>> ? Field : never
}[keyof T]

// What is logged, stored, thrown or given to a framework has no field for a credential: no value
// fits the list of such fields.
type None<T> = [Holders<T>] extends [never] ? true : false
export const safe: [
  None<AuditEvent>,
  None<HopReport>,
  None<Principal>,
  None<Refusal>,
  None<Binding>,
  None<ExchangeTarget>,
  None<Caller>,
] = [true, true, true, true, true, true, true]
// The measure itself finds them.
export const found: [
  Holders<{ credential: Credential }>,
  Holders<{ name: string; list?: readonly Credential[] }>,
] = ['credential', 'list']

declare const credential: Credential
declare const vault: Vault
declare const principal: Principal
declare const verifier: TokenVerifier
declare const handle: Handle
declare const options: OnBehalfOptions

// A credential is not a text, and nothing that looks like one is a credential.
// @ts-expect-error a credential is no string
export const text: string = credential
// @ts-expect-error an object with the same methods is no credential: the private field is missing
export const imitation: Credential = { reveal: () => 'x', toString: () => 'x', toJSON: () => 'x' }
// @ts-expect-error a credential holds a text
new Credential(7)
// @ts-expect-error the secret cannot be read but by reveal()
credential.value

// A vault takes credentials only, and gives them out by handle, owner and destination only.
// @ts-expect-error a string is no credential
void vault.deposit({ credential: 'secret', owner: principal, destinations: [], expiresAt: 0 })
// @ts-expect-error a string is no handle
void vault.withdraw('handle', principal, 'https://a.example')
// @ts-expect-error the destination is compulsory
void vault.withdraw(handle, principal)
// @ts-expect-error a subject is no principal: the issuer is missing
void vault.discard(handle, { subject: 'alice' })

// The audience is an argument, so no door can forget it.
// @ts-expect-error the audience is compulsory
void verifier.verify(credential)

// Closed choices are closed.
// @ts-expect-error no such reason
export const reason: RefusalReason = 'forbidden'
// @ts-expect-error no such source
export const source: BindingInput = { url: 'https://a.example', source: { type: 'magic' } }
// @ts-expect-error no such placement
export const placement: BindingInput = { url: 'https://a.example', placement: { type: 'magic' } }
// @ts-expect-error nothing is filled that nobody named
export const unnamed: BindingInput = { url: 'https://a.example', placement: { type: 'argument' } }
export const several: BindingInput = {
  url: 'https://a.example',
  sources: { second: { type: 'static', of: 'person' } },
  placement: [
    { type: 'header', value: 'Token {credential}' },
    { type: 'query', name: 'key', from: 'second' },
    // @ts-expect-error a session has no source of its own
    { type: 'session', from: 'second' },
  ],
}
// @ts-expect-error an exchange names its scopes
export const scopes: BindingInput = { url: 'https://a.example', source: { type: 'exchange' } }

// What is parsed once does not change.
declare const binding: Binding
// @ts-expect-error a binding is read only
binding.url = 'https://evil.example'
// @ts-expect-error a principal is read only
principal.subject = 'bob'

// An error is made of a refusal, never of a foreign error.
// @ts-expect-error no cause
new AuthError({ reason: 'cancelled' }, 'stopped', { cause: new Error() })
// @ts-expect-error a caught error is no refusal
toError(new Error('boom'))
// @ts-expect-error nor is a text
toSentence('cancelled')

// A misspelt setting is found by the compiler too.
// @ts-expect-error it is called issuer
createOnBehalf({ ...options, issuser: undefined })
