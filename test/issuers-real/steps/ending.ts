// A person signs out at the issuer, and the app learns it at the next exchange.

import { people, type RealIssuer } from '../kind.ts'
import { signIn } from '../sign-in.ts'
import { must, NotOffered, type Tally } from '../tally.ts'
import { openWorld } from '../world.ts'

/** Shows that a sign-in that ended at the issuer has ended in the app. */
export async function endingSteps(real: RealIssuer, tally: Tally, name: string): Promise<void> {
  await tally.step(`${name}: log out, and nothing more is exchanged`, async () => {
    if (typeof real.logOut === 'string') throw new NotOffered(real.logOut)
    if (typeof real.exchange === 'string') throw new NotOffered(real.exchange)
    const world = openWorld(real)
    const [, , leaver, stayer] = people
    must(leaver && stayer, 'there are people')
    const signedIn = await signIn(real, leaver)
    const other = await world.admit((await signIn(real, stayer)).accessToken)
    const admission = await world.admit(signedIn.accessToken)
    must(admission.ok && other.ok, 'not admitted')
    await real.logOut(signedIn)
    const seen = await world.call(admission.value, 'Tasks')
    must(typeof seen === 'string', 'a sign-in that had ended was exchanged')
    const { reason, outcome } = world.events.findLast(({ hop }) => hop === 'exchange') ?? {}
    must(reason === 'exchange_grant_refused', `the reason is ${reason}`)
    must(outcome === 'refused', `the outcome is ${outcome}`)
    must(typeof (await world.call(other.value, 'Tasks')) !== 'string', 'another person was refused')
    return seen
  })
}
