// Whether a form asks for what no form may ask (MCP, elicitation: servers must not request passwords,
// keys and the like in a form). It reads words as a person sees them. Pure.

import type { QuestionField } from '../../agent/question.ts'
import { kindOfName } from '../../mcp/arguments/name-kind.ts'
import { lookOfText, wordsOf } from '../../mcp/arguments/name-words.ts'
import { SAYS_CREDENTIAL } from '../../mcp/tools/tool-words.ts'

/** Names that do not mean somebody's credential, in a form. */
const HARMLESS: ReadonlySet<string | undefined> = new Set([
  undefined,
  'resource',
  'person',
  'vague',
  'acting',
])

/** Words by which a question asks for a secret. */
const ASKS =
  /\b(?:enter|provide|type|paste|supply|give|send|share|need|your|what(?:'s| is))\b[^.?!]{0,80}\b(?:password|passphrase|passcode|api[- ]?key|access[- ]token|secret|one[- ]time (?:code|password)|pin(?: code)?|credentials?|card number|cvv|cvc)\b/i

/** Names of what pays, or proves who somebody is. */
const SENSITIVE = /\b(?:pin|otp|cvv|cvc|tan|passcode|card ?number|credit ?card)\b/i

/** A secret, but not what is said about one. */
const SECRET =
  /\b(?:passwords?|passphrase|api[- ]?keys?|(?:access|refresh|bearer|session) tokens?|(?:client|api) secret|(?:secret|private|signing) key|(?:recovery|backup|verification|one[- ]time) (?:code|phrase)|seed phrase|credentials?)\b(?![- ](?:rules?|polic(?:y|ies)|length|resets?|managers?|strength|names?|ids?|types?|formats?|pages?|links?|urls?|age|expiry)\b)/i

/** How a label begins that wants something about a thing, and not the thing. */
const ABOUT = /^(?:name|title|label|description|id|purpose|length|age) (?:of|for)\b/i

/**
 * Whether a form asks for a credential. Only fields count into which somebody can write one.
 *
 * @param message The server's words above the fields.
 */
export function asksForCredential(message: string, fields: readonly QuestionField[]): boolean {
  const written = fields.filter(({ kind }) => kind.type === 'text' || kind.type === 'number')
  if (written.length === 0) return false
  return ASKS.test(seen(message)) || written.some(isForCredential)
}

function isForCredential({ name, label, description = '' }: QuestionField): boolean {
  const about = seen(description)
  return (
    [name, label].some(namesSecret) ||
    ASKS.test(seen(label)) ||
    ASKS.test(about) ||
    SAYS_CREDENTIAL.test(about)
  )
}

function namesSecret(text: string): boolean {
  const line = seen(text)
  const words = wordsOf(line).join(' ')
  if (SENSITIVE.test(words)) return true
  if (ABOUT.test(line)) return false
  return !HARMLESS.has(kindOfName(text)) || SECRET.test(words) || SECRET.test(line)
}

/** A text as a person sees it, in one line. Wide letters are no look-alikes, but the letters. */
function seen(text: string): string {
  return lookOfText(text.normalize('NFKC')).replace(/\s+/g, ' ')
}
