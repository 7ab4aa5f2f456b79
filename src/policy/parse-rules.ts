// Checks the rules that an operator wrote. Nothing is skipped: a rule that was misspelt would allow
// what it was to forbid.

import { isObject, type UnknownObject } from '../core/json.ts'
import { nearest } from '../core/known-options.ts'
import type { PolicyRules } from './rules.ts'

const POLICY = ['default', 'rules']
const RULE = ['tools', 'when', 'unless', 'effect', 'arguments', 'limits', 'say']
const LIMIT = ['required', 'enum', 'minimum', 'maximum', 'maxLength', 'maxItems', 'like']
const LIMITS = ['minute', 'hour', 'day', 'atOnce']

/** Says what is wrong with a value, after its place; undefined: nothing. */
type Check = (value: unknown) => string | undefined

/**
 * Reads a policy.
 *
 * @param servers The names of the servers, where they are known: a rule must be about one of them.
 * @throws TypeError that names the place, such as `policy.rules[2].effect`.
 */
export function parseRules(value: unknown, servers?: readonly string[]): PolicyRules {
  const policy = mapAt('policy', value, POLICY)
  check('policy.default', policy.default, isOneOf('allow', 'deny'))
  if (!Array.isArray(policy.rules)) throw new TypeError('policy.rules must be a list of rules')
  policy.rules.forEach((rule: unknown, index) => {
    checkRule(`policy.rules[${index}]`, rule, servers)
  })
  // Copied: the operator's own object may change.
  return structuredClone(policy) as unknown as PolicyRules
}

function checkRule(at: string, value: unknown, servers: readonly string[] | undefined): void {
  const rule = mapAt(at, value, RULE)
  if (rule.tools === undefined)
    throw new TypeError(`${at}.tools must say which tools, such as Tasks/delete_*`)
  check(`${at}.tools`, rule.tools, isPatterns)
  for (const pattern of [rule.tools].flat()) checkServer(`${at}.tools`, String(pattern), servers)
  check(`${at}.effect`, rule.effect, isOneOf('allow', 'ask', 'deny'))
  check(`${at}.say`, rule.say, isWords)
  for (const name of ['when', 'unless']) checkClaims(`${at}.${name}`, rule[name])
  if (rule.effect === 'deny' && (rule.arguments ?? rule.limits) !== undefined)
    throw new TypeError(
      `${at} denies, so it has neither arguments nor limits: a rule with the effect allow or ask says what the arguments may be`,
    )
  for (const [name, limit] of Object.entries(mapAt(`${at}.arguments`, rule.arguments ?? {})))
    checkLimit(`${at}.arguments.${name}`, limit)
  for (const [name, most] of Object.entries(mapAt(`${at}.limits`, rule.limits ?? {}, LIMITS)))
    check(`${at}.limits.${name}`, most, isPositive)
}

/** A rule about a server that does not exist forbids nothing. */
function checkServer(at: string, pattern: string, servers: readonly string[] | undefined): void {
  const server = pattern.slice(0, pattern.indexOf('/'))
  if (!servers || pattern === '*' || server.includes('*') || servers.includes(server)) return
  const near = nearest(server, servers)
  throw new TypeError(
    `${at}: there is no server ${server}${near === undefined ? `: there are ${servers.join(', ')}` : `: did you mean ${near}?`}`,
  )
}

function checkClaims(at: string, value: unknown): void {
  if (value === undefined) return
  const claims = Object.entries(mapAt(at, value))
  if (claims.length === 0)
    throw new TypeError(`${at} must name a claim, such as { groups: admins }`)
  for (const [name, wanted] of claims) check(`${at}.${name}`, wanted, isValues)
}

function checkLimit(at: string, value: unknown): void {
  const limit = mapAt(at, value, LIMIT)
  if (Object.keys(limit).length === 0)
    throw new TypeError(`${at} must say a limit: ${LIMIT.join(', ')}`)
  check(`${at}.required`, limit.required, isFlag)
  check(`${at}.enum`, limit.enum, (list) =>
    Array.isArray(list) ? isValues(list) : 'must be a list',
  )
  for (const name of ['minimum', 'maximum']) check(`${at}.${name}`, limit[name], isFiniteNumber)
  for (const name of ['maxLength', 'maxItems']) check(`${at}.${name}`, limit[name], isCount)
  check(`${at}.like`, limit.like, isTexts)
}

function check(at: string, value: unknown, judge: Check): void {
  const problem = value === undefined ? undefined : judge(value)
  if (problem !== undefined) throw new TypeError(`${at} ${problem}`)
}

function mapAt(at: string, value: unknown, known?: readonly string[]): UnknownObject {
  if (!isObject(value)) throw new TypeError(`${at} must be a map`)
  for (const name of Object.keys(value)) {
    if (!known || known.includes(name)) continue
    const near = nearest(name, known)
    throw new TypeError(
      `${at}.${name}: ${near === undefined ? `there is no such setting. There are ${known.join(', ')}` : `did you mean ${near}?`}`,
    )
  }
  return value
}

function isOneOf(...words: readonly string[]): Check {
  return (value) =>
    words.some((word) => word === value) ? undefined : `must be one of ${words.join(', ')}`
}

const isFlag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false')
const isFiniteNumber: Check = (value) => (Number.isFinite(value) ? undefined : 'must be a number')
const isCount: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 0 ? undefined : 'must be a whole number from 0'

/** None at all is what `deny` is for. */
const isPositive: Check = (value) =>
  isCount(value) === undefined && value !== 0 ? undefined : 'must be a whole number from 1'

/** It is shown to the model. */
const isWords: Check = (value) =>
  typeof value === 'string' && /^[^\p{Cc}]{1,300}$/u.test(value)
    ? undefined
    : 'must be one line of at most 300 characters'

const isTexts: Check = (value) => {
  const list = [value].flat()
  return list.length > 0 && list.every((one) => typeof one === 'string' && one !== '')
    ? undefined
    : 'must be a text or a list of texts'
}

const isPatterns: Check = (value) =>
  isTexts(value) ??
  ([value].flat().every((one) => one === '*' || /^[^/]+\/.+/.test(String(one)))
    ? undefined
    : 'must be SERVER/TOOL, such as Tasks/delete_* or Tasks/*')

const isValues: Check = (value) => {
  const list = [value].flat()
  const isValue = (one: unknown) => ['string', 'number', 'boolean'].includes(typeof one)
  return list.length > 0 && list.every(isValue)
    ? undefined
    : 'must be a text, a number, true or false, or a list of such'
}
