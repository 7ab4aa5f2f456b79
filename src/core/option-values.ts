// What the value of an option must be: a function, a part with its methods, a secret, a list. The
// check is at creation, so that a part of the wrong kind does not fail in the first request. Pure.

import { Credential } from './credential.ts'

/** Says what is wrong with a value, in words that follow the option's name; undefined: nothing. */
export type ValueCheck = (value: unknown) => string | undefined

/** The checks of some options, by their names. */
export type ValueChecks = Readonly<Record<string, ValueCheck>>

/** A function. */
export function isFunction(hint: string): ValueCheck {
  return (value) => (typeof value === 'function' ? undefined : `must be a function: ${hint}`)
}

/** A part: an object with these methods, whatever else it has. */
export function hasMethods(methods: readonly string[], hint: string): ValueCheck {
  return (value) => {
    if (value instanceof Promise)
      return `must be there already, and is a promise: await it (${hint})`
    // A list has methods too, such as `at`.
    const missing = methods.find(
      (method) => Array.isArray(value) || typeof memberOf(value, method) !== 'function',
    )
    return missing === undefined ? undefined : `must have the method ${missing}: ${hint}`
  }
}

/** The member of an object, also one of its class. */
function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** An object with a member for each name, and no list. */
export function isByName(hint: string): ValueCheck {
  return (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? undefined
      : `must be an object with their names: ${hint}`
}

/** A list. */
export function isList(example: string): ValueCheck {
  return (value) => (Array.isArray(value) ? undefined : `must be a list: ${example}`)
}

/** A secret in a `Credential`. The text of a wrong one is not repeated. */
export const isSecret: ValueCheck = (value) =>
  value instanceof Credential
    ? undefined
    : 'must be a Credential, so that nothing prints it: new Credential(…) of onbehalf'

/** A secret, or another way in which a client proves who it is. */
export const isClientSecret: ValueCheck = (value) =>
  typeof value === 'function' ? undefined : isSecret(value)

const CLIENT =
  'clientSecretBasic(new Credential(…)), privateKeyJwt or publicClient of onbehalf/oauth'

/** How a client proves who it is. */
export const isClientAuthentication: ValueCheck = isFunction(CLIENT)

/** What records the audit. */
export const isAuditSink: ValueCheck = hasMethods(
  ['record'],
  'an audit sink, such as auditSink(createLog()) of onbehalf/log',
)

/** An issuer that a preset made. */
export const isIssuer: ValueCheck = (value) =>
  typeof memberOf(value, 'issuer') === 'string' &&
  typeof memberOf(memberOf(value, 'verifier'), 'verify') === 'function'
    ? undefined
    : "must be a preset of onbehalf/issuers, such as oidc({ issuer: 'https://…' })"

/** The store of lasting secrets. */
export const isSecretStore: ValueCheck = hasMethods(
  ['read', 'write', 'remove'],
  'a secret store, such as sqliteSecretStore of onbehalf/store',
)

/** The store of threads. */
export const isThreadStore: ValueCheck = hasMethods(
  ['createThread', 'thread', 'changeItems'],
  'a thread store, such as sqliteThreadStore(openSqlite(…)) of onbehalf/store',
)

/** A list of texts. */
export const isTexts: ValueCheck = (value) =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    ? undefined
    : `must be a list of texts: ['…']`

/** A text, or a list of texts. */
export const isTextOrTexts: ValueCheck = (value) =>
  typeof value === 'string' || isTexts(value) === undefined
    ? undefined
    : `must be a text or a list of texts: ['…']`

/** A text. */
export const isText: ValueCheck = (value) =>
  typeof value === 'string' ? undefined : 'must be a text'

/** One of a few words. */
export function isOneOf(...words: readonly string[]): ValueCheck {
  return (value) =>
    typeof value === 'string' && words.includes(value)
      ? undefined
      : `must be one of ${words.join(', ')}`
}

const isFlag: ValueCheck = (value) =>
  typeof value === 'boolean' ? undefined : 'must be true or false'

/** A number. */
export const isNumber: ValueCheck = (value) =>
  typeof value === 'number' && !Number.isNaN(value) ? undefined : 'must be a number'

/** The longest time of a timer. A longer one would be over at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

const isTime: ValueCheck = (value) => {
  if (typeof value !== 'number') return isNumber(value)
  return value > 0 && value <= MAX_TIMER_MS
    ? undefined
    : `must be a number of milliseconds above 0, at most ${MAX_TIMER_MS}`
}

/** A text says the type alone, where an object with the type is wanted. Lists are judged elsewhere. */
function isTyped(example: string): ValueCheck {
  return (value) => {
    if (typeof value === 'string')
      return `must be an object that says the type: { type: '${value.slice(0, 32)}' }`
    return typeof value === 'object' && value !== null
      ? undefined
      : `must be an object that says the type, such as ${example}`
  }
}

const APPROVALS = isOneOf('never', 'destructive', 'changes')
const CLOCK = isFunction('the milliseconds since the epoch, such as Date.now')
const EXCHANGER = hasMethods(
  ['exchange'],
  'tokenExchanger or tokenService of onbehalf/oauth makes one',
)

/** What options are in every factory that has them. A factory's own checks stand before these. */
export const VALUE_CHECKS: ValueChecks = {
  admit: isFunction('the admit of createOnBehalf(…), such as onbehalf.admit'),
  audit: isAuditSink,
  auditor: isFunction('createAuditor(…) of onbehalf makes one'),
  client: isClientAuthentication,
  clientCredentials: hasMethods(['issue'], 'clientCredentials of onbehalf/oauth makes one'),
  clientSecret: isClientSecret,
  observer: hasMethods(['begin'], 'otelObserver of onbehalf/otel makes one'),
  fingerprintKey: (value) =>
    value instanceof Uint8Array ? undefined : 'must be a Uint8Array of at least 32 bytes',
  insecurelyAllowHttp: (value) => (Array.isArray(value) ? undefined : 'must be a list of hosts'),
  accessTokenMarks: isList("[{ required: { token_use: ['access'] } }]"),
  signal: hasMethods(['addEventListener'], 'the signal of an AbortController'),
  connections: hasMethods(['credential'], 'connections of onbehalf/oauth makes them'),
  dpop: hasMethods(['proof'], 'await dpopKey() of onbehalf/oauth'),
  exchanger: EXCHANGER,
  fetch: isFunction('a fetch of the web standard, such as globalThis.fetch'),
  identityAssertions: EXCHANGER,
  now: CLOCK,
  onError: isFunction('it is called with the error'),
  onWarning: isFunction('it is called with the warning'),
  policy: hasMethods(['hides', 'permit'], 'callPolicy({ rules }) of onbehalf/policy makes one'),
  processes: hasMethods(['take', 'end'], 'childProcesses of onbehalf/stdio makes them'),
  proofs: hasMethods(['verify'], 'dpopProofs of onbehalf/jwt makes one'),
  reflectionMarks: hasMethods(['mark', 'isMarked'], 'sqliteReflectionMarks of onbehalf/store'),
  secrets: isSecretStore,
  toolPins: hasMethods(['read', 'add'], 'sqliteToolPins of onbehalf/store'),
  vault: hasMethods(['deposit', 'withdraw', 'discard'], 'memoryVault of onbehalf makes one'),
  verifier: hasMethods(
    ['verify'],
    'jwtVerifier of onbehalf/jwt makes one, or give a preset of onbehalf/issuers as issuer',
  ),
  warn: isFunction('it is called with the warning, such as console.warn'),

  opaqueTokens: isOneOf('introspection', 'userinfo'),
  approvals: (value) => (typeof value === 'function' ? undefined : APPROVALS(value)),
  source: isTyped(`{ type: 'exchange', scopes: ['…'] }`),
  placement: isTyped(`{ type: 'header' }`),
  servers: isByName(`{ Tasks: { url: 'https://…' } }`),
  apis: isByName(`{ tasks: { url: '…', scopes: ['…'] } }`),
  toolScopes: isByName(`{ add_task: ['tasks:write'] }`),

  algorithms: isTexts,
  clients: isTexts,
  authorizationServers: isTexts,
  scopes: isTexts,
  scopesSupported: isTexts,
  stepUp: isTexts,
  audienceClaim: isTextOrTexts,
  idTokensFor: isTextOrTexts,
  scopesClaim: isTextOrTexts,
  clientId: (value) => (value === '' ? 'must not be empty' : isText(value)),
  impliedAudience: isText,
  subjectClaim: isText,
  subjectHeader: isText,
  tenantClaim: isText,

  allowCancel: isFlag,
  allowLoopbackForDevelopment: isFlag,
  assumeAudience: isFlag,
  hideForbiddenTools: isFlag,
  insecurelyAcceptUntypedTokens: isFlag,
  insecurelyShowLiteralTokens: isFlag,
  keepCalls: isFlag,
  offlineAccess: isFlag,
  scopesFromIssuer: isFlag,
  stepDetails: isFlag,
  tenantOptional: isFlag,

  approvalLifetime: isNumber,
  cooldown: isNumber,
  deadline: isTime,
  totalDeadline: isTime,
  heartbeat: isNumber,
  lease: isNumber,
  lifetime: isNumber,
  maxAge: isNumber,
  maxBodyBytes: isNumber,
  maxBytes: isNumber,
  maxEntries: isNumber,
  maxTurns: isNumber,
  rotateAfter: isNumber,
  staleFor: isNumber,
  tolerance: isNumber,
}

/**
 * Checks one argument.
 *
 * @param name The factory and what the argument is, such as `createAuditor: the sink`.
 * @throws TypeError that names it.
 */
export function checkArgument(name: string, value: unknown, check: ValueCheck): void {
  const problem = check(value)
  if (problem !== undefined) throw new TypeError(`${name} ${problem}`)
}
