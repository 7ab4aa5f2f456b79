// The person for whom the client works, admitted by an app that is bound to the scenario's server.

import {
  type AuditSink,
  type BindingInput,
  type Caller,
  type Credential,
  createOnBehalf,
  type OnBehalfOptions,
} from 'onbehalf'
import { note } from './scenario.ts'

const APP = 'https://app.example/chat'

/** The name of the scenario's server. */
export const SERVER = 'server'

/** Tells the suite's log what was refused. */
export const audit: AuditSink = {
  record(event) {
    if (event.outcome !== 'allowed')
      note(event.hop, event.outcome, 'reason' in event && event.reason)
  },
}

/** Who signed in, with what, and what the app needs to work for them. */
export interface SignedIn {
  readonly issuer: string
  /** The token that comes with the request. */
  readonly token: Credential
  readonly binding: BindingInput
  readonly parts: Partial<OnBehalfOptions>
}

/** The signed-in person, as the app names them. */
export const principalAt = (issuer: string) => ({ issuer, subject: 'alice' })

/** Admits the person. The sign-in itself is no part of the suite, so any token is good. */
export async function admitPerson({ issuer, token, binding, parts }: SignedIn): Promise<Caller> {
  const onbehalf = createOnBehalf({
    resource: APP,
    authorizationServers: [issuer],
    verifier: {
      verify: async () => ({
        ok: true,
        value: {
          principal: principalAt(issuer),
          audience: [APP],
          scopes: [],
          expiresAt: Date.now() / 1000 + 3600,
          claims: {},
        },
      }),
    },
    servers: { [SERVER]: binding },
    audit,
    ...parts,
  })
  const admission = await onbehalf.admit(
    new Request(APP, { headers: { authorization: `Bearer ${token.reveal()}` } }),
  )
  if (!admission.ok) throw new Error(`not admitted: ${admission.refusal.reason}`)
  return admission.value
}
