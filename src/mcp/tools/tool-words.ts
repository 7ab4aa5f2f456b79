// What the words of a tool's name, of a parameter's description and of the parameters beside it say
// about a parameter that looks like a credential or an identity.

/** Tools that make or change something: a password that they take is often that thing's own. */
export const MAKING: ReadonlySet<string> = setOf(`
  create add new make set update edit change modify patch put reset protect share invite register
  encrypt generate build configure manage provision store save upsert submit publish schedule import
  insert write rotate define setup
`)

/** Tools that sign somebody in: what they take is the caller's. */
export const SIGNING_IN: ReadonlySet<string> = setOf(`
  login signin sign authenticate auth connect logon authorize
`)

/** Tools about a token itself: it is what they work on. */
export const ABOUT_TOKENS: ReadonlySet<string> = setOf(`
  decode encode parse inspect introspect count tokenize detokenize verify validate revoke price prices
  swap mint burn balance holders quote trade bridge stake
`)

/** Tools that are given a token to keep or to use: it is the caller's. */
export const TAKING_TOKENS: ReadonlySet<string> = setOf(`
  set save store use add configure register provide update login signin auth authenticate connect
`)

/** Beside one of these, `token` is a coin. */
export const COINS: ReadonlySet<string> = setOf(`
  chain chainid network amount wallet walletaddress symbol slippage contract contractaddress currency
  pair coin coins tokenaddress fromtoken totoken tokenin tokenout decimals blockchain
`)

/** Things with a password of their own. */
export const LOCKED: ReadonlySet<string> = setOf(`
  form submission meeting meetings webinar conference room event link share invite invitation wifi
  ssid pdf document doc docx file files filename filepath path archive zip attachment workbook
  spreadsheet sheet page post poll survey gist paste album gallery folder drive secret secrets variable
  note vm droplet instance server container site blog
`)

/** Names of files, which may have a password. */
export const FILES: ReadonlySet<string> = setOf(`
  path file filename filepath archive pdf zip document docx workbook attachment ssid
`)

/** Whoever has an account. The account that a tool makes is another one than the caller's. */
export const PEOPLE: ReadonlySet<string> = setOf(`
  user users account accounts member members person people contact contacts admin role employee customer
  profile owner tenant subscriber student patient guest
`)

/** Names beside a password with which somebody signs in. */
export const LOGINS: ReadonlySet<string> = setOf(`
  username user login loginname useremail email userid accountname account loginid
`)

/** Containers in which a credential is the caller's. */
export const AUTH_PLACES: ReadonlySet<string> = setOf(`
  auth authentication authorization credentials credential creds security headers header meta context
  session login caller identity requestcontext authcontext authinfo
`)

/** Words by which a description says that it means the caller. */
export const SAYS_CALLER: RegExp =
  /\b(?:caller|calling user|acting user|current user|authenticated user|signed[- ]in user|logged[- ]in user|requesting user|user making|person making|yourself|your own|behalf of|impersonat\w+|act(?:ing)? as|your (?:\w+ ){0,3}(?:user ?id|email|identity))\b/i

/** Words by which a description says what happens without it: then it says whom else it may be. */
export const SAYS_DEFAULT: RegExp =
  /\b(?:defaults?|omit\w*|leave|left|empty|if not|when not|unless|otherwise|instead)\b/i

/** Words by which a description says that it is a credential. */
export const SAYS_CREDENTIAL: RegExp =
  /\b(?:api[- ]?keys?|access tokens?|auth(?:entication|orization)? tokens?|bearer|oauth2?|personal access|jwt|session token|your (?:\w+ ){0,3}(?:token|password|secret|credentials?)|(?:token|key|credential|password)s? (?:\w+ ){0,3}(?:to|for) (?:authenticat\w+|authoriz\w+|auth\b|the api)|authenticat(?:e|es|ing|ion)|to authorize|to log ?in)\b/i

/** Words by which a description says that it is something else. */
export const SAYS_OTHER: RegExp =
  /\b(?:pagination|next page|previous page|idempoten\w+|dedup\w*|returned (?:by|from)|obtained (?:by|from)|(?:id|identifier|uid) of (?:the|a|an)|unique (?:id|identifier)|(?:app|application|form|folder|file|document|doc|wiki|node|sheet|base|bitable|client) token|filter by|to (?:filter|assign|invite|notify|mention|add|remove|look ?up|fetch|retrieve|search)|of the user to|whose|recipient|contract address|coin|cryptocurrency)\b/i

function setOf(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/))
}
