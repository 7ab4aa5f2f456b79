// Acts for a person who is away: a caller without a request, within what the person agreed to.

import type { OpenAtDoor } from './app-doors.ts'
import { type Caller, openCaller } from './caller.ts'
import type { CallerParts } from './caller-parts.ts'
import { storeOf } from './consents.ts'
import type { KeptSignIn, KeptSignIns } from './core/door/kept-sign-in.ts'
import { granted, type Result, refused } from './core/errors.ts'
import { type Principal, principalKey } from './core/principal.ts'
import { narrowScopes } from './core/scope.ts'
import { traceOf, traceparents } from './core/trace.ts'
import type { ConsentRecord, ConsentStore } from './core/vault/consent-store.ts'
import type { VerifiedToken } from './core/verify/verify.ts'
import { withinConsent } from './core/within-consent.ts'
import { renewFrom } from './renew-sign-in.ts'

/** Which work it is. */
export interface AwayWork {
  /** The job that the person agreed to. */
  readonly job: string
}

/**
 * Gives a caller for work while its person is away. End it when the work is done.
 *
 * @returns The caller, which has the servers and scopes of the person's consent and no others;
 *   `consent_missing` when there is none that stands; `issuer_unavailable`.
 */
export type ActFor = (principal: Principal, work: AwayWork) => Promise<Result<Caller>>

/** What it works with. */
export interface AwayParts {
  readonly store: ConsentStore | undefined
  readonly session: KeptSignIns | undefined
  /** The resource whose door admits the tokens of kept sign-ins. */
  readonly resource: string | undefined
  readonly open: OpenAtDoor
  readonly parts: CallerParts
}

const PLACEMENT = 'kept sign-in'

/** Makes the function. */
export function awayActor({ store, session, resource, open, parts }: AwayParts): ActFor {
  const { now } = parts
  const { auditor } = parts.sources

  async function consentOf(owner: string, job: string): Promise<ConsentRecord | undefined> {
    const consents = await storeOf(store).list(owner)
    return consents.find((consent) => consent.job === job && stands(consent, now() / 1000))
  }

  /** The parts of a caller within a consent, which is looked up again for each credential. */
  function within(consent: ConsentRecord, held: readonly string[]): CallerParts {
    const { owner, job, id } = consent
    return {
      ...parts,
      bindings: withinConsent(parts.bindings, consent, held),
      isAgreed: async () => (await consentOf(owner, job))?.id === id,
    }
  }

  /** A caller with a fresh token of the kept sign-in, held to the consent. */
  async function withSignIn(
    signIn: KeptSignIn,
    consent: ConsentRecord,
    trace: string,
  ): Promise<Result<Caller>> {
    const headers = { traceparent: traceparents(trace)() }
    const issued = await signIn.freshen({ trace })
    if (!issued.ok) return issued
    const admit = (credential: typeof issued.value.credential) =>
      open(
        new Request(resource ?? 'https://away.invalid/', { headers }),
        resource,
        { signIn, presented: { placement: PLACEMENT, credential: granted(credential) } },
        (admitted) => ({
          admitted: { ...admitted, token: heldTo(admitted.token, consent) },
          parts: within(consent, admitted.token.scopes),
        }),
      )
    const admission = await admit(issued.value.credential)
    if (!admission.ok) return { ok: false, refusal: admission.refusal }
    renewFrom(signIn, admission.value, admit)
    return granted(admission.value)
  }

  return async ({ issuer, subject, tenant }, { job }) => {
    const principal = { issuer, subject, ...(tenant === undefined ? {} : { tenant }) }
    const owner = principalKey(principal)
    const consent = await consentOf(owner, job)
    const trace = traceOf(new Headers())
    const isRecorded = await auditor({
      hop: 'consent',
      trace,
      principal,
      operation: job,
      detail: 'used',
      ...(consent
        ? { outcome: 'allowed', scopes: consent.scopes, expiresAt: consent.endsAt }
        : { outcome: 'refused', reason: 'consent_missing' }),
    }).then(
      () => true,
      () => false,
    )
    if (!consent) return refused('consent_missing')
    if (!isRecorded) return refused('audit_unavailable')
    const signIn = await session?.signInOf(principal)
    if (signIn && signIn.owner === owner) {
      const caller = await withSignIn(signIn, consent, trace)
      if (caller.ok || caller.refusal.reason !== 'sign_in_ended') return caller
    }
    // Connected accounts and keys need no sign-in; a server that needs one says so.
    const token = { principal, audience: [], scopes: consent.scopes, claims: {} }
    return openCaller(
      { principal, trace, token: { ...token, expiresAt: consent.endsAt } },
      within(consent, consent.scopes),
    )
  }
}

function stands({ endsAt, revokedAt }: ConsentRecord, seconds: number): boolean {
  return revokedAt === undefined && endsAt > seconds
}

function heldTo(token: VerifiedToken, { scopes }: ConsentRecord): VerifiedToken {
  return { ...token, scopes: narrowScopes(token.scopes, scopes) }
}
