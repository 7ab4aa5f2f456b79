// Whether the target says the truth about who gives tokens for it (RFC 9728, RFC 8414).

import { stringOf, stringsOf, type UnknownObject } from '../../inspect/ask.ts'
import type { Answer } from '../ask.ts'
import { type Bench, GREETING } from '../bench.ts'
import type { Check } from '../check.ts'
import { failed, must, type Outcome, PASSED } from '../outcome.ts'

/** The document that a challenge names, or the one at the well-known address. */
async function describe(
  bench: Bench,
): Promise<{ url: string; document: UnknownObject | undefined }> {
  const refused = await bench.ask({ url: bench.target, body: GREETING })
  const challenge = refused.headers.get('www-authenticate') ?? ''
  const named = /resource_metadata="([^"]+)"/i.exec(challenge)?.[1]
  const { origin, pathname } = new URL(bench.target)
  const path = pathname === '/' ? '' : pathname
  const url = named ?? `${origin}/.well-known/oauth-protected-resource${path}`
  return { url, document: URL.canParse(url) ? await documentAt(bench, url) : undefined }
}

async function documentAt(bench: Bench, url: string): Promise<UnknownObject | undefined> {
  try {
    const answer = await bench.askNamed({
      url,
      method: 'GET',
      headers: { accept: 'application/json' },
    })
    return answer.status === 200 ? objectIn(answer) : undefined
  } catch {
    return undefined
  }
}

function objectIn({ text }: Answer): UnknownObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as UnknownObject) : undefined
  } catch {
    return undefined
  }
}

async function saysItsResource(bench: Bench): Promise<Outcome> {
  const { document } = await describe(bench)
  if (!document) return failed('there is no metadata document of the protected resource')
  const resource = stringOf(document.resource)
  return must(
    resource !== undefined && isSame(resource, bench.target),
    `the document is about ${resource ?? 'no resource'}, not about the target`,
  )
}

const isSame = (one: string, other: string) =>
  URL.canParse(one) &&
  new URL(one).href.replace(/\/$/, '') === new URL(other).href.replace(/\/$/, '')

async function namesAnIssuer(bench: Bench): Promise<Outcome> {
  const { document } = await describe(bench)
  if (!document) return failed('there is no metadata document of the protected resource')
  const issuers = stringsOf(document.authorization_servers)
  if (issuers.length === 0) return failed('the document names no authorization server')
  for (const issuer of issuers) {
    if (!URL.canParse(issuer)) return failed('an authorization server is named by no URL')
    const found = await issuerDocument(bench, issuer)
    if (!found) return failed(`${issuer} has no metadata document`)
    if (!isSame(stringOf(found.issuer) ?? '', issuer))
      return failed(`the document of ${issuer} is about another issuer`)
  }
  return PASSED
}

async function issuerDocument(bench: Bench, issuer: string): Promise<UnknownObject | undefined> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname === '/' ? '' : pathname.replace(/\/$/, '')
  for (const url of [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]) {
    const found = await documentAt(bench, url)
    if (found) return found
  }
  return undefined
}

/** The checks. */
export const METADATA_CHECKS: readonly Check[] = [
  {
    id: 'metadata.resource',
    says: 'The metadata document that the challenge names is there, and is about the target.',
    run: saysItsResource,
  },
  {
    id: 'metadata.issuer',
    says: 'Every authorization server that it names has a document that says the same name.',
    run: namesAnIssuer,
  },
]
