// Tells from the name of a parameter whether it may be a credential or an identity. It looks at the
// name only: `parameter-finder.ts` looks at what the schema allows, and `../tools/judge-parameter.ts`
// at the rest of the evidence.

import { FOREIGN_CREDENTIALS, FOREIGN_PASSWORDS } from './foreign-words.ts'
import { readingsOf, wordsOf } from './name-words.ts'

/** What a name looks like. */
export type Likeness = 'credential' | 'subject'

/*
 * The rules. A name is read as words (`name-words.ts`). We drop `x` at the front, and `value`,
 * `header`, `string` and digits at the end. In doubt a name is taken: the evidence decides later.
 *
 * Credentials:
 * - `token`, and any `…_token`. Not those of paging, counting, language models and trade
 *   (`page_token`, `max_token`, `from_token`).
 * - `auth`, `authorization`, `bearer`, `jwt`, `cookie`, `pat`. Not `auth_type`, `cookies`,
 *   `oauth_provider`.
 * - `password`, `secret`, `credentials`, `passphrase`, and `…_password` and the like. Not
 *   `password_policy_id`, `secret_name`.
 * - `api_key`, `access_key`, `private_key`, and `…_api_key` and the like. Not `key`, `issue_key`,
 *   `api_key_id`.
 * - The same written as one word: `apikey`, `ACCESSTOKEN`, `mytoken`. Not `tokenizer`, `tokens`,
 *   `token_count`.
 * - The common words of other languages for the same (`foreign-words.ts`).
 * - `connection_string`, `database_url` and the like: they hold a password.
 * - `headers`, `webhook_headers`: whoever chooses headers chooses `Authorization`.
 *
 * Subjects:
 * - `user_id`, `uid`, `account_id`, `tenant_id`, `sub`, `subject`, `principal`, `on_behalf_of`,
 *   `impersonate` and the like. Not `target_user_id`, `user_ids`, `username`, `client_id`,
 *   `session_id`.
 * - `account`, `email`, `user_email`, `user_google_email`.
 * - `current_user_id`, `raise_on_behalf_of` and the like.
 * - Not `subject` beside `body`, `to`, `message` and the like: that is the subject line of an
 *   email.
 */
const CREDENTIALS = setOf(`
  token auth authentication authorization bearer oauth jwt pat cookie password passwd pwd
  passphrase passcode secret credential credentials creds apikey authkey accesskey secretkey
  privatekey sessionkey subscriptionkey signingkey encryptionkey applicationkey appkey masterkey
  servicekey serviceaccountkey secretaccesskey
`)

/** Last words that make a name a credential, whatever stands before them. */
const ENDINGS = setOf(`
  password passwd pwd passphrase passcode secret credential credentials creds bearer jwt
  authorization apikey
`)

/** Last two words that do the same. */
const PAIRS = setOf(`
  apikey authkey accesskey secretkey privatekey sessionkey subscriptionkey signingkey
  encryptionkey masterkey basicauth bearerauth apiauth oauthauth authcookie sessioncookie
`)

/** Endings of names that are written as one word. */
const RUN_TOGETHER = [...PAIRS, 'password', 'secret', 'credential', 'credentials']

/**
 * Words before `token` that show that it is not for access: it is for paging, counting, trade and
 * the like.
 */
const OTHER_TOKENS = setOf(`
  page paging pagination next prev previous cursor continuation continue resume sync skip delta
  change offset marker list scroll read consistency snapshot start end stop max min num number
  count total budget input output prompt completion special pad padding mask eos bos unk sep cls
  first last word syntax design idempotency dedup deduplication progress cancel cancellation csrf
  xsrf from to base quote buy sell swap native gas lp nft erc in out tracking
`)

const SUBJECTS = setOf(`
  userid uid useruid useruuid userguid sub subject subjectid accountid tenant tenantid onbehalfof
  onbehalfofuser onbehalfofuserid obo actas actasuser runas runasuser impersonate impersonateuser
  impersonateuserid impersonatedsubject principal principalid principalname account email emailaddress
sudouser actinguser
`)

/** Names for what holds a password, as in `postgresql://alice:secret@host`. */
const CONNECTIONS =
  /(?:connection(?:string|uri)|conn(?:string|str|uri)|(?:database|db|mongo|mongodb|redis|postgres|postgresql|mysql|jdbc|amqp|rabbitmq|sql)(?:connection)?(?:url|uri|dsn))$|^dsn$/

/** First words of an email address that is the caller's own, as in `user_google_email`. */
const OWNERS = setOf('user my account login caller owner acting google gmail own authenticated')

/** Words before `user`, `account` or `tenant` that mean the caller's own. */
const SELF = setOf(`
  my own current auth authenticated authorized acting calling caller requesting requester session
  signed logged in effective end impersonated initiating login me self
`)

/** Beside one of these, `subject` is the subject line of a message. */
const MESSAGE = setOf(`
  body bodyhtml htmlbody bodytext textbody content html text message to cc bcc recipient
  recipients template
`)

/**
 * Tells what a name looks like. `siblings` are the names beside it: the meaning of the word
 * `subject` depends on them.
 */
export function likenessOf(name: string, siblings: readonly string[] = []): Likeness | undefined {
  for (const reading of readingsOf(name)) {
    const likeness = likenessOfWords(reading, siblings)
    if (likeness) return likeness
  }
  return undefined
}

