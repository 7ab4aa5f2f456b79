// How often one client may begin and end a sign-in.

import { expect, it } from 'vitest'
import { memoryRateLimit } from '../../src/chatkit/index.ts'
import { house, whoIs } from './house.ts'

const by = (request: Request) => request.headers.get('x-real-ip') ?? ''
const limitedTo = (most: number) => ({
  limit: memoryRateLimit({ requests: { most, per: 60 } }),
  by,
})

it('one client too often is refused with 429 and told when, and the issuer is not asked', async () => {
  const { browser, issuer } = await house({ rateLimit: limitedTo(3) })
  const one = browser()
  await one.begin()
  await one.begin()
  const asked = issuer.asked.length
  const answer = issuer.agree(await one.begin())
  const refused = await one.back(answer)
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.text()).toContain('Try again in a moment')
  expect(issuer.asked).toHaveLength(asked)
})

it('another client is not held, nor is what a person who is signed in does', async () => {
  const { browser } = await house({ rateLimit: limitedTo(2) })
  const one = browser()
  await one.signIn()
  expect((await one.get('/auth/sign-in')).status).toBe(429)
  expect((await one.get('/auth/sign-in', { 'x-real-ip': '192.0.2.7' })).status).toBe(302)
  for (let time = 0; time < 5; time++) expect((await one.ask('GET', '/auth/me')).status).toBe(200)
  expect(await whoIs(one.admit())).toBe('alice')
})

it('a limit that cannot count lets nobody in, and quotes nothing', async () => {
  const limit = { take: () => Promise.reject(new Error('the secret text of a store')) }
  const { browser } = await house({ rateLimit: { limit, by } })
  const response = await browser().get('/auth/sign-in')
  expect(response.status).toBe(503)
  expect(await response.text()).not.toContain('secret')
})
