// Opaque tokens: the issuer is asked about them, and what it revoked is dead.

import { Credential, createAuditor, createDoor } from 'onbehalf'
import { clientSecretBasic, introspectionVerifier } from 'onbehalf/oauth'
import { APP, people, type RealIssuer } from '../kind.ts'
import { revokeAsPage, signIn } from '../sign-in.ts'
import { must, NotOffered, type Tally } from '../tally.ts'

/** Shows introspection, and that a revoked token is inactive. */
export async function askingSteps(real: RealIssuer, tally: Tally, name: string): Promise<void> {
  await tally.step(`${name}: introspect, then revoke`, async () => {
    if (typeof real.introspect === 'string') throw new NotOffered(real.introspect)
    const { id, secret, parameters, audience, assumeAudience = false } = real.introspect
    const verifier = introspectionVerifier({
      issuer: real.issuer,
      clientId: id,
      client: clientSecretBasic(new Credential(secret)),
      assumeAudience,
      cache: false,
    })
    const [person] = people
    must(person, 'there are people')
    const { accessToken } = await signIn(real, person, parameters)
    const door = createDoor({
      resource: APP,
      audience: [audience ?? real.appAudience ?? APP],
      verifier,
      auditor: createAuditor({ record: () => {} }),
    })
    const ask = () =>
      door.admit(new Request(APP, { headers: { authorization: `Bearer ${accessToken}` } }))
    const before = await ask()
    must(before.ok, `refused: ${JSON.stringify(!before.ok && before.refusal)}`)
    await revokeAsPage(real, accessToken)
    const after = await ask()
    must(!after.ok && after.refusal.reason === 'token_inactive', 'a revoked token was admitted')
    return undefined
  })
}
