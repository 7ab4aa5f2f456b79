// Fifty people at once, and an issuer that stops while they work.

import type { Caller } from 'onbehalf'
import { PEOPLE, people, type RealIssuer } from '../kind.ts'
import { signIn } from '../sign-in.ts'
import { must, type Tally } from '../tally.ts'
import { openWorld, type Server, type World } from '../world.ts'

/** Seconds in which an issuer that is back must be used again. */
const RECOVERY_SECONDS = 35

/** Shows that each of many people gets their own, and that an outage ends by itself. */
export async function manySteps(real: RealIssuer, tally: Tally, name: string): Promise<void> {
  const world = openWorld(real)
  let callers: readonly Caller[] = []
  const tokens: string[] = []
  await tally.step(`${name}: ${PEOPLE} people sign in at once, each is somebody else`, async () => {
    const signedIn = await Promise.all(people.map((person) => signIn(real, person)))
    tokens.push(...signedIn.map(({ accessToken }) => accessToken))
    callers = await Promise.all(tokens.map((token) => admitted(world, token)))
    const subjects = new Set(callers.map(({ principal }) => principal.subject))
    must(subjects.size === PEOPLE, `${subjects.size} subjects`)
    return undefined
  })
  if (typeof real.exchange !== 'string')
    await tally.step(`${name}: ${PEOPLE} people call two servers at once`, async () => {
      must(callers.length === PEOPLE, 'not everybody is signed in')
      // The machine may be too busy for an issuer that answers so many at once. Then people are told
      // to try again, and they do.
      let again = 0
      const deadline = performance.now() + 120_000
      const servers: readonly Server[] = ['Tasks', 'Notes', 'Tasks', 'Notes']
      await Promise.all(
        callers.flatMap((caller) =>
          servers.map(async (server) => {
            let seen = await world.call(caller, server)
            while (typeof seen === 'string' && /Try again in a moment/.test(seen)) {
              must(performance.now() < deadline, 'people were told to try again for too long')
              again++
              await new Promise((resolve) => setTimeout(resolve, 500))
              seen = await world.call(caller, server)
            }
            must(typeof seen !== 'string', `${server}: ${seen}`)
            must(seen.subject === caller.principal.subject, 'somebody got what is another one’s')
          }),
        ),
      )
      const exchanges = world.events.filter(({ hop }) => hop === 'exchange').length
      return `${exchanges} exchanges for ${PEOPLE * servers.length} calls, ${again} of them repeated`
    })
  await tally.step(`${name}: stop the issuer and start it again`, async () => {
    const [token = ''] = tokens
    await real.stop()
    must((await world.admit(token)).ok, 'a known key was not used while the issuer was away')
    const caller = await admitted(openWorld(real), token).catch(() => undefined)
    must(caller === undefined, 'a door without keys admitted somebody')
    if (typeof real.exchange !== 'string' && !real.ownTokens)
      await refusedWhileAway(real, world, token)
    await real.start()
    must((await world.admit(token)).ok, 'the former key is not used any more')
    const [person] = people
    must(person, 'there are people')
    const fresh = await signIn(real, person)
    const seconds = await recovery(real, world, fresh.accessToken)
    must(seconds < RECOVERY_SECONDS, `it took ${seconds} s to recover`)
    return `used again ${seconds} s after it was back`
  })
}

async function admitted(world: World, token: string): Promise<Caller> {
  const admission = await world.admit(token)
  must(admission.ok, `not admitted: ${JSON.stringify(world.events.at(-1))}`)
  return admission.value
}

async function refusedWhileAway(real: RealIssuer, world: World, token: string): Promise<void> {
  const caller = await admitted(world, token)
  world.onbehalf.revoke(caller.principal)
  const seen = await world.call(await admitted(world, token), 'Tasks')
  must(typeof seen === 'string', `${real.issuer} exchanged while it was away`)
  const { reason, outcome } = world.events.findLast(({ hop }) => hop === 'exchange') ?? {}
  must(reason === 'issuer_unavailable' && outcome === 'failed', `${reason}, ${outcome}`)
}

/** Seconds until a new sign-in works to the end. */
async function recovery(real: RealIssuer, world: World, token: string): Promise<number> {
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  let last: unknown
  while (seconds() < RECOVERY_SECONDS) {
    const caller = await admitted(world, token)
    last = typeof real.exchange === 'string' ? {} : await world.call(caller, 'Tasks')
    if (typeof last !== 'string') return Math.round(seconds())
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Error(`it did not recover: ${last}`)
}
