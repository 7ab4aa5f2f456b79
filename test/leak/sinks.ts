// The places that a credential must not come to, as the bytes that came to them. What a place is entitled to is cut out where it belongs, so
// that everywhere else even that is a leak.

import { TOKEN_HEADER, TOKEN_NAME } from '../../examples/taskflow/legacy/places.ts'
import { META_KEY } from '../../examples/taskflow/mcp/index.ts'
import { classicUrl, partsUrl } from '../../examples/taskflow/urls.ts'
import type { Secret } from '../../src/cli/leaktest/search/parts.ts'
import type { Found } from '../../src/cli/leaktest/search/scanner.ts'
import type { House } from '../end-to-end/house.ts'
import type { Exchange } from '../end-to-end/recording-fetch.ts'
import type { Visit } from '../end-to-end/visit.ts'
import { DEPLOYMENT } from './secrets.ts'
import type { ProviderRequest } from './worst-case-model.ts'

/** One place. */
export interface Sink {
  readonly name: string
  /** A byte a character. */
  readonly bytes: string
  /** Whether a find is what the place is there for. Default: nothing is. */
  readonly entitled?: (found: Found) => boolean
}

/** What sinks are read from, beside the house. */
export interface SinkSources {
  readonly house: House
  readonly secrets: readonly Secret[]
  /** What the model's provider was sent, where there is one. */
  readonly provider?: readonly ProviderRequest[]
  /** The provider's key: entitled in its `Authorization` header. */
  readonly providerKey?: string
  /** Another MCP server. */
  readonly other?: string
}

