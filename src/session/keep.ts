// Keeps the sign-ins: finds one by its cookie, gives its fresh token, ends it with all that it has.

import { createHash, randomBytes } from 'node:crypto'
import type { KeptSignIn } from '../core/door/kept-sign-in.ts'
import { granted, type Result, refused } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import type { SecretKey } from '../core/vault/secret-store.ts'
import type { SignInRecord, WhichSignIns } from '../core/vault/sign-in-store.ts'
import { type Account, readAccount, writeAccount } from '../oauth/connection/account.ts'
import { accountCredentials } from '../oauth/connection/account-credential.ts'
import { knownClient } from '../oauth/connection/client.ts'
import type { AccountTokens } from '../oauth/connection/judge-tokens.ts'
import { revoke } from '../oauth/connection/token-request.ts'
import { judgeIdToken } from './id-token.ts'
import type { SessionParts } from './parts.ts'
import { watchEnds } from './watch.ts'

/** The sign-ins of an app. */
export interface Keeper {
  /** Keeps a new one. Gives the value of its cookie, which is kept nowhere else. */
  add(signIn: NewSignIn): Promise<string>
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
/** How often what is over is removed. */
const SWEEP_SECONDS = 600
/** How long the end of a sign-in waits for the issuer to revoke its tokens. */
const REVOKE_MS = 2000

/** Makes the keeper. */
export function keepSignIns(parts: SessionParts): Keeper {
  const { store, settings, connection, idleSeconds, lifeSeconds } = parts
  const { store: secrets } = connection
  const watch = watchEnds(store, connection.now)
  const credentials = accountCredentials(connection)
  const now = () => connection.now() / 1000
  let sweepAt = 0

  async function tokens(signIn: SignInRecord): Promise<Account | undefined> {
    return readAccount(await secrets.read(keyOf(signIn, parts)), settings)
  }

  /** Removes the tokens first: a sign-in without them is found again, tokens alone are not. */
  async function forget(signIn: SignInRecord): Promise<void> {
    const account = await tokens(signIn)
    await secrets.remove(keyOf(signIn, parts))
    await store.remove([signIn.id])
    if (account) await revokeTokens(account, parts)
  }

  async function forgetOver(): Promise<void> {
    const over = await store.list({ overAt: now() })
    await Promise.all(over.map(forget))
  }

  function sweepSoon(): void {
    if (now() < sweepAt) return
    sweepAt = now() + SWEEP_SECONDS
    void forgetOver().catch(() => {})
  }

  async function end(which: WhichSignIns): Promise<number> {
    const ending = await store.list(which)
    // From here on the cookie opens nothing, on any instance.
    const count = await store.end(which, now())
    watch.tell(ending.map(({ id }) => id))
    await Promise.all(ending.map(forget))
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
      await secrets.write(writeAccount(keyOf(signIn, parts), settings, account))
      return cookie
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
        const whose = {
          principal: principalOf(signIn),
          key: keyOf(signIn, parts),
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

async function revokeTokens(account: Account, parts: SessionParts): Promise<void> {
  const { settings, connection } = parts
  const client = await knownClient(settings, connection)
  if (!client.ok) return
  const { refreshToken, accessToken } = account
  const [token, hint] = refreshToken
    ? ([refreshToken, 'refresh_token'] as const)
    : ([accessToken, 'access_token'] as const)
  const deadline = Math.min(REVOKE_MS, connection.deadline)
  await revoke(token, hint, settings, client.value, { ...connection, deadline })
}

function keyOf({ id }: SignInRecord, { settings }: SessionParts): SecretKey {
  return { owner: `sign-in:${id}`, resource: settings.resource, kind: 'sign-in' }
}

function digestOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('base64url')
}
