// A person signs in with the preset and nothing else: who gets in, and who does not.

import { API, NOTES, people, type SignInPlace, TASKS } from '../kind.ts'
import { signIn } from '../sign-in.ts'
import { must, NotOffered, type Tally } from '../tally.ts'
import { openWorld } from '../world.ts'

/** Shows the sign-in, what the door refuses, and the exchange for two servers. */
export async function signInSteps(real: SignInPlace, tally: Tally, name: string): Promise<void> {
  const world = openWorld(real)
  const [person] = people
  must(person, 'there are people')
  let signedIn: Awaited<ReturnType<typeof signIn>> | undefined

  await tally.step(`${name}: sign in, and be admitted with the preset`, async () => {
    signedIn = await signIn(real, person)
    const admission = await world.admit(signedIn.accessToken)
    must(admission.ok, `not admitted: ${JSON.stringify(world.events.at(-1))}`)
    must(admission.value.principal.issuer === real.issuer, 'the issuer is another one')
    return `${admission.value.token.scopes.join(' ')}`
  })
  await tally.step(
    `${name}: refuse an ID token, a changed token, and another audience`,
    async () => {
      must(signedIn, 'nobody is signed in')
      const { accessToken, idToken } = signedIn
      must(idToken, 'there is no ID token')
      must(!(await world.admit(idToken)).ok, 'an ID token was admitted')
      const changed = accessToken.replace(/.{8}$/, (end) => (end[0] === 'A' ? 'B' : 'A').repeat(8))
      must(!(await world.admit(changed)).ok, 'a changed token was admitted')
      must((await world.present('Tasks', `Bearer ${accessToken}`)) === 401, 'a server took it')
      return undefined
    },
  )
  if (real.ownTokens)
    await tally.step(`${name}: exchange at the issuer`, async () => {
      throw new NotOffered('the app’s own tokenService exchanges in its place')
    })
  await tally.step(
    `${name}: exchange for two servers, each with its own audience only`,
    async () => {
      if (typeof real.exchange === 'string') throw new NotOffered(real.exchange)
      must(signedIn, 'nobody is signed in')
      const admission = await world.admit(signedIn.accessToken)
      must(admission.ok, 'not admitted')
      for (const [server, url] of [
        ['Tasks', TASKS],
        ['Notes', NOTES],
      ] as const) {
        const seen = await world.call(admission.value, server)
        must(typeof seen !== 'string', `${server}: ${seen}: ${JSON.stringify(world.events.at(-1))}`)
        must(seen.subject === admission.value.principal.subject, 'the person is another one')
        must(seen.audience.join() === url, `${server} got a token for ${seen.audience.join()}`)
        if (!real.tasksClient || server !== 'Tasks') continue
        must(seen.api?.audience.join() === API, `the API got ${JSON.stringify(seen.api)}`)
        must(seen.api?.subject === seen.subject, 'the person is another one at the API')
      }
      const [tasks = '', notes = ''] = [world.carried.get(TASKS), world.carried.get(NOTES)]
      must((await world.present('Notes', tasks)) === 401, 'Notes takes the token of Tasks')
      must((await world.present('Tasks', notes)) === 401, 'Tasks takes the token of Notes')
      must(
        !(await world.admit(tasks.replace('Bearer ', ''))).ok,
        'the app takes the token of Tasks',
      )
      return undefined
    },
  )
}
