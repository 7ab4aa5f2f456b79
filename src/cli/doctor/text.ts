// The report as text for people.

import type { ExaminedIssuer, ExchangeAnswer, Finding, Report, TokenFacts } from './report.ts'

/** Writes the report. */
export function textOf(report: Report): string {
  const { issuer, token, server, exchange, findings, settings, verdict } = report
  const blocks = [
    issuerLines(issuer),
    ...(token ? [['Token', ...tokenLines(token), ...doorLines(report)]] : []),
    ...(server
      ? [
          [
            `MCP server ${server.url}`,
            row('trusts', server.authorizationServers.join(', ') || 'it does not say (RFC 9728)'),
            row('scopes', server.scopes.join(' ') || 'it does not say'),
          ],
        ]
      : []),
    ...(exchange ? [exchangeLines(exchange)] : []),
    ['Findings', ...findings.flatMap(findingLines)],
    ...(settings === '' ? [] : [['Settings to write:', '', settings]]),
    [`Verdict: ${verdict}`],
  ]
  return blocks.map((lines) => lines.join('\n')).join('\n\n')
}

function row(title: string, text: string): string {
  return `  ${title.padEnd(15)}${text}`
}

function issuerLines({
  given,
  spelled,
  places,
  preset,
  metadata,
}: ExaminedIssuer): readonly string[] {
  const { endpoints = {}, elsewhere = [], grantTypes = [], tokenExchange, pkce } = metadata ?? {}
  return [
    `Issuer ${given}`,
    row('spelled', spelled ?? 'nobody knows: it has no metadata about itself there'),
    row(
      'preset',
      preset
        ? `${preset.name} (${preset.title}, ${preset.because})`
        : 'nobody knows: the issuer could not be read',
    ),
    ...places.map(({ url, answer }) => row('asked', `${url}: ${answer}`)),
    ...Object.entries(endpoints).map(([name, url]) =>
      row(name, `${url}${elsewhere.includes(name) ? '  (another origin)' : ''}`),
    ),
    ...(metadata
      ? [
          row(
            'grants',
            grantTypes
              .map((grant) => grant.replace('urn:ietf:params:oauth:grant-type:', ''))
              .join(', ') || 'it does not say',
          ),
          row(
            'exchange',
            tokenExchange === null ? 'it does not say' : tokenExchange ? 'yes' : 'no',
          ),
          row('PKCE', pkce ? 'S256' : 'it does not say'),
        ]
      : []),
  ]
}

function tokenLines(token: TokenFacts): readonly string[] {
  if (token.form !== 'JWT') return [row('form', `${token.form}: only its issuer can read it`)]
  const { expiresIn } = token
  return [
    row('form', `JWT, typ ${token.typ ?? 'missing'}, alg ${token.alg ?? 'missing'}`),
    row('looks like', token.looksLike),
    row('issuer', token.issuer ?? 'none'),
    row('audience', token.audience.join(', ') || 'none'),
    row('scopes', scopesOf(token)),
    row('client', token.client ?? 'not named'),
    row('marks', token.marks.join(', ') || 'none'),
    row('bound', token.bound ? 'to a key' : 'no'),
    row('actor', token.actor ? 'named' : 'no'),
    row('expires', expiresIn === null ? 'it does not say' : timeOf(expiresIn)),
  ]
}

function scopesOf({ scopes, scopesIn }: TokenFacts): string {
  if (scopes.length === 0) return 'none'
  return scopesIn.length > 0 ? `${scopes.join(' ')} (${scopesIn.join(', ')})` : scopes.join(' ')
}

function timeOf(seconds: number): string {
  return seconds < 0 ? `${-seconds} s ago` : `in ${seconds} s`
}

function doorLines({ door }: Report): readonly string[] {
  if (!door) return []
  const refusal = [door.reason, door.claim].filter((one) => one !== null).join(', ')
  return [
    row('door', door.admits ? 'admits it' : `refuses it${refusal === '' ? '' : `: ${refusal}`}`),
    row('asked for', door.audience.join(', ') || 'no audience'),
  ]
}

function exchangeLines({
  done,
  reason,
  error,
  errorDescription,
  token,
}: ExchangeAnswer): readonly string[] {
  if (done && token) return ['Token from the exchange', ...tokenLines(token)]
  const words = [error, errorDescription].filter((one) => one !== null).join(': ')
  return [
    'Token exchange',
    row('refused', reason ?? 'without a reason'),
    ...(words === '' ? [] : [row('it says', words)]),
  ]
}

const SIGNS = { well: '+', wrong: '!', unknown: '?', note: '-' } as const

function findingLines({ is, says, fix }: Finding): readonly string[] {
  return [`  ${SIGNS[is]} ${says}`, ...(fix === undefined ? [] : [`    ${fix}`])]
}
