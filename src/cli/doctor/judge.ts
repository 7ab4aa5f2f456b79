// Judges what was found: what is well, what is wrong, and what to do about it. Pure.

import { isProvidersOwn, isSameAudience, likelyAudiences } from './audiences.ts'
import type { LookedAtIssuer } from './look-at-issuer.ts'
import type { KnownPreset } from './presets.ts'
import { AUDIENCE_AT, DOOR_REMEDIES } from './remedies.ts'
import type { DoorAnswer, Finding, TokenFacts, Verdict } from './report.ts'
import type { Given, TriedDoor } from './try-door.ts'

/** What the findings add up to. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => finding.is === 'wrong')) return 'does not work'
  return findings.some((finding) => finding.is === 'unknown') ? 'could not tell' : 'works'
}

/** Judges the issuer's spelling and its metadata. */
export function judgeIssuer(
  given: string,
  { found, down }: LookedAtIssuer,
  preset: KnownPreset,
): readonly Finding[] {
  if (!found && down)
    return [
      unknown('The issuer does not answer', 'Check that it runs, and that this machine reaches it'),
    ]
  if (!found)
    return PRESETS_WITHOUT_METADATA.includes(preset.name)
      ? [note('It has no metadata; the preset knows its endpoints')]
      : [
          wrong(
            `There is no metadata of ${given} (RFC 8414, OpenID Connect Discovery)`,
            'Is a path missing, such as /realms/NAME, /oauth2/default or /api/auth? The issuer is what the claim iss of its tokens says',
          ),
        ]
  const { metadata } = found
  return [
    spelling(given, found),
    ...(metadata.elsewhere.length > 0
      ? [
          note(
            `On another origin than the issuer: ${metadata.elsewhere.join(', ')}. Such endpoints are used only when the preset or a setting names them`,
          ),
        ]
      : []),
  ]
}

const PRESETS_WITHOUT_METADATA: readonly string[] = [
  'github',
  'google',
  'firebase',
  'supabase',
  'workos',
]

function spelling(given: string, found: NonNullable<LookedAtIssuer['found']>): Finding {
  const { issuer, difference, asked } = found
  switch (difference) {
    case 'same':
      return well(`Its metadata spells the issuer as you do: ${issuer}`)
    case 'slash':
    case 'case':
    case 'slash and case':
      return wrong(
        `Its metadata spells the issuer ${issuer}, and you write ${given}: they differ in ${DIFFERENCES[difference]}`,
        `Write ${issuer}: the issuer is compared letter by letter (RFC 8414 section 3.3)`,
      )
    case 'host of this machine':
      return wrong(
        `Its metadata names another host of this machine: ${issuer}`,
        `Write ${issuer}, or start the issuer with the host that you use`,
      )
    case 'template':
      return wrong(
        `Its metadata is a template for many issuers: ${issuer}`,
        'Write the issuer of one tenant: at Entra, with the id of the directory in place of common',
      )
    case 'other':
      return asked === issuer
        ? wrong(
            `Nothing is known of ${given}; the token is of ${issuer}`,
            `If that is your issuer, write ${issuer}`,
          )
        : wrong(
            `The metadata there is about another issuer: ${issuer}`,
            `If that is your issuer, ask again with --issuer ${issuer}. Nothing is sent there because this document says so`,
          )
  }
}

const DIFFERENCES = {
  slash: 'the slash at the end',
  case: 'upper and lower case',
  'slash and case': 'the slash at the end, and in upper and lower case',
} as const

/** Judges what the token says, and what the door said to it. */
export function judgeToken(
  { audience: named, idToken }: Given,
  facts: TokenFacts,
  { answer, expired, settings }: TriedDoor,
  preset: KnownPreset,
): readonly Finding[] {
  const findings: Finding[] = []
  if (facts.looksLike === 'ID token' && !idToken && !answer.admits)
    findings.push(
      wrong(
        'This looks like an ID token: it tells the client who signed in, and is not made for an API',
        'Send the access token. If the page has nothing but an ID token, ask again with --id-token; docs/issuers/id-token.md says what is lost',
      ),
    )
  if (idToken)
    findings.push(
      note(
        'ID tokens are admitted, because --id-token says so. docs/issuers/id-token.md says what is lost',
      ),
    )
  if (settings.opaqueTokens === 'userinfo')
    findings.push(
      note(
        'The token is opaque, and userinfo does not say for whom it is: every live token of this issuer is admitted, also one of another client',
      ),
    )
  if (expired)
    findings.push(
      wrong(
        answer.reason === null
          ? 'The token has expired; before, the door would have admitted it'
          : 'The token has expired',
        'Get a new token and ask again',
      ),
    )
  findings.push(...judgeAnswer(answer, facts, named, preset, expired))
  return findings
}

