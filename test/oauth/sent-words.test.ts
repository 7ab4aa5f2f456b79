// What a token endpoint quotes of a request in its error does not reach the operator, whole or in
// part.

import { expect, it } from 'vitest'
import { clientSecretBasic, tokenExchanger } from '../../src/oauth/index.ts'
import { fakeServer, ISSUER, NOW, secret } from './server.ts'

const TOKEN = 'Zk3vQ9xTnB7pLw2rYs8cHd5mJf1gKa6uEo4i'
const SECRET = 'q8WnXz5RtGv2LbYk7JmC'

async function wordsFor(error_description: string, token = TOKEN): Promise<string> {
  const server = fakeServer(() =>
    Response.json({ error: 'invalid_grant', error_description }, { status: 400 }),
  )
  const exchanger = tokenExchanger({
    issuer: ISSUER,
    clientId: 'chat',
    client: clientSecretBasic(secret(SECRET)),
    fetch: server.fetch,
    now: () => NOW * 1000,
  })
  const target = { resource: 'https://tasks.example/mcp', scopes: ['tasks:read'] }
  const result = await exchanger.exchange(secret(token), target)
  return JSON.stringify(result)
}

it.each([
  ['the first half with dots', `no such credential: ${TOKEN.slice(0, 18)}...`],
  ['the first half with an ellipsis', `no such credential: ${TOKEN.slice(0, 18)}…`],
  ['a part behind a name', `no such credential:${TOKEN.slice(4, 20)}`],
  ['a part behind a sign', `value=${TOKEN.slice(6)} is gone`],
  ['the last half behind dots', `no such credential ...${TOKEN.slice(-12)}`],
  ['all in capital letters', `NO SUCH CREDENTIAL: ${TOKEN.toUpperCase()}`],
  ['all in a path', `/tokens/${TOKEN}/state is gone`],
  ['a part of the secret', `client chat has no key ${SECRET.slice(0, 12)}***`],
  ['all behind a long text', `${'x '.repeat(40)}${TOKEN}`],
])('an error that quotes %s', async (_, description) => {
  const words = (await wordsFor(description)).toLowerCase()
  for (const whole of [TOKEN.toLowerCase(), SECRET.toLowerCase()])
    for (let at = 0; at + 8 <= whole.length; at++)
      expect(words).not.toContain(whole.slice(at, at + 8))
})

const PART = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
const CLAIMS = {
  iss: ISSUER,
  sub: 'canary-of-alice',
  email: 'canary@mail.example',
  act: { sub: 'x' },
}
const JWT = `${PART({ alg: 'ES256' })}.${PART(CLAIMS)}.c2lnbmF0dXJlLW9mLWl0`

it.each<[string, string, string]>([
  ['backwards', TOKEN, [...TOKEN].reverse().join('')],
  ['a part of it backwards', TOKEN, [...TOKEN].reverse().join('').slice(4, 20)],
  ['in hex', TOKEN, Buffer.from(TOKEN).toString('hex')],
  ['in base64', TOKEN, Buffer.from(TOKEN).toString('base64')],
  ['its claims', JWT, JSON.stringify(CLAIMS)],
  ['its claims, escaped', JWT, JSON.stringify(JSON.stringify(CLAIMS))],
  ['its claims, spread out', JWT, JSON.stringify(CLAIMS, null, 2)],
  ['a piece of its claims', JWT, '"email":"canary@mail.example"'],
])('an error that quotes the token %s', async (_, token, quoted) => {
  const words = await wordsFor(`the token was: ${quoted}, and is refused`, token)
  expect(words).not.toContain('canary')
  expect(words).not.toContain(quoted.slice(4, 16))
})

it('an error that names the issuer, or a claim, stays as it is', async () => {
  const words = `The claim sub of a token of ${ISSUER} is not known here`
  expect(await wordsFor(words, JWT)).toContain(words)
})

it('an error that quotes nothing stays as it is', async () => {
  const words = 'The client chat may not have https://tasks.example/mcp with tasks:read'
  expect(await wordsFor(words)).toContain(words)
})
