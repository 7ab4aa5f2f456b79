// What a parameter's name says: a credential, an identity, or neither. Only the name; what its
// schema allows is weighed in `detect.ts`.

/** What a name looks like. */
export type Likeness = 'credential' | 'subject'

/*
 * The rules. A name is read as words (snake_case, camelCase, kebab-case, any case), after NFKC,
 * without accents and invisible characters, and with Cyrillic and Greek letters that look Latin
 * taken as Latin. `x` in front and `value`, `header`, `string` and digits behind are dropped. Doubt
 * is settled towards "credential": the operator can leave a parameter to the model, and a refused
 * tool is seen at once.
 *
 * | looks like  | names                                                                | not, although near                            |
 * | ----------- | -------------------------------------------------------------------- | --------------------------------------------- |
 * | credential  | `token`, and any `…_token` …                                         | … of paging, counting, language models, trade |
 * |             |                                                                      | (`page_token`, `max_token`, `from_token`)     |
 * |             | `auth`, `authorization`, `bearer`, `jwt`, `cookie`, `pat`            | `auth_type`, `cookies`, `oauth_provider`      |
 * |             | `password`, `secret`, `credentials`, `passphrase` and `…_password` … | `password_policy_id`, `secret_name`           |
 * |             | `api_key`, `access_key`, `private_key` … and `…_api_key` …           | `key`, `issue_key`, `api_key_id`              |
 * |             | the same, written as one word: `apikey`, `ACCESSTOKEN`, `mytoken`    | `tokenizer`, `tokens`, `token_count`          |
 * | subject     | `user_id`, `uid`, `account_id`, `tenant_id`, `sub`, `subject`,       | `target_user_id`, `user_ids`, `username`,     |
 * |             | `principal`, `on_behalf_of`, `impersonate` …, and `current_user_id`  | `email`, `client_id`, `session_id`; `subject` |
 * |             | and its like                                                         | beside `body`, `to`, `message` …: an email    |
 */
const CREDENTIALS =
  words(`token auth authentication authorization bearer oauth jwt pat cookie password passwd pwd passphrase passcode
  secret credential credentials creds apikey authkey accesskey secretkey privatekey sessionkey subscriptionkey signingkey
  encryptionkey applicationkey appkey masterkey servicekey serviceaccountkey secretaccesskey`)

/** Last words that make a credential of whatever stands before them. */
const ENDINGS = words(
  `password passwd pwd passphrase passcode secret credential credentials creds bearer jwt authorization apikey`,
)

/** Last two words that do. */
const PAIRS =
  words(`apikey authkey accesskey secretkey privatekey sessionkey subscriptionkey signingkey encryptionkey masterkey
  basicauth bearerauth apiauth oauthauth authcookie sessioncookie`)

/** Endings of names written as one word. */
const RUN_TOGETHER = [...PAIRS, 'password', 'secret', 'credential', 'credentials']

/** What a token before which they stand is for, other than access. */
const OTHER_TOKENS =
  words(`page paging pagination next prev previous cursor continuation continue resume sync skip delta change offset
  marker list scroll read consistency snapshot start end stop max min num number count total budget input output prompt completion
  special pad padding mask eos bos unk sep cls first last word syntax design idempotency dedup deduplication progress cancel
  cancellation csrf xsrf from to base quote buy sell swap native gas lp nft erc in out tracking`)

const SUBJECTS =
  words(`userid uid useruid useruuid userguid sub subject subjectid accountid tenant tenantid onbehalfof onbehalfofuser
  onbehalfofuserid obo actas actasuser runas runasuser impersonate impersonateuser impersonateuserid impersonatedsubject principal
  principalid principalname`)

/** Words that say of a user or an account that it is the caller's own. */
const SELF =
  words(`my own current auth authenticated authorized acting calling caller requesting requester session signed logged in
  effective end impersonated initiating login me self`)

/** Beside these, `subject` is the line above a message. */
const MESSAGE = words(
  `body bodyhtml htmlbody bodytext textbody content html text message to cc bcc recipient recipients template`,
)

/**
 * Looks at a name; `siblings` are the names beside it, for the one word whose meaning depends on
 * them.
 */
export function likenessOf(name: string, siblings: readonly string[] = []): Likeness | undefined {
  const parts = wordsOf(name)
  if (parts[0] === 'x') parts.shift()
  while (parts.length > 1 && /^(?:value|header|string|str|\d+)$/.test(parts.at(-1) ?? ''))
    parts.pop()
  const whole = parts.join('')
  if (isCredential(parts, whole)) return 'credential'
  if (
    whole === 'subject' &&
    siblings.some((sibling) => MESSAGE.includes(wordsOf(sibling).join('')))
  )
    return undefined
  return SUBJECTS.includes(whole) || isSelf(parts) ? 'subject' : undefined
}

/**
 * A name without the differences that a reader overlooks, for telling whether two names are meant
 * to be the same.
 */
export function plainName(name: string): string {
  return wordsOf(name).join('')
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

/** Names like `githubtoken`, in which nothing shows where the words end. */
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

/** Characters of a name that are looked at: its end, where what it is stands. */
const MAX_NAME_CHARS = 128

/** The words of a name, in small letters. */
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
 * Letters of other scripts that look like Latin ones (the part of Unicode's confusables that spells
 * the words above).
 */
const LATIN: ReadonlyMap<string, string> = new Map(
  words(`аa еe оo рp сc уy хx іi јj ѕs ԁd һh ӏl кk пn ԛq ԝw ɡg ɑa ıi οo αa εe ρp υu ιi κk νv τt АA ВB ЕE КK
    МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX`).map(
    ([foreign = '', latin = '']) => [foreign, latin],
  ),
)

function words(list: string): readonly string[] {
  return list.split(/\s+/)
}
