// Tells what kind of credential or identity a name may be, and how much the name says by itself. It
// looks at the name only.

import { essence, isActing, isHeaderMap, likenessOf } from './name.ts'
import { readingsOf } from './name-words.ts'

/** The kinds. The first of each group says by itself what it is. */
export type NameKind =
  /** `access_token`, `api_key`, `authorization`, `connection_string`. */
  | 'access'
  /** `auth`, `authorization`, `cookie` as whole names: access at the top, anything deep inside. */
  | 'auth'
  /** `token`, and a token of something that we do not know. */
  | 'token'
  /** The id of a thing that its server calls a token: `folder_token`. */
  | 'resource'
  /** `password`, `secret`, `credentials`: the caller's, or what the call is about. */
  | 'password'
  /** `passcode`, `new_password`, `meeting_password`: what the call is about. */
  | 'content'
  /** A map of headers. */
  | 'headers'
  /** `on_behalf_of`, `impersonate`, `current_user`. */
  | 'acting'
  /** `user_id`, `tenant_id`: the caller, or some other person. */
  | 'person'
  /** `account`, `email`, `uid`: an identity only where nearly every tool has it. */
  | 'vague'

/** Words before `token` with which it gives access. */
const ACCESS_WORDS = setOf(`
  access auth authentication authorization authn api bearer refresh session id oauth jwt personal
  user bot service admin security login sso saml identity private subject actor deploy
  developer integration
`)

/** Words before `token`, `password` and the like that name a thing: its id, or its own password. */
const THINGS = setOf(`
  app application folder form file node wiki doc document docx obj object sheet spreadsheet table
  base block space page record view item client upload download share sharing invite invitation
  device push registration card payment image media video audio asset transaction job task order
  cart checkout product event room meeting conference webinar calendar message thread channel
  comment link url pdf archive zip wifi network board list template field row column cell minute
  minutes mindnote slide slides whiteboard bitable import export ticket request response lease lock
  version revision etag state stream queue poll watch partition shard reset verification verify confirmation
  unsubscribe tracking slide gift coupon voucher discount survey poll note paste post album
  playlist track episode podcast entry attachment submission question answer webhook hook parent
  container database db drive location place route
`)

/** Words before `password` with which it is one that the call sets. */
const NEW = setOf('new confirm confirmation repeat default initial temporary temp')

const AUTH = setOf('auth authentication authorization authorisation oauth cookie')

const PASSWORDS =
  /(?:password|passwd|pwd|passphrase|secret|credentials?|creds|encryptionkey|signingkey|sessioncookie|authcookie)$/

/** Secrets that are somebody's access, whatever the tool does. */
const ACCESS_SECRETS =
  /(?:(?:client|api|app|application|consumer|oauth|aws)secret|secret(?:access)?key|privatekey|awscredentials)$/

/** The kind of a name; undefined for one that looks like nothing. */
export function kindOfName(name: string): NameKind | undefined {
  for (const reading of readingsOf(name)) {
    const likeness = likenessOf(reading.join('_'))
    if (likeness === 'subject') return kindOfSubject(essence(reading))
    if (likeness) return isHeaderMap(reading) ? 'headers' : kindOfCredential(essence(reading))
  }
  return undefined
}

function kindOfSubject(parts: readonly string[]): NameKind {
  const whole = parts.join('')
  if (isActing(parts) || /^(?:onbehalf|obo$|actas|runas|impersonat|sudo|acting)/.test(whole))
    return 'acting'
  if (/^(?:uid|account|sub|subject|principal|principalname)$/.test(whole)) return 'vague'
  if (whole.includes('email')) return 'vague'
  return /^(?:user(?:id|uid|uuid|guid)|useruid|accountid|tenant|tenantid|subjectid|principalid)$/.test(
    whole,
  )
    ? 'person'
    : 'acting'
}

function kindOfCredential(parts: readonly string[]): NameKind {
  const whole = parts.join('')
  const [before = '', last = ''] = [parts.at(-2), parts.at(-1)]
  if (AUTH.has(whole)) return 'auth'
  if (last === 'token') {
    if (parts.length === 1) return 'token'
    // The secret by which a server that is called back knows its caller.
    if (before === 'secret') return 'password'
    if (parts.some((word) => ACCESS_WORDS.has(word))) return 'access'
    return THINGS.has(before) ? 'resource' : 'token'
  }
  if (/passcode$/.test(whole)) return 'content'
  if (ACCESS_SECRETS.test(whole)) return 'access'
  if (!PASSWORDS.test(whole)) return 'access'
  return parts.slice(0, -1).some((word) => THINGS.has(word) || NEW.has(word))
    ? 'content'
    : 'password'
}

function setOf(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/))
}
