// The second half of goal G12: measures how much memory remains in use when deposited credentials
// have expired and nobody ended the calls of their people.

import { setImmediate } from 'node:timers/promises'
import { createOnBehalf, type TokenVerifier } from 'onbehalf'

const ISSUER = 'https://issuer.example'
const RESOURCE = 'https://app.example/chat'
const PEOPLE = 10_000

/**
 * Measures and gives `vaultGrowthAfterExpiry`: the part of the entries' memory that is still in use
 * after they have expired. 0 means none.
 */
export async function vaultGrowth(report: (line: string) => void): Promise<number> {
  let time = Date.now()
  let people = 0
  const verifier: TokenVerifier = {
    async verify() {
      const principal = { issuer: ISSUER, subject: `person-${people++}` }
      return {
        ok: true,
        value: {
          principal,
          audience: [RESOURCE],
          scopes: [],
          expiresAt: time / 1000 + 300,
          claims: {},
        },
      }
    },
  }
  const onbehalf = createOnBehalf({
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    verifier,
    exchanger: {
      issuer: ISSUER,
      exchange: () => Promise.reject(new Error('Nothing is exchanged here')),
    },
    audit: { record: () => {} },
    servers: {},
    now: () => time,
  })
  async function admit(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const headers = { authorization: `Bearer bench-token-${people}` }
      const admission = await onbehalf.admit(new Request(RESOURCE, { headers }))
      if (!admission.ok) throw new Error('The bench token was refused')
    }
  }
  async function expire(): Promise<void> {
    time += 3_600_000
    await admit(1)
  }

  // One run before the measurement compiles the code and lets the tables grow.
  await admit(PEOPLE)
  await expire()
  const before = await heap()
  await admit(PEOPLE)
  const full = await heap()
  await expire()
  const after = await heap()
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`
  report(
    `${PEOPLE} people with open vault entries   ${kib(full - before)} heap; once they have expired ${kib(after - before)}`,
  )
  return (after - before) / (full - before)
}

async function heap(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    await setImmediate()
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}
