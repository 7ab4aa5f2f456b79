// The report as text for people.

import type { InspectedIssuer, InspectedTool, Report } from './report.ts'
import { literal, member } from './typescript.ts'

/** Writes the report. */
export function textOf(report: Report): string {
  const { server, revisions, authorization, tools, suggestion, notes } = report
  const { challenge, resource, servers } = authorization
  const blocks = [
    [
      report.url,
      row(
        'server',
        server ? `${server.name} ${server.version}`.trim() : 'not said without a credential',
      ),
      row(
        'protocol',
        revisions.length > 0 ? revisions.join(', ') : 'not said without a credential',
      ),
      row(
        'credential',
        authorization.required
          ? `required (HTTP ${challenge?.status}${schemeOf(report)})`
          : 'not required',
      ),
      ...(challenge?.resourceMetadata ? [row('it points to', challenge.resourceMetadata)] : []),
      row(
        'metadata',
        resource ? `is about ${resource.resource}${scopesOf(resource.scopes)}` : 'none (RFC 9728)',
      ),
    ],
    ...servers.map(issuerLines),
    tools === null
      ? ['Tools: could not be listed']
      : [`Tools: ${tools.length}`, ...tools.flatMap(toolLines)],
    suggestionLines(report),
    suggestion.reasons.map((reason) => `- ${reason}`),
    ...(suggestion.undecided.length > 0 ? [undecidedLines(suggestion.undecided)] : []),
    ...(notes.length > 0 ? [notes.map((note) => `! ${note}`)] : []),
  ]
  return blocks.map((lines) => lines.join('\n')).join('\n\n')
}

function schemeOf({ authorization: { challenge } }: Report): string {
  return `${challenge?.scheme ? `, ${challenge.scheme}` : ''}${scopesOf(challenge?.scopes ?? [])}`
}

function scopesOf(scopes: readonly string[]): string {
  return scopes.length > 0 ? `, scopes ${scopes.join(' ')}` : ''
}

function row(title: string, text: string): string {
  return `  ${title.padEnd(15)}${text}`
}

function issuerLines(server: InspectedIssuer): readonly string[] {
  const { issuer, found, endpoints, elsewhere, pkce, grantTypes, dpop } = server
  const title = `Authorization server ${issuer}`
  if (!found)
    return [title, row('metadata', 'could not be read, or is about another issuer (RFC 8414)')]
  const named = Object.entries(endpoints).map(([name, url]) =>
    row(name, `${url}${elsewhere.includes(name) ? '  (another origin)' : ''}`),
  )
  const grants = grantTypes
    .map((grant) => grant.replace('urn:ietf:params:oauth:grant-type:', ''))
    .join(', ')
  return [
    title,
    ...named,
    row('grants', grants || 'none'),
    row('exchange', answer(server.tokenExchange)),
    row('PKCE', pkce ? 'S256' : 'no'),
    row('DPoP', dpop.join(' ') || 'no'),
    row(
      'clients',
      server.clientDocuments ? 'known by the URL of their metadata document' : 'registered',
    ),
  ]
}

function answer(yes: boolean): string {
  return yes ? 'yes (RFC 8693)' : 'no'
}

function toolLines({ name, parameters, headers, unusable }: InspectedTool): readonly string[] {
  return [
    `  ${name}`,
    ...parameters.map(
      ({ pointer, looksLike }) =>
        `    ${pointer}  looks like ${looksLike === 'subject' ? 'an identity' : 'a credential'}`,
    ),
    ...headers.map(
      ({ pointer, header }) =>
        `    ${pointer}  is to be repeated in the header Mcp-Param-${header}`,
    ),
    ...(unusable === null ? [] : [`    UNUSABLE: ${unusable}`]),
  ]
}

function suggestionLines({ suggestion: { name, binding, connection } }: Report): readonly string[] {
  if (!binding) return ['Suggested binding: none']
  return [
    'Suggested binding, for `servers` of createOnBehalf:',
    '',
    entry(name, binding),
    ...(connection ? ['', 'and for `servers` of connections:', '', entry(name, connection)] : []),
  ]
}

/** A member of an object literal, on lines of its own. */
function entry(name: string, value: object): string {
  return `  ${member(name)}: ${literal(value, '  ', true)},`
}

function undecidedLines(pointers: readonly string[]): readonly string[] {
  return [
    'For you to decide: tools with these parameters are refused, unless you leave the parameters to the model',
    '(only where the server checks them against the credential):',
    '',
    `  leaveToModel: ${literal(pointers, '  ')},`,
  ]
}