function likenessOfWords(
  reading: readonly string[],
  siblings: readonly string[],
): Likeness | undefined {
  const parts = essence(reading)
  const whole = parts.join('')
  if (isCredential(parts, whole) || CONNECTIONS.test(reading.join(''))) return 'credential'
  if (isHeaderMap(reading)) return 'credential'
  if (whole === 'subject' && siblings.some(isMessageWord)) return undefined
  return SUBJECTS.has(whole) || isSelf(parts) || isActing(parts) || isOwnEmail(parts)
    ? 'subject'
    : undefined
}

/** The words of a name that say what it is. */
export function essence(reading: readonly string[]): readonly string[] {
  const parts = [...reading]
  if (parts[0] === 'x') parts.shift()
  while (parts.length > 1 && /^(?:value|header|string|str|\d+)$/.test(parts.at(-1) ?? ''))
    parts.pop()
  return parts
}

/** Whether a name is that of a map of HTTP headers. */
export function isHeaderMap(reading: readonly string[]): boolean {
  return reading.at(-1) === 'headers' && reading.length <= 3
}

/** `on_behalf_of`, whatever stands around it, and who is impersonated. */
export function isActing(parts: readonly string[]): boolean {
  const name = parts.join('_')
  return /(?:^|_)on_?behalf_?of(?:$|_(?:user|email|account|id|subject)(?:_id|_email)?$)/.test(name)
}

/** An email address with a word before it for the caller. */
function isOwnEmail(parts: readonly string[]): boolean {
  const rest = parts.at(-1) === 'address' ? parts.slice(0, -1) : parts
  return rest.length > 1 && rest.at(-1) === 'email' && OWNERS.has(rest[0] ?? '')
}

/**
 * Reduces a name to what a reader sees at a glance. Two names with the same result are meant to be
 * the same name.
 */
export function plainName(name: string): string {
  return wordsOf(name).join('')
}

/** Whether a name beside `subject` makes that the subject line of a message. */
export function isMessageWord(name: string): boolean {
  return MESSAGE.has(plainName(name))
}

/**
 * Names that mean a credential whatever type the schema gives them: servers ask for a password of
 * digits as a number. A `token` or an `auth` that is a number counts something or chooses something.
 */
const OF_ANY_TYPE =
  /(?:password|passwd|pwd|passphrase|passcode|secret|apikey|(?:access|secret|private|auth)key|(?:access|auth|bearer|refresh|session|api)token)$/

/**
 * Whether a value of one of these kinds can be what the name says. Flags and choices from a list
 * that the schema spells out carry no credential. Ids may be numbers, and a choice among ids is
 * still a choice of whom to be; a choice of school subjects is not.
 */
export function mayCarry(likeness: Likeness, name: string, kinds: ReadonlySet<string>): boolean {
  // A map of headers is an object. The finder takes those.
  if (isHeaderMap(wordsOf(name))) return false
  if (kinds.has('text')) return true
  const plain = plainName(name)
  if (likeness === 'credential')
    return (kinds.has('number') || kinds.has('array')) && OF_ANY_TYPE.test(plain)
  return kinds.has('number') || (kinds.has('choice') && !/^sub(?:ject)?$/.test(plain))
}

function isCredential(parts: readonly string[], whole: string): boolean {
  if (CREDENTIALS.has(whole) || FOREIGN_CREDENTIALS.has(whole)) return true
  if (isForeignPassword(parts, whole)) return true
  const [before = '', last = ''] = [parts.at(-2), parts.at(-1)]
  if (parts.length > 1)
    return (
      ENDINGS.has(last) ||
      PAIRS.has(before + last) ||
      (last === 'token' ? !OTHER_TOKENS.has(before) : runs(last))
    )
  return runs(whole)
}

/** Words between `senha` and whose password it is. */
const OF = setOf('de do da del du des di della dello')

/**
 * Whether a name is a password in another language. In some of them the words of a name are not
 * apart, so the name as a whole may end in the word; in others, the word comes first.
 */
function isForeignPassword(parts: readonly string[], whole: string): boolean {
  const [first = '', second = ''] = parts
  if (FOREIGN_PASSWORDS.has(whole) || FOREIGN_PASSWORDS.has(parts.at(-1) ?? '')) return true
  if (OF.has(second) && FOREIGN_PASSWORDS.has(first)) return true
  return LONG_FOREIGN_PASSWORDS.some((word) => whole.endsWith(word))
}

/** Those that are the end of no other word. */
const LONG_FOREIGN_PASSWORDS = [...FOREIGN_PASSWORDS].filter(
  (word) => word.length >= 8 || !/^[a-z]*$/.test(word),
)

/** Whether a name like `githubtoken`, which does not show where its words end, is a credential. */
function runs(word: string): boolean {
  if (RUN_TOGETHER.some((ending) => word.endsWith(ending))) return true
  if (!word.endsWith('token')) return false
  const before = word.slice(0, -'token'.length)
  return !OTHER_TOKENS.has(before) && !/(?:page|pagination|cursor|continuation)$/.test(before)
}

function isSelf(parts: readonly string[]): boolean {
  const rest = parts.at(-1) === 'id' ? parts.slice(0, -1) : parts
  const [what = '', ...before] = rest.toReversed()
  if (before.length === 0 || !before.every((one) => SELF.has(one))) return false
  // Whoever asks another company for something has an account, too: `requester_account_id`.
  return what === 'user' || ((what === 'account' || what === 'tenant') && !before.some(isAsking))
}

function isAsking(word: string): boolean {
  return word === 'requester' || word === 'requesting' || word === 'initiating'
}

function setOf(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/))
}
