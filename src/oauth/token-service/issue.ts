// The one grant of the token service: a person's token becomes another one, for one audience, with
// no more scopes, and with the client as who acts (RFC 8693).

import { randomUUID } from 'node:crypto'
import { approvedDetails } from '../../core/approved-call.ts'
import { outcomeOf } from '../../core/audit.ts'
import type { ApprovedCall } from '../../core/call-policy.ts'
import { Credential } from '../../core/credential.ts'
import type { Actor, Principal } from '../../core/principal.ts'
import { formatScopes } from '../../core/scope.ts'
import type { IssuedToken } from '../../core/source/exchange.ts'
import { type Denial, denied, type Judged } from './denial.ts'
import { signJws } from './jws.ts'
import type { Client, Settings } from './options.ts'
import { type Person, personClaims } from './person.ts'
import { grantScopes } from './policy.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { Subject, SubjectVerifier } from './subject.ts'

/** What a client asks for. */
export interface Asked {
  readonly subjectToken: Credential
  /** The audience, as the policy names it. */
  readonly audience: string
  readonly scopes: readonly string[]
  readonly trace: string
  /** The one call that the token is for. Default: it is for any. */
  readonly approved?: ApprovedCall | undefined
  /** Where the subject token was, for the audit. */
  readonly placement: string
}

/** Issues one token, or denies it. It does not throw. */
export type Issue = (
  client: Client,
  asked: Asked,
  signal: AbortSignal | undefined,
) => Promise<Judged<IssuedToken>>

/** Makes the grant. Each decision is recorded before its token goes out. */
export function issuer(settings: Settings, keys: SigningKeys, verify: SubjectVerifier): Issue {
  return async (client, asked, signal) => {
    const subject = await verify(client, asked.subjectToken, signal)
    const issued = subject.ok
      ? await issueFor(subject.value, client, asked, settings, keys)
      : subject
    const isRecorded = await record(
      client,
      asked,
      issued,
      settings,
      subject.ok ? subject.value : undefined,
    )
    if (!isRecorded)
      return denied(
        'temporarily_unavailable',
        'The exchange could not be recorded',
        'audit_unavailable',
      )
    return issued.ok ? { ok: true, value: issued.value.token } : issued
  }
}

interface Issued {
  readonly token: IssuedToken
  readonly principal: Principal
}

/** A token for one call is needed at once. */
const APPROVED_SECONDS = 120

async function issueFor(
  subject: Subject,
  client: Client,
  asked: Asked,
  settings: Settings,
  keys: SigningKeys,
): Promise<Judged<Issued>> {
  const scopes = grantScopes(client, asked, subject.scopes)
  if (!scopes.ok) return scopes
  const { approved } = asked
  if (approved && !client.statesApprovals)
    return denied(
      'invalid_authorization_details',
      'This client may not say that a call was approved',
      'exchange_client_refused',
    )
  const seconds = Math.floor(settings.now() / 1000)
  const lifetime = approved ? Math.min(settings.lifetime, APPROVED_SECONDS) : settings.lifetime
  const expiresAt = Math.min(seconds + lifetime, Math.floor(subject.token.expiresAt))
  if (expiresAt <= seconds)
    return denied('invalid_request', 'subject_token is expired', 'token_expired')
  const first = settings.signIn[0]?.issuer ?? ''
  const person = personClaims(subject.person, first)
  if (!person)
    return denied(
      'invalid_request',
      'subject_token names a subject that another person could be taken for',
      'claim_invalid',
      { claim: 'sub' },
    )
  const actor: Actor = {
    subject: client.id,
    issuer: settings.issuer,
    ...(subject.actor ? { actor: subject.actor } : {}),
  }
  const tokenId = randomUUID()
  const claims = {
    iss: settings.issuer,
    ...person,
    aud: asked.audience,
    client_id: client.id,
    ...(scopes.value.length > 0 ? { scope: formatScopes(scopes.value) } : {}),
    act: actorClaim(actor),
    ...subject.authentication,
    ...(approved ? { authorization_details: approvedDetails(approved) } : {}),
    iat: seconds,
    exp: expiresAt,
    jti: tokenId,
  }
  const signed = await sign(claims, keys)
  if (signed === undefined)
    return denied('temporarily_unavailable', 'The signing keys cannot be had', 'issuer_unavailable')
  const token: IssuedToken = {
    credential: new Credential(signed),
    expiresAt,
    scopes: scopes.value,
    tokenId,
  }
  return { ok: true, value: { token, principal: principalOf(subject.person, client, actor) } }
}

/** What a store or a database throws may quote a key, so it ends here. */
async function sign(claims: object, keys: SigningKeys): Promise<string | undefined> {
  try {
    const { kid, key } = await keys.signer()
    return await signJws(key, { typ: 'at+jwt', kid }, { ...claims })
  } catch {
    return undefined
  }
}

function actorClaim({ subject, issuer: iss, actor }: Actor): object {
  return {
    sub: subject,
    ...(iss === undefined ? {} : { iss }),
    ...(actor ? { act: actorClaim(actor) } : {}),
  }
}

function principalOf({ issuer, subject, tenant }: Person, client: Client, actor: Actor): Principal {
  return { issuer, subject, ...(tenant === undefined ? {} : { tenant }), client: client.id, actor }
}

async function record(
  client: Client,
  { audience, scopes, trace, placement }: Asked,
  issued: Judged<Issued>,
  { auditor, issuer }: Settings,
  subject: Subject | undefined,
): Promise<boolean> {
  const denial: Denial | undefined = issued.ok ? undefined : issued.refusal
  const known = subject && principalOf(subject.person, client, { subject: client.id, issuer })
  const principal = issued.ok ? issued.value.principal : known
  try {
    await auditor({
      hop: 'issue',
      trace,
      outcome: outcomeOf(denial?.reason),
      ...(denial ? { reason: denial.reason, ...denial.details } : {}),
      ...(principal ? { principal } : {}),
      audience: [audience],
      scopes: issued.ok ? issued.value.token.scopes : scopes,
      ...(issued.ok ? { expiresAt: issued.value.token.expiresAt } : {}),
      ...(issued.ok && issued.value.token.tokenId !== undefined
        ? { tokenId: issued.value.token.tokenId }
        : {}),
      destination: issuer,
      operation: `exchange by ${client.id}`,
      placement,
    })
    return true
  } catch {
    return false
  }
}
