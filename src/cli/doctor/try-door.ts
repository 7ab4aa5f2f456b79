// Asks the preset's own verifier whether it would admit the token, with the settings that the token
// suggests. What is tried here is what the report says to write.

import type { Credential, Refusal } from 'onbehalf'
import type { IssuerOptions } from 'onbehalf/issuers'
import { likelyAudiences } from './audiences.ts'
import type { PlacedPreset } from './presets.ts'
import type { DoorAnswer, IssuerMetadata, TokenFacts } from './report.ts'
import type { Way } from './way.ts'

/** What the operator gave. */
export interface Given {
  readonly token: Credential | undefined
  /** What the app's tokens name as their audience. Empty: nobody said. */
  readonly audience: readonly string[]
  readonly clientId: string | undefined
  readonly clientSecret: Credential | undefined
  /** The page holds an ID token, and nothing better. */
  readonly idToken: boolean
  /** Hosts inside the cluster that speak plain http. */
  readonly insecurelyAllowHttp: readonly string[]
}

/** The settings of an issuer beside those that name it, as they can be written. */
export type Settings = Pick<
  IssuerOptions,
  'audience' | 'idTokensFor' | 'opaqueTokens' | 'jwksUri' | 'insecurelyAllowHttp'
>

/** What a door said. */
export interface TriedDoor {
  readonly answer: DoorAnswer
  readonly settings: Settings
  /** It has expired; the rest was judged as of a moment when it had not. */
  readonly expired: boolean
}

/** Tries a door. */
export async function tryDoor(
  placed: PlacedPreset,
  given: Given & { readonly token: Credential },
  { facts, metadata }: { readonly facts: TokenFacts; readonly metadata: IssuerMetadata | null },
  way: Way,
): Promise<TriedDoor> {
  let settings = settingsFor(placed, given, facts, metadata)
  let answer = await ask(placed, given, settings, way)
  const jwks = metadata?.endpoints.jwks
  if (answer.reason === 'endpoint_elsewhere' && answer.claim === 'jwks_uri' && jwks) {
    settings = { ...settings, jwksUri: jwks }
    answer = await ask(placed, given, settings, way)
  }
  // The client stands for the audience at some issuers. At this one it does not.
  if (!answer.admits && facts.audience.length === 0 && given.audience.length === 0) {
    const { audience: _, ...rest } = settings
    settings = rest
  }
  const expired = answer.reason === 'token_expired' && facts.expiresIn !== null
  if (!expired) return { answer, settings, expired }
  const then = (way.now() / 1000 + (facts.expiresIn ?? 0) - 1) * 1000
  const fresh = await ask(placed, given, settings, { ...way, now: () => then })
  return { answer: { ...fresh, admits: false }, settings, expired }
}

/** The settings that the operator named, and those that the token asks for. */
function settingsFor(
  placed: PlacedPreset,
  given: Given,
  facts: TokenFacts,
  metadata: IssuerMetadata | null,
): Settings {
  const { audience, idToken } = given
  const named = namedSettings(given)
  if (facts.form !== 'JWT')
    return placed.takesOpaqueTokens ? named : { ...named, ...opaqueSetting(given, metadata) }
  if (idToken && facts.audience.length > 0) {
    const client = audience[0] ?? facts.client ?? facts.audience[0] ?? ''
    return { ...named, audience: client, idTokensFor: client }
  }
  if (audience.length > 0) return named
  // Nobody named an audience: the token shows what to write.
  const [shown] = likelyAudiences(facts)
  return shown === undefined ? named : { ...named, audience: shown }
}

/** The settings that do not depend on the token. */
export function namedSettings({ audience, insecurelyAllowHttp }: Given): Settings {
  return {
    ...(audience.length > 0 ? { audience: oneOrMore(audience) } : {}),
    ...(insecurelyAllowHttp.length > 0 ? { insecurelyAllowHttp } : {}),
  }
}

/** How the issuer is asked about opaque tokens: introspection says for whom a token is. */
function opaqueSetting(
  { clientId, clientSecret }: Given,
  metadata: IssuerMetadata | null,
): Settings {
  const { introspection, userinfo } = metadata?.endpoints ?? {}
  if (clientId !== undefined && clientSecret && introspection !== undefined)
    return { opaqueTokens: 'introspection' }
  return userinfo === undefined ? {} : { opaqueTokens: 'userinfo' }
}

function oneOrMore(list: readonly string[]): string | readonly string[] {
  const [first] = list
  return list.length === 1 && first !== undefined ? first : list
}

async function ask(
  placed: PlacedPreset,
  { token, clientId, clientSecret }: Given & { readonly token: Credential },
  settings: Settings,
  way: Way,
): Promise<DoorAnswer> {
  way.progress('asking the preset’s verifier about the token')
  try {
    const issuer = placed.configure({
      ...settings,
      ...(clientId === undefined ? {} : { clientId }),
      ...(clientSecret === undefined ? {} : { clientSecret }),
      fetch: way.fetch,
      now: way.now,
      warn: () => {},
    })
    const audience = issuer.audience ?? NOBODY
    const verified = await issuer.verifier.verify(token, audience, { signal: way.signal })
    way.signal.throwIfAborted()
    return verified.ok
      ? { ...ANSWER, admits: true, audience, scopes: verified.value.scopes }
      : { ...ANSWER, audience, ...wordsOf(verified.refusal) }
  } catch (error) {
    way.signal.throwIfAborted()
    // A TypeError of a preset names the setting, and no value of it.
    const problem = error instanceof TypeError ? error.message : 'failed'
    return { ...ANSWER, reason: 'setting', expected: problem }
  }
}

/** Without an audience there is none that a token could be for. */
const NOBODY = ['(no audience)']

const ANSWER: DoorAnswer = {
  admits: false,
  audience: [],
  scopes: [],
  reason: null,
  claim: null,
  expected: null,
  found: null,
}

function wordsOf({ reason, claim, expected, found }: Refusal): Partial<DoorAnswer> {
  return {
    reason,
    claim: claim ?? null,
    expected: expected ?? null,
    found: found ?? null,
  }
}
