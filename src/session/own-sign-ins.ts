// What a person may know and do about their own sign-ins: who am I, where am I signed in, end one,
// end all.

import { traceOf } from '../core/trace.ts'
import { readClaims } from '../core/unverified-claims.ts'
import type { SignInRecord } from '../core/vault/sign-in-store.ts'
import { record } from '../oauth/connection/parts.ts'
import { type Keeper, principalOf } from './keep.ts'
import { answerJson, notOwnPage } from './pages.ts'
import type { SessionParts } from './parts.ts'
import { isFromOwnPage } from './same-origin.ts'

/** Answers a request of the person whose cookie it has. */
type OwnAnswer = (
  signIn: SignInRecord | undefined,
  request: Request,
  parts: SessionParts,
  keeper: Keeper,
) => Promise<Response>

/** Finds the person of a request from the app's own page. */
export async function answerOwn(
  request: Request,
  parts: SessionParts,
  keeper: Keeper,
  answer: OwnAnswer,
): Promise<Response> {
  if (!isFromOwnPage(request, parts.origin)) return notOwnPage()
  const found = parts.cookie.read(request.headers)
  const signIn = typeof found === 'string' ? undefined : await keeper.find(found.value)
  return answer(signIn, request, parts, keeper)
}

/** Who is signed in. Nobody is an answer, and no error. */
export const whoAmI: OwnAnswer = async (signIn, _request, _parts, keeper) => {
  if (!signIn) return answerJson({ signedIn: false })
  const { issuer, subject } = principalOf(signIn)
  const idToken = (await keeper.tokens(signIn))?.idToken
  const { name, email } = (idToken && readClaims(idToken.reveal())) || {}
  return answerJson({
    signedIn: true,
    issuer,
    subject,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof email === 'string' ? { email } : {}),
    startedAt: signIn.startedAt,
    endsAt: signIn.endsAt,
  })
}

/** Where the person is signed in. */
export const listOwn: OwnAnswer = async (signIn, _request, _parts, keeper) => {
  if (!signIn) return signInFirst()
  const all = await keeper.listOf(signIn.owner)
  return answerJson({
    signIns: all.map(({ id, device, startedAt, usedAt, endsAt }) => ({
      id,
      device,
      startedAt,
      usedAt,
      endsAt,
      isThis: id === signIn.id,
    })),
  })
}

/** Ends one of the person's own sign-ins, or all of them. */
export function endOwn(id: string | undefined): OwnAnswer {
  return async (signIn, request, parts, keeper) => {
    if (!signIn) return signInFirst()
    const { cookie, connection, settings } = parts
    const own = await keeper.listOf(signIn.owner)
    if (id !== undefined && !own.some((one) => one.id === id))
      return answerJson({ code: 'not_found', message: 'There is no such sign-in.' }, 404)
    const operation = id === undefined ? 'sign out everywhere' : 'end a sign-in'
    const principal = principalOf(signIn)
    const trace = traceOf(request.headers)
    await record(connection, { trace, principal, destination: settings.issuer, operation })
    const ended = await keeper.end(id === undefined ? { owner: signIn.owner } : { ids: [id] })
    const isThis = id === undefined || id === signIn.id
    return answerJson({ ended }, 200, isThis ? [cookie.set('', 0)] : [])
  }
}

function signInFirst(): Response {
  return answerJson({ code: 'unauthorized', message: 'Sign in first.' }, 401)
}