/** All of them; the data folder as it is now. */
export async function sinksOf(sources: SinkSources): Promise<readonly Sink[]> {
  const { house, secrets, provider = [], providerKey = 'none', other } = sources
  const { urls, exchanges, visits } = house
  const classic = classicUrl(urls)
  const parts = partsUrl(urls)
  const to = (url: string) =>
    exchanges.filter(
      (exchange) =>
        (exchange.url === url ||
          exchange.url.startsWith(`${url}/`) ||
          exchange.url.startsWith(`${url}?`)) &&
        (exchange.url === parts) === (url === parts),
    )
  const visitsTo = (start: string) => visits.filter(({ url }) => url.startsWith(start))
  const raw = (some: readonly Visit[]) => some.map(visitText).join('\n')
  const requests = (url: string, kind: string) =>
    to(url)
      .map((exchange) => requestText(exchange, kind, secrets))
      .join('\n')
  const answers = (some: readonly Exchange[]) => some.map(answerText).join('\n')
  // What another server answers is its own affair: the answers of the house are looked at.
  const ours = exchanges.filter(({ url }) =>
    [urls.issuer, urls.mcp, classic, urls.api].some((one) => url.startsWith(one)),
  )
  const failed = ours.filter(({ answer }) => answer && answer.status >= 400)

  // Each visit is searched once, under the most telling name.
  const shown = visitsTo(`${urls.web}/model-requests/`)
  const trail = visitsTo(`${urls.web}/trail/`)
  const readAgain = visitsTo(urls.chatkit).filter(({ body }) => /^\{"(?:data|id)"/.test(body))
  const elsewhere = new Set([...shown, ...trail, ...readAgain])

  const sinks: Sink[] = [
    {
      name: 'K1 requests to the model',
      bytes: provider.map((request) => providerText(request, providerKey)).join('\n'),
    },
    { name: 'K2 what the page shows of them', bytes: raw(shown) },
    {
      name: 'K3 what the browser got from the web server, byte by byte',
      bytes: raw(visitsTo(urls.web).filter((visit) => !elsewhere.has(visit))),
    },
    {
      name: 'K3 what the browser got from the API and the MCP servers',
      bytes: raw([...visitsTo(urls.api), ...visitsTo(urls.mcp), ...visitsTo(classic)]),
    },
    { name: 'K6 log', bytes: bytesOf(house.logLines.join('')) },
    { name: 'K6 console and standard streams', bytes: house.printed.join('\n') },
    {
      name: 'K8 answers that are errors',
      bytes: `${raw(visits.filter(({ status }) => status >= 400))}\n${answers(failed)}`,
    },
    { name: 'the credential trail', bytes: raw(trail) },
    {
      name: 'requests to the MCP server, without their own token',
      bytes: requests(urls.mcp, 'access token for mcp'),
    },
    { name: 'answers of the MCP server', bytes: answers(to(urls.mcp)) },
    ...(to(classic).length === 0
      ? []
      : [
          {
            name: 'K9 requests to TaskFlow classic, without their own token',
            bytes: requests(classic, 'access token for classic'),
          },
          { name: 'answers of TaskFlow classic', bytes: answers(to(classic)) },
        ]),
    ...(to(parts).length === 0
      ? []
      : [
          {
            name: 'K9 requests to TaskFlow parts, without their own token',
            bytes: requests(parts, 'access token for parts'),
          },
          { name: 'answers of TaskFlow parts', bytes: answers(to(parts)) },
        ]),
    {
      name: 'requests to the API, without their own token',
      bytes: requests(urls.api, 'access token for api'),
    },
    { name: 'answers of the API', bytes: answers(to(urls.api)) },
    ...(other === undefined
      ? []
      : [
          {
            name: 'K9 requests to another MCP server, without its own token',
            bytes: requests(other, 'access token for another server'),
          },
        ]),
    {
      name: 'K15 the conversations as they are read again',
      bytes: raw(readAgain),
    },
  ]
  for (const [path, content] of await house.files()) {
    const entitled = entitledIn(path)
    sinks.push({
      name: `K4 file ${path}`,
      bytes: content.toString('latin1'),
      ...(entitled ? { entitled } : {}),
    })
  }
  return sinks
}

/** What files are there to hold. The issuer's database knows what it has given out by SHA-256 alone, and a sign-in under way by its name. */
function entitledIn(path: string): Sink['entitled'] {
  if (path.endsWith('keys.json'))
    return ({ secret: { kind } }) => DEPLOYMENT.some((one) => one === kind)
  if (!/issuer\.db/.test(path)) return undefined
  return ({ secret: { kind }, part }) => GRANTS.get(kind)?.includes(part) ?? false
}

const GRANTS: ReadonlyMap<string, readonly Found['part'][]> = new Map([
  ['refresh token', ['digest']],
  ['authorization code', ['digest']],
  ['session cookie', ['digest']],
  // The name of a sign-in under way. It opens nothing without its signature, which is in the browser's cookie alone.
  ['sign-in cookie', ['digest', 'whole']],
  // What the client is to be given back, for as long as the sign-in is under way.
  ['state', ['whole']],
])

/** What came over the connection, its body put together again: a secret may lie across two chunks. */
function visitText({ raw: sent, body }: Visit): string {
  // Whoever presents a token is given its handle.
  const raw = sent.replace(/^(onbehalf-session: )[\w-]{43}(?=\r\n)/im, '$1[own]')
  const head = raw.slice(0, raw.indexOf('\r\n\r\n'))
  return [head, bytesOf(body), raw.slice(-TRAILERS)].join('\n')
}

/** Characters after a chunked body that are looked at. */
const TRAILERS = 500

/**
 * A request with its own token cut out of the place that it belongs in: one header, one key of `_meta`, the argument of the old server, or the
 * place that an address of it is for.
 */
function requestText(
  { method, url, headers, body }: Exchange,
  kind: string,
  secrets: readonly Secret[],
): string {
  const isOwn = (text: string | undefined) =>
    secrets.some((secret) => secret.kind === kind && secret.text === text)
  const place = /\/mcp\/([a-z]+)/.exec(url)?.[1] ?? ''
  const lines = [...headers].map(([name, value]) => {
    const own =
      name === 'onbehalf-session'
        ? secrets.some((secret) => secret.kind === 'session handle' && secret.text === value)
        : isOwn(tokenInHeader(name, value, place))
    return `${name}: ${own ? '[own]' : value}`
  })
  const inUrl =
    place === 'query'
      ? (new URL(url).searchParams.get(TOKEN_NAME) ?? undefined)
      : place === 'u'
        ? url.split('/').at(-1)
        : undefined
  const field =
    kind === 'access token for mcp'
      ? META_KEY
      : kind === 'access token for classic'
        ? 'access_token'
        : undefined
  const rest = body.replace(/"([\w./-]+)":"(eyJ[^"]+)"/g, (all, name, text) =>
    name === field && isOwn(text) ? `"${name}":"[own]"` : all,
  )
  const address = inUrl !== undefined && isOwn(inUrl) ? url.replace(inUrl, '[own]') : url
  return [`${method} ${address}`, ...lines, '', rest].join('\n')
}

/** The token that belongs in a header, at an address of the old server that is for this place. */
function tokenInHeader(name: string, value: string, place: string): string | undefined {
  if (name === 'cookie' && place === 'cookie') return value.replace(`${TOKEN_NAME}=`, '')
  if (name === TOKEN_HEADER.toLowerCase() && place === 'parts') return value
  if (name !== 'authorization') return undefined
  const basic = place === 'basic' ? /^Basic (.*)$/.exec(value)?.[1] : undefined
  return basic === undefined
    ? /^Bearer (.*)$/.exec(value)?.[1]
    : Buffer.from(basic, 'base64').toString('utf8').split(':')[1]
}

/** An answer of a test in the network's place is no answer of ours. */
function answerText({ answer, injected }: Exchange): string {
  if (!answer || injected) return ''
  const headers = [...answer.headers].filter(
    ([name, value]) => name !== 'onbehalf-session' || !/^[\w-]{43}$/.test(value),
  )
  return [
    String(answer.status),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    answer.body(),
  ].join('\n')
}

function providerText({ headers, body }: ProviderRequest, key: string): string {
  const lines = Object.entries(headers).map(
    ([name, value]) =>
      `${name}: ${name === 'authorization' && value === `Bearer ${key}` ? 'Bearer [own]' : value}`,
  )
  return [...lines, '', bytesOf(body)].join('\n')
}

/** A text as its UTF-8 bytes, a byte a character. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}