function judgeAnswer(
  answer: DoorAnswer,
  facts: TokenFacts,
  named: readonly string[],
  preset: KnownPreset,
  expired: boolean,
): readonly Finding[] {
  const { admits, reason, audience } = answer
  if (admits) {
    const unsaid = named.length === 0 && facts.form === 'JWT' && facts.looksLike !== 'ID token'
    return [
      well(`The door admits the token, with the audience ${audience.join(', ')}`),
      ...(unsaid
        ? [
            note(
              'That audience is the token’s own. Check that it stands for your API; --audience names it',
            ),
          ]
        : []),
    ]
  }
  if (reason === null || (reason === 'type_refused' && facts.looksLike === 'ID token')) return []
  if (reason === 'issuer_unavailable')
    return [
      unknown('The issuer did not answer when it was asked about the token', 'Ask again later'),
    ]
  const isAudience =
    reason === 'audience_mismatch' || (reason === 'claim_missing' && answer.claim === 'aud')
  const ofProvider = facts.audience.filter((name) => isProvidersOwn(name, facts.issuer))
  const missing = isAudience && likelyAudiences(facts).length === 0
  if (missing || (isAudience && facts.audience.length === 0))
    return [
      wrong(
        ofProvider.length > 0
          ? `Nothing in the token names your app: its audience is the issuer’s own, ${ofProvider.join(', ')}`
          : 'Nothing in the token names your app: it has no audience',
        `${AUDIENCE_AT[preset.name] ?? DOOR_REMEDIES.audience_mismatch}`,
      ),
    ]
  if (isAudience)
    return [
      wrong(
        `The door wants the audience ${audience.join(' or ')}; the token has ${facts.audience.join(', ')}`,
        `${AUDIENCE_AT[preset.name] ?? DOOR_REMEDIES.audience_mismatch}`,
      ),
    ]
  if (reason === 'setting')
    return [wrong(`The preset ${preset.name} does not take these settings: ${answer.expected}`)]
  if (expired) return []
  return [wrong(`The door refuses the token: ${reason}${detail(answer)}`, DOOR_REMEDIES[reason])]
}

function detail({ claim, expected, found }: DoorAnswer): string {
  return [
    ...(claim === null ? [] : [`, claim ${claim}`]),
    ...(expected === null ? [] : [`, expected ${expected}`]),
    ...(found === null ? [] : [`, found ${found}`]),
  ].join('')
}

/** Whether a token of an exchange is for the server alone. */
export function judgeIssued(
  { audience, form, issuer, client }: TokenFacts,
  accepted: readonly string[],
  own: readonly string[],
): Finding {
  if (form !== 'JWT')
    return note('The new token is opaque: only its issuer can say for whom it is. It would be sent')
  const isFor = (names: readonly string[]) =>
    audience.some((name) => names.some((one) => isSameAudience(name, one)))
  const shown = audience.join(', ') || 'nobody'
  if (!isFor(accepted))
    return wrong(
      `The new token is for ${shown}, and not for ${accepted.join(' or ')}: it would not be sent (exchange_target_refused)`,
      'Let the issuer give each server an audience of its own. If that is what the issuer calls the server, name it with --target',
    )
  if (isFor(own.filter((name) => !accepted.some((one) => isSameAudience(name, one)))))
    return wrong(
      `The new token is for the app too: ${shown}. The server could use it there, so it would not be sent (exchange_target_refused)`,
      'Take the audience of the app off the tokens that this client gets in an exchange',
    )
  const others = audience.filter(
    (name) =>
      !accepted.some((one) => isSameAudience(name, one)) &&
      !isProvidersOwn(name, issuer) &&
      name !== client,
  )
  if (others.length > 0)
    return wrong(
      `The new token is for others too: ${shown}. If one of them is bound as well, it is not sent (exchange_target_refused); and whoever gets it can use it there`,
      'Let the issuer give a token for this server alone. Where it goes by the audience, name that with --target',
    )
  return well(`The new token is for ${shown}`)
}

function well(says: string): Finding {
  return { is: 'well', says }
}

export function note(says: string): Finding {
  return { is: 'note', says }
}

export function wrong(says: string, fix?: string): Finding {
  return { is: 'wrong', says, ...(fix === undefined ? {} : { fix }) }
}

export function unknown(says: string, fix: string): Finding {
  return { is: 'unknown', says, fix }
}
