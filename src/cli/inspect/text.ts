// The report as text for people.

import { decisionsFor } from './decisions.ts'
import type { InspectedIssuer, Report, Suggestion } from './report.ts'
import { decisionBlocks, toolBlocks } from './tools-text.ts'
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
    ...(tools === null ? [['Tools: could not be listed']] : toolBlocks(tools)),
    ...otherBlocks(report),
    ...suggestionBlocks(suggestion),
    ...(notes.length > 0 ? [notes.map((note) => `! ${note}`)] : []),
  ]
  return blocks.map((lines) => lines.join('\n')).join('\n\n')
}

/** Prompts and resources, where there are any. */
function otherBlocks({ prompts, templates, resources }: Report): readonly (readonly string[])[] {
  const others = [...(prompts ?? []), ...(templates ?? [])]
  return [
    ...(prompts && prompts.length > 0 ? toolBlocks(prompts, 'Prompts') : []),
    ...(templates && templates.length > 0 ? toolBlocks(templates, 'Templates of resources') : []),
    ...(resources !== null && resources > 0 ? [[`Resources: ${resources}`]] : []),
    ...decisionBlocks(decisionsFor(others, () => false)),
  ]
}

function schemeOf({ authorization: { challenge } }: Report): string {
  return `${challenge?.scheme ? `, ${challenge.scheme}` : ''}${scopesOf(challenge?.scopes ?? [])}`
}

/** Scopes that are shown. Some servers name hundreds. */
const MAX_SCOPES = 12

function scopesOf(scopes: readonly string[]): string {
  if (scopes.length === 0) return ''
  const more = scopes.length - MAX_SCOPES
  return `, scopes ${scopes.slice(0, MAX_SCOPES).join(' ')}${more > 0 ? ` and ${more} more (--json has all)` : ''}`
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

/** The suggestion, why, and what is left to decide. */
export function suggestionBlocks(suggestion: Suggestion): readonly (readonly string[])[] {
  return [
    suggestionLines(suggestion),
    suggestion.reasons.map((reason) => `- ${reason}`),
    ...decisionBlocks(suggestion.decisions),
  ]
}

function suggestionLines({ name, binding, connection }: Suggestion): readonly string[] {
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
