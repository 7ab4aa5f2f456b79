// The first steps of an examination: whose issuer it is, how it is spelled, and which preset fits.

import type { Credential } from 'onbehalf'
import { CommandError } from '../command.ts'
import { type LookedAtIssuer, lookAtIssuer } from './look-at-issuer.ts'
import { type LookedAt, lookAtToken } from './look-at-token.ts'
import { type KnownPreset, type PlacedPreset, type PresetName, presetNamed } from './presets.ts'
import { recognise } from './recognise.ts'
import { differenceOf, isOnThisMachine } from './spelling.ts'
import type { Way } from './way.ts'

/** What is known then. */
export interface Known {
  readonly looked: LookedAtIssuer
  readonly token: LookedAt | undefined
  readonly preset: KnownPreset
  /** What the preset was recognised by; undefined when it is a guess that nothing speaks for. */
  readonly because: string | undefined
  /** The issuer to go on with, as its metadata or its tokens spell it. */
  readonly issuer: string
  readonly placed: PlacedPreset
  /**
   * Whether a token or a secret may be sent there: the issuer is the one that the operator named, in
   * whatever spelling.
   */
  readonly isNamed: boolean
}

/** Takes the first steps. */
export async function know(
  given: string,
  credential: Credential | undefined,
  way: Way,
): Promise<Known> {
  const token = credential && lookAtToken(credential, way.now() / 1000)
  const inToken = token?.facts.issuer ?? null
  const looked = await lookAtIssuer(given, inToken, way)
  const issuer = issuerToUse(given, inToken, looked)
  const { found } = looked
  const guess = recognise({
    issuers: [given, issuer, ...(inToken === null ? [] : [inToken])],
    endpoints: found?.metadata.endpoints ?? {},
    claims: token?.claims ?? {},
  })
  const spellings = [issuer, ...(inToken === null ? [] : [inToken]), given]
  const { preset, placed } = placedPreset(guess.name, spellings)
  const isHere = isOnThisMachine(given) && isOnThisMachine(issuer)
  return {
    looked,
    token,
    preset,
    because:
      preset.name === 'oidc' && !found
        ? undefined
        : preset.name === guess.name
          ? guess.because
          : 'no other preset fits its URL',
    issuer,
    placed,
    isNamed: isHere || new URL(given).origin === URL.parse(issuer)?.origin,
  }
}

/**
 * The spelling of the metadata counts. One that is about somebody else counts only when the token is
 * of that issuer too.
 */
function issuerToUse(given: string, inToken: string | null, { found }: LookedAtIssuer): string {
  if (!found || found.difference === 'template') {
    const isSpelling = inToken !== null && differenceOf(given, inToken) !== 'other'
    return isSpelling ? inToken : given
  }
  return found.difference !== 'other' || found.issuer === inToken ? found.issuer : given
}

/** The preset for the first of these issuers that it has; else that for any issuer. */
function placedPreset(
  name: PresetName,
  issuers: readonly string[],
): { readonly preset: KnownPreset; readonly placed: PlacedPreset } {
  const preset = presetNamed(name)
  for (const issuer of issuers) {
    const placed = preset.at(issuer)
    if (placed) return { preset, placed }
  }
  const other = presetNamed('oidc')
  const placed = issuers.map((issuer) => other.at(issuer)).find((one) => one !== undefined)
  if (!placed) throw new CommandError('no preset takes the issuer as it is spelled')
  return { preset: other, placed }
}
