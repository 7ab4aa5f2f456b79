// callHook: a company's own filter over HTTP, before and after each call. What it does not answer in time
// and in form is refused. It is never shown a credential.

import type { CallPolicy, PolicyCall } from '../core/call-policy.ts'
import type { Credential } from '../core/credential.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import { boundedText } from '../core/http/bounded-text.ts'
import { isObject, parseJson } from '../core/json.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import { isFunction, isSecret, isText, isTexts, type ValueChecks } from '../core/option-values.ts'

/** Options of {@link callHook}. */
export interface CallHookOptions {
  /** Where it is asked: https, or http on this machine. */
  readonly url: string
  /** Is sent as a bearer token, so that the filter knows who asks. Default: none. */
  readonly secret?: Credential
  /** Claims of the person that it is shown. Default: none but issuer and subject. */
  readonly claims?: readonly string[]
  /** Whether it is asked about results too. Default true. */
  readonly results?: boolean
  /** Milliseconds for each answer, 4,500 at most. Default 2,000. */
  readonly deadline?: number
  /** Characters of what is sent. A call or a result that is larger is refused. Default 1 Mi. */
  readonly maxChars?: number
  /** Questions under way. With more, the next one is refused. Default 64. */
  readonly maxAtOnce?: number
  /** The rules that judge a call that the filter has let through. Default: none. */
  readonly policy?: CallPolicy
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch
}

/** Every option of the factory. A new one does not compile until it is here. */
const CALL_HOOK_OPTIONS: OptionNames<CallHookOptions> = {
  url: 'required',
  secret: 'optional',
  claims: 'optional',
  results: 'optional',
  deadline: 'optional',
  maxChars: 'optional',
  maxAtOnce: 'optional',
  policy: 'optional',
  fetch: 'optional',
}

const within = (most: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most
    ? undefined
    : `must be a whole number from 1 to ${most}`

const CALL_HOOK_VALUES: ValueChecks = {
  url: isText,
  secret: isSecret,
  claims: isTexts,
  results: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  deadline: within(4_500),
  maxChars: within(16 * 1024 * 1024),
  maxAtOnce: within(10_000),
  fetch: isFunction('it sends a request'),
}

const MAX_ANSWER_CHARS = 16_384
const MAX_MESSAGE_CHARS = 300
const REFUSED = 'a filter of the operator does not allow it.'

/**
 * Makes a policy that asks a filter. It is sent `{ phase: 'before', person: { issuer, subject, claims },
 * server, tool, arguments }` with POST, and answers `{ allow: true }` or `{ allow: false, message }`: the
 * model reads the message. After the call it is sent the same with `phase: 'after'` and `result`, out
 * of which credentials were taken. No answer, or one of another form, is a refusal.
 *
 * @throws TypeError for an option that is missing, misspelt or of the wrong kind.
 *
 * @example
 * ```ts
 * const policy = callHook({ url: 'https://filter.example/mcp', policy: callPolicy({ rules }) })
 * ```
 */
export function callHook(options: CallHookOptions): CallPolicy {
  checkOptions('callHook', '', options, CALL_HOOK_OPTIONS, CALL_HOOK_VALUES)
  checkUrl(options.url)
  const { policy, results = true } = options
  const ask = asker(options)
  return {
    hides: (call) => policy?.hides(call) ?? false,
    asks: (call) => policy?.asks?.(call) ?? false,
    async permit(call) {
      const said = await ask({ phase: 'before', ...described(call, options.claims) })
      if (said === undefined) return refused('policy_unavailable')
      if (!said.allow) return refused('policy_refused', advice(said.message))
      // Last, because it counts the call and uses up a yes.
      return policy ? policy.permit(call) : granted(() => {})
    },
    ...(results || policy?.check
      ? {
          async check(call: PolicyCall, result: unknown): Promise<Result<null>> {
            const said = results
              ? await ask({ phase: 'after', ...described(call, options.claims), result })
              : { allow: true }
            if (said === undefined) return refused('result_withheld')
            if (!said.allow) return refused('result_withheld', { advice: said.message ?? REFUSED })
            return (await policy?.check?.(call, result)) ?? granted(null)
          },
        }
      : {}),
  }
}

function advice(message: string | undefined): { readonly advice?: string } {
  return message === undefined ? {} : { advice: message }
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOwnMachine = url !== undefined && /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname)
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isOwnMachine)))
    throw new TypeError('url must be an https URL, or http on this machine')
  if (url.username !== '' || url.password !== '')
    throw new TypeError('url has a password in it: give it as secret')
}

/** What the filter learns of a call. */
function described(
  { principal, claims, server, tool, args }: PolicyCall,
  names: readonly string[] = [],
) {
  const shown = names.filter((name) => Object.hasOwn(claims, name))
  return {
    person: {
      issuer: principal.issuer,
      subject: principal.subject,
      claims: Object.fromEntries(shown.map((name) => [name, claims[name]])),
    },
    server,
    tool,
    arguments: args ?? {},
  }
}

/** What the filter said. */
interface Said {
  readonly allow: boolean
  readonly message?: string
}

/** Makes the function that asks; it gives undefined for no answer. */
function asker({
  url,
  secret,
  deadline = 2_000,
  maxChars = 1024 * 1024,
  maxAtOnce = 64,
  fetch = globalThis.fetch,
}: CallHookOptions): (question: object) => Promise<Said | undefined> {
  let underWay = 0
  return async (question) => {
    const body = JSON.stringify(question)
    if (body.length > maxChars || underWay >= maxAtOnce) return undefined
    underWay += 1
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(secret ? { authorization: `Bearer ${secret.reveal()}` } : {}),
        },
        body,
        redirect: 'manual',
        credentials: 'omit',
        signal: AbortSignal.timeout(deadline),
      })
      if (response.status !== 200) {
        await response.body?.cancel()
        return undefined
      }
      return saidIn(await boundedText(response, MAX_ANSWER_CHARS))
    } catch {
      return undefined
    } finally {
      underWay -= 1
    }
  }
}

function saidIn(text: string | undefined): Said | undefined {
  const answer = text === undefined ? undefined : parseJson(text)
  if (!isObject(answer) || typeof answer.allow !== 'boolean') return undefined
  const { allow, message } = answer
  return typeof message === 'string' && !allow
    ? { allow, message: message.replace(/\p{Cc}+/gu, ' ').slice(0, MAX_MESSAGE_CHARS) }
    : { allow }
}
