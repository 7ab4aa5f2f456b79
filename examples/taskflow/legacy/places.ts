// Where a request to TaskFlow classic has its credential, when it is not in the arguments: one address
// for each place. There are servers that take their key in each of them. Do not write a new server in
// this way: take the `Authorization` header.

/** What a request brought beside its arguments. */
export interface Brought {
  /** Empty where the request has none. */
  readonly access_token: string
  readonly user_id?: string
  /** Where the token was, in the words of the audit. */
  readonly placement: string
}

/** One address: where its requests have the token, and whether its tools ask for the person's id. */
export interface Place {
  readonly asksForId?: true
  readonly read: (request: Request) => Brought
}

/**
 * The parameter of the query, and the cookie, that hold the token. No door of onbehalf lets a request
 * with the parameter `access_token` in.
 */
export const TOKEN_NAME = 'taskflow_token'
/** The header that holds the token where the id is an argument. */
export const TOKEN_HEADER = 'X-TaskFlow-Token'

const PLACES: Readonly<Record<string, Place>> = {
  '/basic': { read: basic },
  '/bearer': {
    read: ({ headers }) => ({
      access_token: schemeOf(headers, 'Bearer'),
      placement: 'header Authorization',
    }),
  },
  '/query': {
    read: ({ url }) => ({
      access_token: new URL(url).searchParams.get(TOKEN_NAME) ?? '',
      placement: `query ${TOKEN_NAME}`,
    }),
  },
  '/cookie': {
    read: ({ headers }) => ({
      access_token: cookieOf(headers, TOKEN_NAME),
      placement: `cookie ${TOKEN_NAME}`,
    }),
  },
  '/parts': {
    asksForId: true,
    read: ({ headers }) => ({
      access_token: headers.get(TOKEN_HEADER) ?? '',
      placement: `header ${TOKEN_HEADER}`,
    }),
  },
}

/** An address whose last segment is the token. */
const IN_PATH = /^\/u\/([^/]+)$/

/** Finds the place for the rest of an address. Undefined: there is nothing at this address. */
export function placeAt(rest: string): Place | undefined {
  const inPath = IN_PATH.exec(rest)?.[1]
  if (inPath === undefined) return PLACES[rest]
  return { read: () => ({ access_token: inPath, placement: 'path' }) }
}

/** The person's id and the token, as name and password (RFC 7617). */
function basic({ headers }: Request): Brought {
  const text = Buffer.from(schemeOf(headers, 'Basic'), 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return {
    user_id: text.slice(0, Math.max(0, colon)),
    access_token: text.slice(colon + 1),
    placement: 'header Authorization',
  }
}

function schemeOf(headers: Headers, scheme: string): string {
  const [first = '', rest = ''] = (headers.get('authorization') ?? '').split(' ', 2)
  return first.toLowerCase() === scheme.toLowerCase() ? rest : ''
}

function cookieOf(headers: Headers, name: string): string {
  const pairs = (headers.get('cookie') ?? '').split('; ')
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}
