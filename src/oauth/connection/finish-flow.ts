// The end of a connect flow: it takes a person back with a code (RFC 6749 section 4.1.2, RFC 9207).
// The same person must finish it who began it, in the same browser.

import { granted, isTemporary, type Result, refused } from '../../core/errors.ts'
import type { Principal } from '../../core/principal.ts'
import { traceOf } from '../../core/trace.ts'
import { accountKey, newAccount, writeAccount } from './account.ts'
import { knownClient } from './client.ts'
import { browserCookie, readCookie } from './cookie.ts'
import { type Flow, takeFlow } from './flow-record.ts'
import { type ExpectedCallback, judgeCallback } from './judge-callback.ts'
import type { AccountTokens } from './judge-tokens.ts'
import { redirect, refusalPage } from './pages.ts'
import { nowSeconds, type Parts, record, type Step } from './parts.ts'
import { serverOf } from './server-of.ts'
import type { Settings } from './settings.ts'
import { requestTokens } from './token-request.ts'

/** Takes a person back from the authorization server. */
export async function finishFlow(
  request: Request,
  principal: Principal,
  settings: Settings,
  parts: Parts,
): Promise<Response> {
  const { name: server } = settings
  const { searchParams } = new URL(request.url)
  const [state, ...otherStates] = searchParams.getAll('state')
  const browser = readCookie(request.headers, settings)
  const found = await serverOf(settings, request.signal)
  if (!found.ok) return refusalPage({ ...found.refusal, server })
  const flow =
    state === undefined || browser === undefined || otherStates.length > 0
      ? undefined
      : await takeFlow(parts.store, principal, settings, { state, browser }, nowSeconds(parts))
  const step: Step = {
    trace: traceOf(request.headers),
    principal,
    destination: settings.issuer,
    audience: [settings.resource],
    scopes: flow?.scopes ?? settings.scopes,
    operation: 'connect',
    placement: 'body code',
  }
  if (!flow) {
    await record(parts, step, refused('connect_refused'))
    return refusalPage({ reason: 'connect_refused', server })
  }
  // Where the operator names the endpoints, the flow ends without metadata too. Whoever keeps it away
  // must not get rid of the issuer's name.
  const namesIssuer = flow.namesIssuer || found.value.namesIssuer === true
  const expected = { issuer: settings.issuer, namesIssuer }
  const connected = await connect(
    searchParams,
    expected,
    flow,
    { principal, settings, step },
    parts,
  )
  if (!connected.ok) await record(parts, step, connected)
  const back = new URL(flow.returnTo, settings.redirectUri)
  // The reason is one of our own words. Nothing of the answer is shown.
  if (!connected.ok) back.searchParams.set('connect_error', connectError(connected))
  return redirect(303, back.href, browserCookie(settings, '', 0))
}

interface Connecting {
  readonly principal: Principal
  readonly settings: Settings
  readonly step: Step
}

async function connect(
  answer: URLSearchParams,
  expected: ExpectedCallback,
  flow: Flow,
  { principal, settings, step }: Connecting,
  parts: Parts,
): Promise<Result<true>> {
  const tokens = await redeemCode(answer, expected, flow, { settings, step }, parts)
  return tokens.ok ? keep(tokens.value, flow, principal, settings, parts) : tokens
}

/** What a flow must still know when its answer comes. */
export type RedeemedFlow = Pick<Flow, 'clientId' | 'verifier' | 'scopes' | 'dpopKey'>

/**
 * Judges an answer, and asks for the tokens of its code. That is recorded first.
 *
 * @returns The tokens, or why there are none.
 */
export async function redeemCode(
  answer: URLSearchParams,
  expected: ExpectedCallback,
  flow: RedeemedFlow,
  { settings, step }: { readonly settings: Settings; readonly step: Step },
  parts: Parts,
): Promise<Result<AccountTokens>> {
  const code = judgeCallback(answer, expected)
  if (!code.ok) return code
  const client = await knownClient(settings, parts)
  if (!client.ok || client.value.id !== flow.clientId) return refused('connect_refused')
  const recorded = await record(parts, step)
  if (!recorded.ok) return recorded
  return requestTokens(
    {
      settings,
      client: client.value,
      grantType: 'authorization_code',
      parameters: {
        code: code.value.reveal(),
        redirect_uri: settings.redirectUri,
        code_verifier: flow.verifier.reveal(),
      },
      scopes: flow.scopes,
      dpopKey: flow.dpopKey,
    },
    parts,
  )
}

/** Stores the account in place of an older connection of the same person. */
async function keep(
  tokens: AccountTokens,
  flow: Flow,
  principal: Principal,
  settings: Settings,
  parts: Parts,
): Promise<Result<true>> {
  const key = accountKey(principal, settings)
  // A refresh of the older connection may write between our read and our write.
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = await parts.store.read(key)
    const account = newAccount(tokens, flow, (before?.version ?? 0) + 1, nowSeconds(parts))
    if (await parts.store.write(writeAccount(key, settings, account))) return granted(true)
  }
  return refused('issuer_unavailable')
}

/** What `connect_error` says to the app. Only what may be gone in a moment is `unavailable`. */
function connectError(connected: Result<true>): 'denied' | 'refused' | 'unavailable' {
  if (connected.ok || connected.refusal.reason === 'exchange_grant_refused') return 'denied'
  return isTemporary(connected.refusal.reason) ? 'unavailable' : 'refused'
}
