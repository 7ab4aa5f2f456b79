// The front door of a chat server in any language: the gateway admits the person, and the chat server
// gets a run token and a signed principal in place of the person's token.

import type { Caller } from '../../caller.ts'
import type { Credential } from '../../core/credential.ts'
import { onBodyEnd } from '../../core/http/on-body-end.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { isSecret, isText, type ValueChecks } from '../../core/option-values.ts'
import type { AllowsHttp } from '../../core/plain-http.ts'
import { longSecret } from '../long-secret.ts'
import type { RunTokens } from './run-tokens.ts'
import { signPrincipal } from './signed-principal.ts'

/** A chat server behind the gateway. */
export interface ChatUpstream {
  /** Where it is in front, such as `/chatkit`. */
  readonly path: string
  /** The URL of the chat server. Requests go to exactly this URL. */
  readonly upstream: string
  /** Signs who a request is from: 32 characters or more, which the chat server knows too. */
  readonly principalSecret: Credential
}

/** Every option. A new one does not compile until it is here. */
const CHAT_OPTIONS: OptionNames<ChatUpstream> = {
  path: 'required',
  upstream: 'required',
  principalSecret: 'required',
}

const CHAT_VALUES: ValueChecks = { path: isText, upstream: isText, principalSecret: isSecret }

/** What the front door needs. */
export interface FrontDoorParts {
  readonly chat: ChatUpstream
  /** The gateway's own address. */
  readonly url: string
  readonly runs: RunTokens
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  /** Tells the operator of a setting that cannot work. */
  readonly warn: (message: string) => void
}

/** What the gateway answers itself. */
const OWN_PATHS = /^\/(?:mcp|\.well-known|healthz|readyz)/

/** The header with the signed principal. */
const PRINCIPAL_HEADER = 'x-onbehalf-principal'
/** Headers of a request that go on, and of an answer that come back. */
const SENT = ['accept', 'accept-language', 'content-type', 'last-event-id']
const ANSWERED = ['cache-control', 'content-type', 'retry-after', 'x-accel-buffering']

/**
 * Checks the declaration.
 *
 * @throws TypeError that names the setting.
 */
export function checkChat(chat: ChatUpstream, allowsHttp: AllowsHttp): void {
  checkOptions('chat', 'chat', chat, CHAT_OPTIONS, CHAT_VALUES)
  if (!/^\/[^?#]*$/.test(chat.path) || OWN_PATHS.test(chat.path))
    throw new TypeError(
      'chat.path must begin with a slash, and not with /mcp, /.well-known, /healthz or /readyz, such as /chatkit',
    )
  const url = URL.canParse(chat.upstream) ? new URL(chat.upstream) : undefined
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && allowsHttp(url)))
    throw new TypeError(
      'chat.upstream must be an https URL (plain http is for loopback addresses, and for hosts inside a cluster that insecurelyAllowHttp names)',
    )
  longSecret('chat.principalSecret', chat.principalSecret)
}

/** Passes an admitted request on. The run token ends with the body of the answer. */
export async function passToChat(
  request: Request,
  caller: Caller,
  { chat, url, runs, fetch, now, warn }: FrontDoorParts,
): Promise<Response> {
  const run = runs.give(caller)
  const headers = only(SENT, request.headers)
  headers.set('authorization', `Bearer ${run.token}`)
  const signing = { issuer: url, audience: chat.upstream, secret: chat.principalSecret, now }
  headers.set(PRINCIPAL_HEADER, signPrincipal(caller, signing))
  try {
    const answer = await fetch(chat.upstream, {
      method: request.method,
      headers,
      body: request.body,
      duplex: 'half',
      redirect: 'manual',
      signal: request.signal,
    })
    if (answer.status >= 300 && answer.status < 400) {
      run.end()
      answer.body?.cancel().catch(() => {})
      warn(
        'chat.upstream answers with a redirect, which is not followed: write the address that it leads to',
      )
      return unavailable(
        'The chat server is not set up correctly. Its operator finds the reason in the log.',
      )
    }
    return onBodyEnd(
      new Response(answer.body, { status: answer.status, headers: only(ANSWERED, answer.headers) }),
      run.end,
    )
  } catch {
    run.end()
    return unavailable('The chat server cannot be reached. Try again later.')
  }
}

function unavailable(message: string): Response {
  return Response.json(
    { code: 'unavailable', message },
    { status: 502, headers: { 'cache-control': 'no-store' } },
  )
}

/** The headers of these names. */
function only(names: readonly string[], given: Headers): Headers {
  const headers = new Headers()
  for (const name of names) {
    const value = given.get(name)
    if (value !== null) headers.set(name, value)
  }
  return headers
}
