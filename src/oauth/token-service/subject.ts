// The subject token of an exchange: who it is about, and whether this client may exchange it. A
// client can exchange only what was issued for it.

import type { Credential } from '../../core/credential.ts'
import { declaredIssuers } from '../../core/declared-issuers.ts'
import type { Refusal } from '../../core/errors.ts'
import { withDeadline } from '../../core/http/deadline.ts'
import { isObject, type UnknownObject } from '../../core/json.ts'
import { type Actor, actorChain } from '../../core/principal.ts'
import { detailsOf } from '../../core/refusal-details.ts'
import { readClaims } from '../../core/unverified-claims.ts'
import { readIssuer } from '../../core/verify/read-issuer.ts'
import { type VerifiedToken, validateClaims } from '../../core/verify/verify.ts'
import { type Denial, denied, type Judged } from './denial.ts'
import { OWN_ALGORITHM, parseJws, verifyJws } from './jws.ts'
import type { Client, Settings } from './options.ts'
import { type Person, personIn } from './person.ts'
import type { SigningKeys } from './signing-keys.ts'

/** A verified subject token. */
export interface Subject {
  readonly token: VerifiedToken
  readonly person: Person
  /** The scopes that the person has. */
  readonly scopes: readonly string[]
  /** Who acted for the person before this client. */
  readonly actor: Actor | undefined
  /** How and when the person signed in (RFC 9068 section 2.2.1). */
  readonly authentication: UnknownObject
}

/** Verifies the subject token of one client. It does not throw. */
export type SubjectVerifier = (
  client: Client,
  subjectToken: Credential,
  signal: AbortSignal | undefined,
) => Promise<Judged<Subject>>

/** Seconds of leeway for our own tokens: instances may differ in their clocks. */
const TOLERANCE_SECONDS = 5

/** A longer chain of actors is refused by every receiver. This client is one more. */
const MAX_EARLIER_ACTORS = 7

/** Makes the verifier. */
export function subjectVerifier(settings: Settings, keys: SigningKeys): SubjectVerifier {
  const { issuer, signIn, audience, now, deadline, scopesOf } = settings
  const people = declaredIssuers({
    issuers: signIn,
    ...(audience === undefined ? {} : { audience }),
  })
  const accepted = people.audience ?? []

  /** A token that people sign in with. The door has seen the proof of one that is bound to a key. */
  async function ofSignIn(credential: Credential, signal: AbortSignal): Promise<Judged<Subject>> {
    const keyThumbprint = thumbprintIn(credential)
    const verified = await people.verifier.verify(credential, accepted, {
      signal,
      ...(keyThumbprint === undefined ? {} : { keyThumbprint }),
    })
    if (!verified.ok) return { ok: false, refusal: denialOf(verified.refusal) }
    const token = verified.value
    return subjectOf(token, token.principal, scopesOf(token))
  }

  /** A token of our own, for an earlier hop. */
  async function ofEarlierHop(
    credential: Credential,
    subjects: readonly string[],
  ): Promise<Judged<Subject>> {
    const jws = parseJws(credential.reveal())
    const key = jws && (await keys.find(jws.header.kid))
    const isSigned =
      jws?.header.typ === 'at+jwt' && key && (await verifyJws(jws, key, [OWN_ALGORITHM]))
    if (!isSigned) return denied('invalid_request', 'subject_token is invalid', 'signature_invalid')
    const verified = validateClaims(jws.claims, {
      issuer,
      audience: subjects,
      nowSeconds: now() / 1000,
      toleranceSeconds: TOLERANCE_SECONDS,
    })
    if (!verified.ok) return { ok: false, refusal: denialOf(verified.refusal) }
    const person = personIn(jws.claims)
    return person
      ? subjectOf(verified.value, person, verified.value.scopes)
      : denied('invalid_request', 'subject_token is invalid', 'claim_missing', { claim: 'sub_id' })
  }

  return async (client, credential, signal) => {
    const { subjects } = client
    const isOwn = readIssuer(credential) === issuer
    if (isOwn === (subjects === undefined)) return notForClient()
    const ended = await withDeadline(deadline, signal, (inTime) =>
      subjects ? ofEarlierHop(credential, subjects) : ofSignIn(credential, inTime),
    )
    if (!ended.ok) return { ok: false, refusal: denialOf(ended.refusal) }
    if (!ended.value.ok || mayAct(ended.value.value, client, issuer)) return ended.value
    return denied(
      'invalid_request',
      'may_act of subject_token names another client',
      'claim_invalid',
      {
        claim: 'may_act',
      },
    )
  }
}

function notForClient(): Judged<never> {
  return denied(
    'invalid_request',
    'subject_token was not issued for this client',
    'audience_mismatch',
  )
}

function subjectOf(
  token: VerifiedToken,
  person: Person,
  scopes: readonly string[],
): Judged<Subject> {
  const { principal, claims } = token
  if (actorChain(principal).length > MAX_EARLIER_ACTORS)
    return denied('invalid_request', 'subject_token has too many actors', 'claim_invalid', {
      claim: 'act',
    })
  const { auth_time, acr, amr } = claims
  const authentication = {
    ...(typeof auth_time === 'number' ? { auth_time } : {}),
    ...(typeof acr === 'string' ? { acr } : {}),
    ...(Array.isArray(amr) && amr.every((one) => typeof one === 'string') ? { amr } : {}),
  }
  return { ok: true, value: { token, person, scopes, actor: principal.actor, authentication } }
}

/** Whether the token lets this client act for the person (RFC 8693 section 4.4). */
function mayAct({ token, person }: Subject, client: Client, issuer: string): boolean {
  const { may_act: rule } = token.claims
  if (rule === undefined) return true
  if (!isObject(rule) || rule.sub !== client.id) return false
  return rule.iss === undefined || rule.iss === issuer || rule.iss === person.issuer
}

function thumbprintIn(credential: Credential): string | undefined {
  const confirmation = readClaims(credential.reveal())?.cnf
  return isObject(confirmation) && typeof confirmation.jkt === 'string'
    ? confirmation.jkt
    : undefined
}

/** What a refusal of the verification is for the client. An issuer that is down is no dead sign-in. */
function denialOf(refusal: Refusal): Denial {
  const details = detailsOf(refusal)
  switch (refusal.reason) {
    case 'token_expired':
    case 'token_inactive':
      return {
        code: 'invalid_request',
        description: 'subject_token is expired',
        reason: refusal.reason,
        details,
      }
    case 'audience_mismatch':
    case 'issuer_mismatch':
      return {
        code: 'invalid_request',
        description: 'subject_token was not issued for this client',
        reason: refusal.reason,
        details,
      }
    case 'issuer_unavailable':
    case 'cancelled':
    case 'endpoint_elsewhere':
    case 'endpoint_missing':
    case 'issuer_mismatch_metadata':
    case 'metadata_missing':
      return {
        code: 'temporarily_unavailable',
        description: 'The subject token cannot be verified now',
        reason: refusal.reason,
        details,
      }
    default:
      return {
        code: 'invalid_request',
        description: 'subject_token is of a type or a form that this service does not take',
        reason: refusal.reason,
        details,
      }
  }
}
