// The connections page: a person sees which accounts and keys the gateway keeps for them and what used
// them, connects, puts in a key, and takes back. Only a kept sign-in opens it: an agent holds a token of
// the person's, and must not do these things with it.

import { answerAs } from '../../answer-as.ts'
import type { AskedResource } from '../../app-doors.ts'
import type { Caller } from '../../caller.ts'
import { endsSignIn, isTemporary } from '../../core/errors.ts'
import { isFormOfOwnPage } from '../../core/http/form-of-own-page.ts'
import { readForm } from '../../oauth/token-service/form.ts'
import type { OnBehalf } from '../../on-behalf.ts'
import { ACTS, type Act, credentialIn } from './acts.ts'
import { goTo, htmlPage, styleSheet } from './html.ts'
import { idOf } from './kept-credentials.ts'
import type { PageParts } from './parts.ts'
import { shownTo } from './shown.ts'
import { pageBody } from './view.ts'

/** Where a person's requests are admitted. */
export interface PageDoor {
  readonly onbehalf: OnBehalf
  readonly resource: AskedResource
}

/** The page. */
export interface ConnectionsPage {
  /**
   * Answers requests of the page, of sign-ins, and of people who come back from connecting an account.
   *
   * @returns Undefined for any other path.
   */
  handle(request: Request, door: PageDoor): Promise<Response> | undefined
}

/** Below the gateway's own address. */
export const PAGE_PATH = '/connections'
/** Where people come back to from connecting an account. */
export const CONNECTED_PATH = '/connected'
/** Parameters of links that lead people to the page. */
const CAME_FOR = ['server', 'call']
const FORM_DEADLINE_MS = 10_000

/** Makes the page. */
export function connectionsPage(parts: PageParts): ConnectionsPage {
  const { url, session, sessionPath, connections } = parts
  const before = new URL(url).pathname.replace(/\/$/, '')
  const path = `${before}${PAGE_PATH}`
  const connected = `${before}${CONNECTED_PATH}/`
  return {
    handle(request, door) {
      const { pathname } = new URL(request.url)
      if (pathname.startsWith(`${sessionPath}/`))
        return session.handle(request).then((answer) => answer ?? nothingHere(path))
      const document = connections?.clientMetadata(request)
      if (document) return Promise.resolve(document)
      const toPerson = routeOf(pathname)
      if (!toPerson) return undefined
      return toPerson(request, door).catch(() => unavailable(path))
    },
  }

  function routeOf(pathname: string) {
    if (pathname === `${path}/style.css`) return async () => styleSheet()
    if (pathname === path) return reading(show)
    if (pathname === `${path}/connect`) return reading(connect)
    if (pathname.startsWith(connected)) return reading(comeBack)
    const act = pathname.startsWith(`${path}/`) ? pathname.slice(path.length + 1) : ''
    return Object.hasOwn(ACTS, act) ? acting(ACTS[act]) : undefined
  }

  /** Answers a GET. */
  function reading(answer: (request: Request, caller: Caller) => Promise<Response>) {
    return async (request: Request, door: PageDoor): Promise<Response> => {
      if (request.method !== 'GET') return wrongMethod('GET')
      return asPerson(request, door, (caller) => answer(request, caller))
    }
  }

  async function show(request: Request, caller: Caller): Promise<Response> {
    const { searchParams } = new URL(request.url)
    const shown = await shownTo(caller, searchParams, { ...parts, path })
    return htmlPage('Connections', pageBody(shown), `${path}/style.css`)
  }

  /** Sends a person to connect an account: only from the page itself. */
  async function connect(request: Request, { principal }: Caller): Promise<Response> {
    const { searchParams } = new URL(request.url)
    const kept = credentialIn(searchParams, parts.credentials)
    const isFromPage = request.headers.get('sec-fetch-site') === 'same-origin'
    if (kept?.kind !== 'account' || !connections || !isFromPage) return goTo(path)
    const returnTo = `${path}?done=connected&which=${encodeURIComponent(idOf(kept))}`
    return connections.start(request, principal, kept.name, returnTo)
  }

  async function comeBack(request: Request, { principal }: Caller): Promise<Response> {
    return connections?.callback(request, principal) ?? nothingHere(path)
  }

  /** Answers a form of the page. A browser sends the cookie with the forms of other pages, too. */
  function acting(act: Act | undefined) {
    return async (request: Request, door: PageDoor): Promise<Response> => {
      if (request.method !== 'POST' || !act) return wrongMethod('POST')
      if (!isFormOfOwnPage(request, new URL(url).origin)) return notOfPage(path)
      return asPerson(request, door, async (caller) => {
        const form = await readForm(request, FORM_DEADLINE_MS)
        if (!form.ok) return notOfPage(path)
        const done = await act(form.value, caller, parts)
        const kept = credentialIn(form.value, parts.credentials)
        const which = kept ? `&which=${encodeURIComponent(idOf(kept))}` : ''
        return goTo(`${path}?done=${done}${which}`)
      })
    }
  }

  /**
   * Admits the person of a request by its cookie alone. Where it comes from was judged already, so the
   * door sees a plain reading.
   */
  async function asPerson(
    request: Request,
    { onbehalf, resource }: PageDoor,
    answer: (caller: Caller) => Promise<Response>,
  ): Promise<Response> {
    const cookie = request.headers.get('cookie')
    if (cookie === null) return signIn(request)
    const { url: at, signal } = request
    const reading = new Request(at, { headers: { cookie }, signal })
    const admission = await onbehalf.admit(reading, resource)
    if (admission.ok) return answerAs(admission.value, signal, answer)
    const { reason } = admission.refusal
    if (endsSignIn(reason)) return signIn(request)
    // To sign in again would lead here again.
    return isTemporary(reason) ? unavailable(path) : notTaken(path)
  }

  /** Sends a person to sign in, and then to the page, for what they came for. */
  function signIn(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url)
    const [name] = pathname === path ? CAME_FOR.filter((one) => searchParams.has(one)) : []
    const query = name && `?${name}=${encodeURIComponent(searchParams.get(name) ?? '')}`
    return goTo(`${sessionPath}/sign-in?returnTo=${encodeURIComponent(`${path}${query ?? ''}`)}`)
  }
}

function nothingHere(path: string): Response {
  return problemPage(path, 404, 'There is nothing at this address.')
}

function notOfPage(path: string): Response {
  return problemPage(path, 400, 'This did not come from the page itself, so nothing was done.')
}

function notTaken(path: string): Response {
  const sentence =
    'Your sign-in is not taken here. An administrator finds the reason in the audit log.'
  return problemPage(path, 403, sentence)
}

function unavailable(path: string): Response {
  return problemPage(path, 503, 'That did not work. Try again in a moment.')
}

function wrongMethod(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } })
}

function problemPage(path: string, status: number, sentence: string): Response {
  const body = `<h1>Connections</h1>
<p>${sentence}</p>
<p><a href="${path}">Go to your connections</a></p>`
  return htmlPage('Connections', body, `${path}/style.css`, status)
}
