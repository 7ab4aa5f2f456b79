// Tells from the name of a parameter whether it is a credential, an identity, or neither. It looks
// at the name only. `parameter-finder.ts` looks at what the schema allows.

/** What a name looks like. */
export type Likeness = 'credential' | 'subject'

/*
 * The rules. A name is read as words: snake_case, camelCase, kebab-case, any case. Before that, the
 * name is put into NFKD, accents and invisible characters are removed, and Cyrillic and Greek
 * letters that look Latin become Latin. We drop `x` at the front, and `value`, `header`, `string`
 * and digits at the end. In doubt a name is a credential: the operator can leave a parameter to the
 * model, and notices a refused tool at once.
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
 *
 * Subjects:
 * - `user_id`, `uid`, `account_id`, `tenant_id`, `sub`, `subject`, `principal`, `on_behalf_of`,
 *   `impersonate` and the like. Not `target_user_id`, `user_ids`, `username`, `email`, `client_id`,
 *   `session_id`.
 * - `current_user_id` and the like.
 * - Not `subject` beside `body`, `to`, `message` and the like: that is the subject line of an
 *   email.
 */
const CREDENTIALS = words(`
  token auth authentication authorization bearer oauth jwt pat cookie password passwd pwd
  passphrase passcode secret credential credentials creds apikey authkey accesskey secretkey
  privatekey sessionkey subscriptionkey signingkey encryptionkey applicationkey appkey masterkey
  servicekey serviceaccountkey secretaccesskey
`)

/** Last words that make a name a credential, whatever stands before them. */
const ENDINGS = words(`
  password passwd pwd passphrase passcode secret credential credentials creds bearer jwt
  authorization apikey
`)

/** Last two words that do the same. */
const PAIRS = words(`
  apikey authkey accesskey secretkey privatekey sessionkey subscriptionkey signingkey
  encryptionkey masterkey basicauth bearerauth apiauth oauthauth authcookie sessioncookie
`)

/** Endings of names that are written as one word. */
const RUN_TOGETHER = [...PAIRS, 'password', 'secret', 'credential', 'credentials']

/**
 * Words before `token` that show that it is not for access: it is for paging, counting, trade and
 * the like.
 */
const OTHER_TOKENS = words(`
  page paging pagination next prev previous cursor continuation continue resume sync skip delta
  change offset marker list scroll read consistency snapshot start end stop max min num number
  count total budget input output prompt completion special pad padding mask eos bos unk sep cls
  first last word syntax design idempotency dedup deduplication progress cancel cancellation csrf
  xsrf from to base quote buy sell swap native gas lp nft erc in out tracking
`)

const SUBJECTS = words(`
  userid uid useruid useruuid userguid sub subject subjectid accountid tenant tenantid onbehalfof
  onbehalfofuser onbehalfofuserid obo actas actasuser runas runasuser impersonate impersonateuser
  impersonateuserid impersonatedsubject principal principalid principalname
`)

/** Words before `user`, `account` or `tenant` that mean the caller's own. */
const SELF = words(`
  my own current auth authenticated authorized acting calling caller requesting requester session
  signed logged in effective end impersonated initiating login me self
`)

/** Beside one of these, `subject` is the subject line of a message. */
const MESSAGE = words(`
  body bodyhtml htmlbody bodytext textbody content html text message to cc bcc recipient
  recipients template
`)

/**
 * Tells what a name looks like. `siblings` are the names beside it: the meaning of the word
 * `subject` depends on them.
 */
export function likenessOf(name: string, siblings: readonly string[] = []): Likeness | undefined {
  const parts = wordsOf(name)
  if (parts[0] === 'x') parts.shift()
  while (parts.length > 1 && /^(?:value|header|string|str|\d+)$/.test(parts.at(-1) ?? ''))
    parts.pop()
  const whole = parts.join('')
  if (isCredential(parts, whole)) return 'credential'
  if (whole === 'subject' && siblings.some(isMessageWord)) return undefined
  return SUBJECTS.includes(whole) || isSelf(parts) ? 'subject' : undefined
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
  return MESSAGE.includes(plainName(name))
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
  if (kinds.has('text')) return true
  const plain = plainName(name)
  if (likeness === 'credential')
    return (kinds.has('number') || kinds.has('array')) && OF_ANY_TYPE.test(plain)
  return kinds.has('number') || (kinds.has('choice') && !/^sub(?:ject)?$/.test(plain))
}

function isCredential(parts: readonly string[], whole: string): boolean {
  if (CREDENTIALS.includes(whole)) return true
  const [before = '', last = ''] = [parts.at(-2), parts.at(-1)]
  if (parts.length > 1)
    return (
      ENDINGS.includes(last) ||
      PAIRS.includes(before + last) ||
      (last === 'token' ? !OTHER_TOKENS.includes(before) : runs(last))
    )
  return runs(whole)
}

/** Whether a name like `githubtoken`, which does not show where its words end, is a credential. */
function runs(word: string): boolean {
  if (RUN_TOGETHER.some((ending) => word.endsWith(ending))) return true
  if (!word.endsWith('token')) return false
  const before = word.slice(0, -'token'.length)
  return !OTHER_TOKENS.includes(before) && !/(?:page|pagination|cursor|continuation)$/.test(before)
}

function isSelf(parts: readonly string[]): boolean {
  const rest = parts.at(-1) === 'id' ? parts.slice(0, -1) : parts
  const [what = '', ...before] = rest.toReversed()
  return (
    (what === 'user' || what === 'account' || what === 'tenant') &&
    before.length > 0 &&
    before.every((one) => SELF.includes(one))
  )
}

/** We look at this many characters, from the end of the name: the last words say what it is. */
const MAX_NAME_CHARS = 128

/** Splits a name into its words, in small letters. */
export function wordsOf(name: string): string[] {
  return name
    .slice(-MAX_NAME_CHARS)
    .normalize('NFKD')
    .replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/[^\p{ASCII}]/gu, (letter) => LATIN.get(letter) ?? letter)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.replace(/(?<=\D)\d+$/, ''))
    .filter((word) => word !== '')
}

/**
 * Letters of other scripts that look like Latin ones: the part of Unicode's confusables with which
 * the words above can be spelled.
 */
const LATIN: ReadonlyMap<string, string> = new Map(
  words(`
  аa еe оo рp сc уy хx іi јj ѕs ԁd һh ӏl кk пn ԛq ԝw ɡg ɑa ıi οo αa εe ρp υu ιi κk νv τt АA ВB ЕE
  КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX
`).map(([foreign = '', latin = '']) => [foreign, latin]),
)

function words(list: string): readonly string[] {
  return list.trim().split(/\s+/)
}
