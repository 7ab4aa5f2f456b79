// The issuer signs with new keys while people work.

import { people, type RealIssuer } from '../kind.ts'
import { signIn } from '../sign-in.ts'
import { must, NotOffered, type Tally } from '../tally.ts'
import { openWorld } from '../world.ts'

const ROTATIONS = 3
const CALLERS = 8

/** Shows that nobody is refused while keys are rotated under load. */
export async function keySteps(real: RealIssuer, tally: Tally, name: string): Promise<void> {
  await tally.step(`${name}: rotate keys ${ROTATIONS} times under load`, async () => {
    if (typeof real.rotateKeys === 'string') throw new NotOffered(real.rotateKeys)
    const world = openWorld(real)
    const old = await Promise.all(people.slice(0, CALLERS).map((one) => signIn(real, one)))
    const tokens = old.map(({ accessToken }) => accessToken)
    let admitted = 0
    const refused: string[] = []
    let isOver = false
    const present = async (token: string) => {
      const admission = await world.admit(token)
      if (admission.ok) admitted++
      else refused.push(`${admission.refusal.reason} after ${admitted}`)
    }
    const load = Promise.all(
      Array.from({ length: CALLERS }, async (_, at) => {
        while (!isOver) {
          await present(tokens[(at + admitted) % tokens.length] ?? '')
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }),
    )
    try {
      for (let rotation = 0; rotation < ROTATIONS; rotation++) {
        await real.rotateKeys()
        const person = people[CALLERS + rotation]
        must(person, 'there are people')
        const { accessToken } = await signIn(real, person)
        const kid = kidOf(accessToken)
        must(!tokens.some((token) => kidOf(token) === kid), 'the new token has an old key')
        tokens.push(accessToken)
        await present(accessToken)
      }
    } finally {
      isOver = true
      await load
    }
    must(refused.length === 0, `refused: ${refused.slice(0, 5).join(', ')} (${refused.length})`)
    return `${admitted} requests admitted`
  })
}

function kidOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
}
