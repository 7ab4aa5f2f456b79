// The end of a sign-in: it takes a person back with a code, and keeps the tokens that come for it
// (RFC 6749 section 4.1.2, RFC 9207, OpenID Connect Core 1.0 section 3.1.3).

import { granted, type Result, refused } from '../core/errors.ts'
import { principalKey } from '../core/principal.ts'
import { traceOf } from '../core/trace.ts'
import type { VerifiedToken } from '../core/verify/verify.ts'
import { newAccount } from '../oauth/connection/account.ts'
import { type RedeemedFlow, redeemCode } from '../oauth/connection/finish-flow.ts'
import type { AccountTokens } from '../oauth/connection/judge-tokens.ts'
import { record, type Step } from '../oauth/connection/parts.ts'
import { serverOf } from '../oauth/connection/server-of.ts'
import { deviceOf } from './device.ts'
import { FLOW_LIFE_SECONDS, type SignInFlow } from './flow-cookie.ts'
import { type IdTokenFacts, judgeIdToken } from './id-token.ts'
import { type Keeper, type NewSignIn, presentedTokens } from './keep.ts'
import { redirect, refusalPage } from './pages.ts'
import type { SessionParts } from './parts.ts'

/** Takes a person back from the issuer, and signs them in. */
export async function finishSignIn(
  request: Request,
  parts: SessionParts,
  keeper: Keeper,
): Promise<Response> {
  const { settings, connection, cookie, flows, lifeSeconds, origin, path } = parts
  const { searchParams } = new URL(request.url)
  const [state = '', ...otherStates] = searchParams.getAll('state')
  const flow = otherStates.length === 0 ? flows.find(request, state) : undefined
  const step: Step = {
    trace: traceOf(request.headers),
    destination: settings.issuer,
    scopes: settings.scopes,
    operation: 'sign in',
    placement: 'body code',
  }
  const signedIn =
    flow && (await isFirst(flow, parts))
      ? await signIn(searchParams, flow, request, step, parts)
      : refused('connect_refused')
  const cookies = flow ? [flow.clearing] : []
  if (!signedIn.ok) {
    await record(connection, step, signedIn)
    return refusalPage(signedIn.refusal, `${path}/sign-in`, cookies)
  }
  // Whoever planted a cookie in this browser before, or sat at it, has no part in this sign-in.
  await endEarlier(request, parts, keeper)
  const value = await keeper.add(signedIn.value)
  return redirect(303, `${origin}${flow?.returnTo ?? '/'}`, [
    cookie.set(value, lifeSeconds),
    ...cookies,
  ])
}

/** An answer counts once, on all instances, also where the browser sends it twice. */
async function isFirst(flow: SignInFlow, { store, connection }: SessionParts): Promise<boolean> {
  const now = connection.now() / 1000
  return store.add({
    id: `flow-${flow.id}`,
    digest: `flow-${flow.id}`,
    owner: '',
    issuer: '',
    subject: '',
    device: '',
    startedAt: now,
    usedAt: now,
    endsAt: now + FLOW_LIFE_SECONDS,
  })
}

async function signIn(
  answer: URLSearchParams,
  flow: SignInFlow,
  request: Request,
  step: Step,
  parts: SessionParts,
): Promise<Result<NewSignIn>> {
  const { settings, connection, clientId } = parts
  const server = await serverOf(settings, request.signal)
  if (!server.ok) return server
  const namesIssuer = flow.namesIssuer || server.value.namesIssuer === true
  const expected = { issuer: settings.issuer, namesIssuer }
  const redeemed: RedeemedFlow = {
    clientId,
    verifier: flow.verifier,
    scopes: settings.scopes,
    dpopKey: undefined,
  }
  const issued = await redeemCode(answer, expected, redeemed, { settings, step }, connection)
  if (!issued.ok) return issued
  const person = await identify(issued.value, flow, request, parts)
  if (!person.ok) return person
  const { token, idToken, tokens } = person.value
  const { principal, claims } = token
  const now = connection.now() / 1000
  const account = newAccount(tokens, { clientId, dpopKey: undefined }, 1, now)
  const known = { ...step, principal, scopes: token.scopes, operation: 'signed in' }
  const recorded = await record(connection, known)
  if (!recorded.ok) return recorded
  return granted({
    owner: principalKey(principal),
    issuer: principal.issuer,
    subject: idToken?.subject ?? String(claims.sub ?? principal.subject),
    sessionId: idToken?.sessionId,
    device: deviceOf(request.headers.get('user-agent')),
    account: { ...account, idToken: issued.value.idToken },
  })
}

interface Person {
  /** What the app's own verifier says of the token that will stand for the person. */
  readonly token: VerifiedToken
  readonly idToken: IdTokenFacts | undefined
  readonly tokens: AccountTokens
}

/** Who signed in: the ID token, and the token that the app's door will verify, must agree. */
async function identify(
  issued: AccountTokens,
  { nonce }: SignInFlow,
  { signal }: Request,
  parts: SessionParts,
): Promise<Result<Person>> {
  const { issuers, clientId, settings, connection, verifier, audience, presents } = parts
  const wantsIdToken = presents === 'id_token' || settings.scopes.includes('openid')
  if (wantsIdToken && !issued.idToken) return refused('claim_missing', { claim: 'id_token' })
  const now = connection.now() / 1000
  const facts = issued.idToken
    ? judgeIdToken(issued.idToken, { issuers, clientId, nonce, now })
    : undefined
  if (facts && !facts.ok) return facts
  const idToken = facts?.value
  const tokens = idToken ? presentedTokens(issued, idToken, parts) : issued
  const token = await verifier
    .verify(tokens.accessToken, audience, { signal })
    .catch(() => refused('issuer_unavailable'))
  if (!token.ok) return token
  const { sub } = token.value.claims
  if (idToken && typeof sub === 'string' && sub !== idToken.subject)
    return refused('claim_invalid', { claim: 'sub' })
  return granted({ token: token.value, idToken, tokens })
}

/** A sign-in takes the place of the one that this browser had. */
async function endEarlier(request: Request, { cookie }: SessionParts, keeper: Keeper) {
  const found = cookie.read(request.headers)
  const earlier = typeof found === 'string' ? undefined : await keeper.find(found.value)
  if (earlier) await keeper.end({ ids: [earlier.id] })
}
