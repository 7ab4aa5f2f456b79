// Keeps the sign-ins: finds one by its cookie, gives its fresh token, ends it with all that it has.

import { createHash, randomBytes } from 'node:crypto'
import type { KeptSignIn } from '../core/door/kept-sign-in.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import type { SignInRecord, WhichSignIns } from '../core/vault/sign-in-store.ts'
import { type Account, readAccount, writeAccount } from '../oauth/connection/account.ts'
import { accountCredentials } from '../oauth/connection/account-credential.ts'
import type { AccountTokens } from '../oauth/connection/judge-tokens.ts'
import { forgetter } from './forget.ts'
import { judgeIdToken } from './id-token.ts'
import { keyOf, type SessionParts } from './parts.ts'
import { watchEnds } from './watch.ts'

/** The sign-ins of an app. */
export interface Keeper {
  /** Keeps a new one. Gives the value of its cookie, which is kept nowhere else. */
  add(signIn: NewSignIn): Promise<string>
  /** Those of a person whose time is not over, the newest first. */
  listOf(owner: string): Promise<readonly SignInRecord[]>
  /** The one behind a cookie; undefined when there is none, or its time is over. */
  find(cookie: string): Promise<SignInRecord | undefined>
  /** As the rest of onbehalf sees it. */
  open(signIn: SignInRecord): KeptSignIn
  /** Its tokens; undefined when there are none any more. */
  tokens(signIn: SignInRecord): Promise<Account | undefined>
  /** Ends sign-ins everywhere, revokes their tokens at the issuer and forgets them. */
  end(which: WhichSignIns): Promise<number>
}

/** A sign-in that was just made. */
export interface NewSignIn extends Pick<SignInRecord, 'owner' | 'issuer' | 'subject' | 'device'> {
  readonly sessionId: string | undefined
  readonly account: Account
}

/** A use is noted once in so many seconds: a note is a write. */
const TOUCH_SECONDS = 60

/** Makes the keeper. */
export function keepSignIns(parts: SessionParts): Keeper {
  const { store, settings, connection, idleSeconds, lifeSeconds } = parts
  const { store: secrets } = connection
  const watch = watchEnds(store, connection.now)
  const credentials = accountCredentials(connection)
  const now = () => connection.now() / 1000
  const { forget, sweepSoon } = forgetter(parts)

  async function tokens(signIn: SignInRecord): Promise<Account | undefined> {
    return readAccount(await secrets.read(keyOf(signIn)), settings)
  }

  async function end(which: WhichSignIns): Promise<number> {
    const ending = await store.list(which)
    // From here on the cookie opens nothing, on any instance.
    const count = await store.end(which, now())
    watch.tell(ending.map(({ id }) => id))
    await forget(ending)
    return count
  }

  return {
    async add({ account, sessionId, ...who }) {
      sweepSoon()
      const cookie = randomBytes(32).toString('base64url')
      const startedAt = now()
      const signIn: SignInRecord = {
        ...who,
        ...(sessionId === undefined ? {} : { sessionId }),
        id: randomBytes(12).toString('base64url'),
        digest: digestOf(cookie),
        startedAt,
        usedAt: startedAt,
        endsAt: startedAt + lifeSeconds,
      }
      if (!(await store.add(signIn))) throw new Error('A sign-in of that name is there already')
      await secrets.write(writeAccount(keyOf(signIn), settings, account))
      return cookie
    },
    async listOf(owner) {
      return (await store.list({ owner })).filter(({ endsAt }) => now() < endsAt)
    },
    async find(cookie) {
      sweepSoon()
      const [signIn] = await store.list({ digest: digestOf(cookie) })
      if (!signIn) return undefined
      const { id, usedAt, endsAt } = signIn
      if (now() >= Math.min(endsAt, usedAt + idleSeconds)) {
        await end({ ids: [id] })
        return undefined
      }
      if (now() >= usedAt + TOUCH_SECONDS) await store.touch(id, now())
      return signIn
    },
    open: (signIn) => ({
      owner: signIn.owner,
      async freshen(asked = {}) {
        if (now() >= signIn.endsAt) return refused('sign_in_ended')
        const whose = {
          principal: principalOf(signIn),
          key: keyOf(signIn),
          judge: (issued: AccountTokens) => judgeRefreshed(issued, signIn, parts),
        }
        const token = await credentials(settings, whose, asked).catch(() =>
          refused('server_unavailable', { server: 'the store of sign-ins' }),
        )
        if (token.ok || token.refusal.reason !== 'connection_needed') return token
        // The issuer gives no token any more. What is left of the sign-in would only look like one.
        await end({ ids: [signIn.id] }).catch(() => {})
        return refused('sign_in_ended')
      },
      whenEnded: (listener) => watch.listen(signIn.id, listener),
    }),
    tokens,
    end,
  }
}

/** The person of a sign-in, as `principalKey` wrote them. */
export function principalOf({ owner }: SignInRecord): Principal {
  const [issuer, tenant, subject]: readonly (string | null)[] = JSON.parse(owner)
  return { issuer: issuer ?? '', subject: subject ?? '', ...(tenant ? { tenant } : {}) }
}

/** The tokens that stand for the person at the app's door, as the app wants them. */
export function presentedTokens(
  issued: AccountTokens,
  { expiresAt }: { readonly expiresAt: number },
  { presents }: SessionParts,
): AccountTokens {
  return presents === 'id_token' && issued.idToken
    ? { ...issued, accessToken: issued.idToken, expiresAt }
    : issued
}

/** The issuer must not answer a refresh with somebody else (OpenID Connect Core 1.0 section 12.2). */
function judgeRefreshed(
  issued: AccountTokens,
  { subject }: SignInRecord,
  parts: SessionParts,
): Result<AccountTokens> {
  const { issuers, clientId, connection, presents } = parts
  if (!issued.idToken)
    return presents === 'id_token' ? refused('connection_needed') : granted(issued)
  const facts = judgeIdToken(issued.idToken, { issuers, clientId, now: connection.now() / 1000 })
  if (!facts.ok || facts.value.subject !== subject) return refused('connection_needed')
  return granted(presentedTokens(issued, facts.value, parts))
}

function digestOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('base64url')
}
