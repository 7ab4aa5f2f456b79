// The client that the suite starts for one scenario: the official SDK's MCP client over the fetch of
// onbehalf. The app around it does what an app does: it connects the person's account, asks them for
// a permission that is missing, and inspects a server anew that has moved. Ends with 0 when done.

import { AuthError, Credential, memorySecretStore, type Refusal, staticKeys } from 'onbehalf'
import { type DiscoveredResource, discoverResource, parseChallenge } from 'onbehalf/oauth'
import { type WithAccount, withAccount } from './account.ts'
import { converse } from './conversation.ts'
import { withoutAccount } from './own-token.ts'
import { admitPerson, principalAt, SERVER, type SignedIn } from './person.ts'
import { note, readScenario, type Scenario } from './scenario.ts'

/** How often a person is asked to allow something, at most. */
const MAX_CONNECTS = 3

const scenario = readScenario()
note(scenario.name, scenario.isModern ? '2026-07-28' : '2025-11-25')
try {
  await play()
  process.exit(0)
} catch (error) {
  note('ended', error)
  process.exit(1)
}

async function play(): Promise<void> {
  if (!scenario.name.startsWith('auth/')) return work(await withKey(scenario))
  try {
    await playSignedIn()
  } catch (error) {
    // A server that moved to another authorization server is inspected anew, as an operator does.
    const reason = refusalIn(error)?.reason
    if (reason !== 'connection_needed' && reason !== 'server_refused') throw error
    note('inspects the server anew')
    await playSignedIn()
  }
}

async function playSignedIn(): Promise<void> {
  const server = await inspect()
  const person = await withoutAccount(scenario, server)
  return person ? work(person) : workConnected(await withAccount(scenario, server))
}

/** A server that asks for no account gets the key of a person. */
async function withKey({ url }: Scenario): Promise<SignedIn> {
  const issuer = 'https://login.example'
  const secrets = memorySecretStore()
  await staticKeys(secrets).put(principalAt(issuer), url, new Credential('the-key-of-alice'))
  return {
    issuer,
    token: new Credential('the-token-of-alice'),
    binding: { url, source: { type: 'static', of: 'person' } },
    parts: { secrets },
  }
}

/** What the server says about itself, with the scopes that its challenge names, if any. */
async function inspect(): Promise<DiscoveredResource> {
  const { url, name } = scenario
  const found = await discoverResource(url, { fetch })
  const { origin } = new URL(url)
  const isOld = name.includes('2025-03-26')
  if (!found.ok && !isOld) throw new Error(`nothing was found: ${found.refusal.reason}`)
  // Before there was resource metadata, the server's origin was its authorization server.
  const server = found.ok
    ? found.value
    : { resource: url, authorizationServers: [origin], scopes: [] }
  const asked = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  })
  await asked.body?.cancel()
  const { scopes } = parseChallenge(asked.headers.get('www-authenticate') ?? '')
  return scopes.length > 0 ? { ...server, scopes } : server
}

/** Connects the account, works, and asks the person for each permission that turns out missing. */
async function workConnected(person: WithAccount): Promise<void> {
  let wanted: readonly string[] = []
  for (let connects = 0; connects < MAX_CONNECTS; connects++) {
    await person.connect(wanted)
    try {
      return await work(person)
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal?.reason !== 'scope_missing') throw error
      wanted = refusal.scopes ?? []
      note('asks the person for', wanted)
    }
  }
  throw new Error('the server wants ever more permissions')
}

/** One conversation. A refused tool call ends it, although the model would go on. */
async function work(person: SignedIn): Promise<void> {
  const caller = await admitPerson(person)
  let refused: Refusal | undefined
  const onRefused = (refusal: Refusal) => (refused ??= refusal)
  await converse(scenario, caller.fetch(SERVER, { onRefused }))
  if (refused) throw new AuthError(refused, refused.reason)
}

/** The refusal in an error or in one of its causes. The SDK wraps them. */
function refusalIn(error: unknown): Refusal | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof AuthError) return at.refusal
  return undefined
}
