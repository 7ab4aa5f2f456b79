// The options of `protectMcpServer`, and their check.

import type { AuditSink } from '../core/audit.ts'
import type { CallPolicy } from '../core/call-policy.ts'
import {
  type DeclaredIssuers,
  declaredIssuers,
  ISSUER_SETTINGS,
  type IssuerSettings,
} from '../core/declared-issuers.ts'
import { checkOptions, type OptionNames } from '../core/known-options.ts'
import type { Observer } from '../core/observe.ts'
import { isByName, isTexts, type ValueChecks } from '../core/option-values.ts'
import { allowedHttp, PLAIN_HTTP_OPTIONS, type PlainHttpOptions } from '../core/plain-http.ts'
import type { Principal } from '../core/principal.ts'
import { canonicalResource } from '../core/resource.ts'
import { type AcceptInput, parseAccept } from './accept.ts'
import { type Api, type ApiInput, parseApi } from './api.ts'
import { type ApprovedTools, checkApproved } from './approved-tools.ts'

/** Where an error came from. */
export interface ErrorOrigin {
  readonly tool?: string
  readonly principal: Principal
  readonly trace: string
}

/** Options of {@link protectMcpServer}. */
export interface ProtectOptions extends IssuerSettings, PlainHttpOptions {
  /**
   * Identifier of the MCP server, and the audience of the access tokens that it takes unless another
   * one is named.
   */
  readonly resource: string
  /**
   * Records every hop. When it throws, the hop fails. Default: the log of the process gets each event
   * as one line of JSON.
   */
  readonly audit?: AuditSink
  /**
   * Is told when hops begin and end, for telemetry: `otelObserver` of onbehalf/otel. Default: nobody is.
   */
  readonly observer?: Observer
  /**
   * The scopes that each tool needs. A tool that is not named here is refused. Name a tool that
   * needs none with `[]`.
   */
  readonly toolScopes: Readonly<Record<string, readonly string[]>>
  /**
   * Whether a caller is listed only the tools that their token may call. Default false: a client can
   * then ask for a wider token when somebody wants a tool, and one that lists with the fewest scopes,
   * as `caller.fetch` does, finds all of them.
   */
  readonly hideForbiddenTools?: boolean
  /**
   * Judges each call of a tool, by the claims of the token and by the arguments: `callPolicy` of
   * onbehalf/policy. Its rules name the tools `server/add_task`. Default: what the scopes allow passes.
   */
  readonly policy?: CallPolicy
  /**
   * The tools of which each call needs the person's yes, such as `{ send: 'required' }`: the token must
   * name the tool and its arguments (`authorization_details`, RFC 9396), and is good for one call. Default:
   * none.
   */
  readonly approved?: ApprovedTools
  /** Scopes that every request needs. Default none. */
  readonly scopes?: readonly string[]
  /**
   * The APIs that tools call, by name. The model reads that name when the API does not answer.
   * Default none.
   */
  readonly apis?: Readonly<Record<string, ApiInput>>
  /**
   * Where the server takes credentials from, beside the `Authorization` header. Default: nowhere.
   */
  readonly accept?: AcceptInput
  /** `Host` values to answer to, beside the resource's own. Default none. */
  readonly allowedHosts?: readonly string[]
  /** Origins of web pages that may send requests, beside the resource's own. Default none. */
  readonly allowedOrigins?: readonly string[]
  /** How many bytes the body of a request may have. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /**
   * Key of the audit's fingerprints, 32 bytes or more, one for each deployment. Default: random.
   */
  readonly fingerprintKey?: Uint8Array<ArrayBuffer>
  /** Default: `globalThis.fetch`, captured at creation. */
  readonly fetch?: typeof globalThis.fetch
  /**
   * Milliseconds for one call of an API, and for reading the body of one request. Default 30,000.
   */
  readonly deadline?: number
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /**
   * Gets what went wrong in a tool or in the handler, and warnings about tools without declared
   * scopes. Default: nobody does.
   */
  readonly onError?: (error: unknown, origin: ErrorOrigin) => void
}

/** The options, checked, with the defaults filled in. */
export interface Settings {
  readonly resource: string
  readonly issuers: DeclaredIssuers
  readonly scopes: readonly string[]
  readonly apis: ReadonlyMap<string, Api>
  readonly accept: AcceptInput
  readonly maxBodyBytes: number
  readonly fetch: typeof globalThis.fetch
  readonly deadlineMs: number
  readonly now: () => number
}

/** Every option. A new one does not compile until it is here. */
const PROTECT_OPTIONS: OptionNames<ProtectOptions> = {
  ...ISSUER_SETTINGS,
  ...PLAIN_HTTP_OPTIONS,
  resource: 'required',
  audit: 'optional',
  observer: 'optional',
  toolScopes: 'required',
  hideForbiddenTools: 'optional',
  policy: 'optional',
  approved: 'optional',
  scopes: 'optional',
  apis: 'optional',
  accept: 'optional',
  allowedHosts: 'optional',
  allowedOrigins: 'optional',
  maxBodyBytes: 'optional',
  fingerprintKey: 'optional',
  fetch: 'optional',
  deadline: 'optional',
  now: 'optional',
  onError: 'optional',
}

const PROTECT_VALUES: ValueChecks = {
  allowedHosts: isTexts,
  allowedOrigins: isTexts,
  approved: isByName("{ send: 'required' }"),
}

/**
 * Checks the options.
 *
 * @throws TypeError that names the setting.
 */
export function parseOptions(options: ProtectOptions): Settings {
  checkOptions('protectMcpServer', '', options, PROTECT_OPTIONS, PROTECT_VALUES)
  const {
    scopes = [],
    maxBodyBytes = 1024 * 1024,
    fetch = globalThis.fetch,
    deadline: deadlineMs = 30_000,
    now = Date.now,
  } = options
  checkApproved(options.approved ?? {}, options.toolScopes)
  const allowsHttp = allowedHttp(options)
  const resource = canonicalResource(options.resource, allowsHttp)
  const issuers = declaredIssuers(options)
  if (!(Number.isInteger(maxBodyBytes) && maxBodyBytes > 0))
    throw new TypeError('maxBodyBytes must be a positive integer')
  const apis = new Map(
    Object.entries(options.apis ?? {}).map(([name, input]) => [
      name,
      parseApi(name, input, allowsHttp),
    ]),
  )
  if (apis.size > 0 && issuers.cannotExchange !== undefined)
    throw new TypeError(
      `apis need the setting exchanger or an issuer that exchanges, because the token that an MCP server receives must not go on to an API: ${issuers.cannotExchange}`,
    )
  const accept = parseAccept(options.accept ?? {})
  return { resource, issuers, scopes, apis, accept, maxBodyBytes, fetch, deadlineMs, now }
}
