// An account that a person connects: refreshed once for everybody, ended by the reuse of a refresh
// token, and revoked when it is disconnected.

import { Credential, memorySecretStore, type Principal } from 'onbehalf'
import {
  type ConnectionClient,
  type Connections,
  clientSecretBasic,
  connections,
} from 'onbehalf/oauth'
import { openBrowser } from '../browser.ts'
import { APP, CONNECT_REDIRECT, people, type RealIssuer, TASKS } from '../kind.ts'
import { must, NotOffered, type Tally } from '../tally.ts'

const CALLERS = 50

/** Shows the refresh, the detection of reuse, and the end of a connection. */
export async function connectingSteps(real: RealIssuer, tally: Tally, name: string): Promise<void> {
  await tally.step(
    `${name}: refresh once for ${CALLERS} callers, and end after reuse`,
    async () => {
      const account = await connect(real, 0)
      account.ahead(600)
      const all = await Promise.all(Array.from({ length: CALLERS }, account.credential))
      must(
        all.every(({ ok }) => ok),
        `refused: ${JSON.stringify(all.find(({ ok }) => !ok))}`,
      )
      must(account.refreshes() === 1, `${account.refreshes()} refreshes`)
      const [stolen] = account.refreshTokens
      const reuse = await account.redeem(stolen ?? '')
      must(reuse >= 400, 'the issuer took a refresh token that was used already')
      account.ahead(1200)
      const after = await account.credential()
      const again = await account.credential()
      if (after.ok)
        throw new NotOffered('the reuse of a refresh token does not end the sign-in here')
      must(after.refusal.reason === 'connection_needed', `the reason is ${after.refusal.reason}`)
      must(!again.ok, 'a connection that had ended came back')
      must(account.refreshes() === 2, `${account.refreshes()} refreshes`)
      return undefined
    },
  )
  await tally.step(`${name}: disconnect, which revokes`, async () => {
    const account = await connect(real, 1)
    const ended = await account.disconnect()
    must(ended.ok && ended.value.revoked, `not revoked: ${JSON.stringify(ended)}`)
    const [token] = account.refreshTokens
    if (token) must((await account.redeem(token)) >= 400, 'the issuer took a revoked token')
    return undefined
  })
}

interface Account {
  /** Sets the app's clock ahead by so many seconds. */
  ahead(seconds: number): void
  readonly credential: () => ReturnType<Connections['credential']>
  readonly disconnect: () => ReturnType<Connections['disconnect']>
  readonly refreshes: () => number
  /** The refresh tokens that the issuer gave, the oldest first. */
  readonly refreshTokens: readonly string[]
  /** Sends a refresh token to the issuer as a thief does, and gives the status. */
  redeem(refreshToken: string): Promise<number>
}

/** A person connects an account at the issuer's own pages. */
async function connect(real: RealIssuer, at: number): Promise<Account> {
  if (typeof real.connect === 'string') throw new NotOffered(real.connect)
  const { id, secret, scopes } = real.connect
  const registered: ConnectionClient = {
    type: 'registered',
    id,
    ...(secret ? { authentication: clientSecretBasic(new Credential(secret)) } : {}),
  }
  const person = people[at]
  must(person, 'there are people')
  const principal: Principal = { issuer: real.issuer, subject: person.name }
  let aheadMs = 0
  let refreshes = 0
  const refreshTokens: string[] = []
  let tokenEndpoint = ''
  const accounts = connections({
    store: memorySecretStore(),
    servers: { Tasks: { resource: TASKS, issuer: real.issuer, client: registered, scopes } },
    redirectUri: CONNECT_REDIRECT,
    audit: { record: () => {} },
    now: () => Date.now() + aheadMs,
    async fetch(input, init) {
      const request = new Request(input, init)
      const text = await request.clone().text()
      const response = await fetch(request)
      if (text.includes('grant_type=refresh_token')) refreshes++
      if (text.includes('grant_type=')) {
        tokenEndpoint = request.url
        const tokens = (await response
          .clone()
          .json()
          .catch(() => ({}))) as Record<string, string>
        if (tokens.refresh_token) refreshTokens.push(tokens.refresh_token)
      }
      return response
    },
  })
  const started = await accounts.start(new Request(APP), principal, 'Tasks', '/')
  const location = started.headers.get('location')
  must(location, `connecting did not begin: ${started.status} ${await started.text()}`)
  const back = await openBrowser(person).visit(location, CONNECT_REDIRECT)
  const cookie = started.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const done = await accounts.callback(new Request(back, { headers: { cookie } }), principal)
  must(
    done.headers.get('location')?.endsWith('/'),
    `not connected: ${done.status} ${done.headers.get('location')} ${await done.text()}`,
  )
  return {
    ahead(seconds) {
      aheadMs = seconds * 1000
    },
    credential: () => accounts.credential(principal, 'Tasks'),
    disconnect: () => accounts.disconnect(principal, 'Tasks'),
    refreshes: () => refreshes,
    refreshTokens,
    async redeem(refresh_token) {
      const response = await fetch(tokenEndpoint, {
        method: 'POST',
        headers: secret ? { authorization: `Basic ${btoa(`${id}:${secret}`)}` } : {},
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token,
          ...(secret ? {} : { client_id: id }),
        }),
      })
      return response.status
    },
  }
}
