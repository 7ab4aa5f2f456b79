// Reads the credentials out of a request to an MCP server, and enters those that nobody made up into the
// ledger: the target's own issuer gave them.

import { credentialIn, type KnownSecret, SHORTEST_SECRET } from '../secrets/ledger.ts'
import type { HeaderLines, Tape } from './tape.ts'

/** Headers that credentials travel in. */
const HEADERS = ['authorization', 'x-api-key', 'api-key', 'onbehalf-session']

/** The places of a request that a credential belongs in. */
export interface CredentialPlaces {
  /** Names of headers, in lower case. */
  readonly headers: readonly string[]
  /** The argument of a tool. */
  readonly argument?: string
}

/** A request's credentials. */
export interface Presented {
  readonly texts: readonly string[]
  /** The JSON members that they were in. */
  readonly fields: readonly string[]
}

/** The headers for credentials at a server that insists on one, perhaps in a header of its own. */
export function credentialHeaders(requires: boolean | string | undefined): readonly string[] {
  return typeof requires === 'string' ? [...HEADERS, requires] : HEADERS
}

/** Finds the credentials of a request. */
export function presentedIn(
  headers: HeaderLines,
  params: Readonly<Record<string, unknown>>,
  places: CredentialPlaces,
): Presented {
  const inHeaders = headers
    .filter(([name]) => places.headers.includes(name))
    .map(([, value]) => credentialIn(value))
  const meta = entriesOf(params._meta)
  const own = entriesOf(params.arguments).filter(([name]) => name === places.argument)
  const inBody = [...meta, ...own].filter(([, value]) => isToken(value))
  return {
    texts: [...inHeaders, ...inBody.map(([, value]) => String(value))],
    fields: inBody.map(([name]) => name),
  }
}

/** Enters what is new into the ledger. */
export function enter(presented: Presented, server: string, tape: Tape): void {
  const { ledger, turn, written } = tape
  for (const text of presented.texts) {
    if (text.length < SHORTEST_SECRET || ledger.find(text) || written.has(text)) continue
    const owner = subjectOf(text) ?? turn.person
    const secret: KnownSecret = {
      kind: `credential at ${server}`,
      ...(owner === undefined ? {} : { owner }),
      text,
      homes: [`inbox ${server}`],
    }
    ledger.add(secret)
  }
}

/** Whom a JWT speaks of. */
function subjectOf(text: string): string | undefined {
  try {
    const payload = Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8')
    const { sub } = JSON.parse(payload)
    return typeof sub === 'string' ? sub : undefined
  } catch {
    return undefined
  }
}

function isToken(value: unknown): boolean {
  return typeof value === 'string' && /^[\w.~+/=-]{16,}$/.test(value)
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}
