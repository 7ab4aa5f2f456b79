// Which tokens open the target, and what it says to the others (RFC 6750 section 3, RFC 9728 section
// 5.1, RFC 8725).

import { Credential } from 'onbehalf'
import type { Answer } from '../ask.ts'
import { type Bench, GREETING, isPerson, open, request } from '../bench.ts'
import type { Check } from '../check.ts'
import { failed, must, none, type Outcome, PASSED, unknown } from '../outcome.ts'

/** The answer to a token that is not taken. */
function judgeRefusal({ status, headers }: Answer): Outcome {
  const challenge = headers.get('www-authenticate') ?? ''
  if (status !== 401) return failed(`the answer is HTTP ${status}, not 401`)
  return must(/^Bearer\b/i.test(challenge), 'the 401 has no challenge (WWW-Authenticate: Bearer)')
}

/** A target that refuses everybody has refused nothing. */
async function refuses(
  bench: Bench,
  token: Credential | undefined,
  missing: string,
): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  if (!token) return unknown(missing)
  return judgeRefusal(await bench.ask({ url: bench.target, token, body: GREETING }))
}

const NO_JWT = 'the token for alice is no JWT, so none can be made of it'
const handedIn = (role: string) => `it needs such a token: --token ${role}=env:NAME`

async function withoutToken(bench: Bench): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  return judgeRefusal(await bench.ask({ url: bench.target, body: GREETING }))
}

/** In the session that the person opened with a good token. */
async function expiredInSession(bench: Bench): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  const token = bench.tokens.of('expired')
  if (!token) return unknown(handedIn('expired'))
  return judgeRefusal(await request(bench, { ...alice, token }, 'tools/list'))
}

async function refreshed(bench: Bench): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  if (alice.session === undefined) return none('the target gives no ids of sessions')
  const token = bench.tokens.of('alice-again')
  if (!token) return unknown(handedIn('alice-again'))
  const answer = await request(bench, { ...alice, token }, 'tools/list')
  return answer.status === 200 ? PASSED : failed(`the answer is HTTP ${answer.status}`)
}

/**
 * RFC 6750 section 2.3 allows it, and MCP forbids it. A 400 says that as well as a 401. The token is one of its
 * own where that can be had: logs of addresses hold it, which is no fault of the target.
 */
async function inAddress(bench: Bench): Promise<Outcome> {
  const alice = await open(bench, 'alice')
  if (!isPerson(alice)) return alice
  const url = new URL(bench.target)
  url.searchParams.set('access_token', (bench.tokens.at(bench.target) ?? alice.token).reveal())
  const { status } = await bench.ask({ url: url.href, body: GREETING })
  return must(status >= 400 && status < 500, `the answer is HTTP ${status}`)
}

/** The checks. */
export const TOKEN_CHECKS: readonly Check[] = [
  {
    id: 'tokens.none',
    says: 'A request without a token is answered with 401 and a challenge.',
    run: withoutToken,
  },
  {
    id: 'tokens.garbage',
    says: 'Text that is no token is refused.',
    run: (bench) => refuses(bench, new Credential('garbage-that-is-no-token'), ''),
  },
  {
    id: 'tokens.in-address',
    says: 'A token in the address opens nothing.',
    run: inAddress,
  },
  {
    id: 'tokens.expired',
    says: 'A token that has expired is refused.',
    run: (bench) => refuses(bench, bench.tokens.of('expired'), handedIn('expired')),
  },
  {
    id: 'tokens.audience',
    says: 'A token for another audience is refused.',
    run: (bench) => refuses(bench, bench.tokens.of('other-audience'), handedIn('other-audience')),
  },
  {
    id: 'tokens.issuer',
    says: 'A token of another issuer is refused.',
    run: (bench) => refuses(bench, bench.tokens.of('other-issuer'), handedIn('other-issuer')),
  },
  {
    id: 'tokens.unsigned',
    says: 'A token without a signature (alg none) is refused.',
    run: (bench) => refuses(bench, bench.tokens.unsigned(), NO_JWT),
  },
  {
    id: 'tokens.signature',
    says: 'A token whose signature is not that of the issuer is refused.',
    run: (bench) => refuses(bench, bench.tokens.otherSignature(), NO_JWT),
  },
  {
    id: 'tokens.expired-in-session',
    says: 'A token that has expired is refused in a session that was opened before.',
    run: expiredInSession,
  },
  {
    id: 'tokens.refreshed',
    says: 'A session goes on with a newer token of the same person.',
    run: refreshed,
  },
]
