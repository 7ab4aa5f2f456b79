// Puts together the report of an examination. Pure.

import type { ChosenSource } from './choose-source.ts'
import type { Examination } from './examination.ts'
import { verdictOf } from './judge.ts'
import type { Known } from './know.ts'
import type { PlacedPreset } from './presets.ts'
import type { ExaminedIssuer, ExchangeAnswer, Finding, Report, ServerFacts } from './report.ts'
import { settingsCode } from './settings.ts'
import { namedSettings, type Settings, type TriedDoor } from './try-door.ts'

/** What the steps found. */
export interface Found {
  readonly known: Known
  readonly findings: readonly Finding[]
  readonly door: TriedDoor | undefined
  readonly server: ServerFacts | undefined
  readonly exchange: ExchangeAnswer | undefined
  readonly chosen: ChosenSource | undefined
}

/** Puts it together. */
export function reportOf(examination: Examination, found: Found): Report {
  const { known, findings, door, server, exchange } = found
  return {
    format: 1,
    verdict: verdictOf(findings),
    issuer: issuerPart(examination.issuer, known),
    token: known.token?.facts ?? null,
    door: door?.answer ?? null,
    server: server ?? null,
    exchange: exchange ?? null,
    findings,
    settings: known.because === undefined ? '' : codeOf(examination, found),
  }
}

function issuerPart(
  given: string,
  { looked: { found, places }, preset, because }: Known,
): ExaminedIssuer {
  return {
    given,
    spelled: found && found.difference !== 'other' ? found.issuer : null,
    places: places.map(({ url, answer }) => ({ url, answer })),
    preset: because === undefined ? null : { name: preset.name, title: preset.title, because },
    metadata: found?.metadata ?? null,
  }
}

function codeOf(examination: Examination, { known, door, server, chosen }: Found): string {
  const { preset, placed } = known
  const { clientId, secretVariable, scopes } = examination
  const tried = door?.settings ?? namedSettings(examination)
  const exchanges = chosen?.source.type === 'exchange' && !chosen.service
  const needsClient =
    preset.name === 'github' || tried.opaqueTokens === 'introspection' || exchanges
  return settingsCode({
    preset: preset.name,
    placed,
    settings: isAudienceKnown(placed, tried, needsClient || clientId !== undefined)
      ? tried
      : { ...tried, audience: 'what your tokens name as their audience' },
    clientId,
    secretVariable,
    needsClient,
    binding: server &&
      chosen && {
        url: server.url,
        source: chosen.source,
        service: chosen.service,
        connectAt: server.authorizationServers.find((name) => /^https:\/\/[^?#]+$/.test(name)),
        scopes: scopes.length > 0 ? scopes : server.scopes,
      },
  })
}

/** Whether the settings, or the preset by itself, say what the audience is. */
function isAudienceKnown(placed: PlacedPreset, tried: Settings, hasClient: boolean): boolean {
  if (tried.audience !== undefined) return true
  return placed.standardAudience === 'always' || (placed.standardAudience === 'client' && hasClient)
}
