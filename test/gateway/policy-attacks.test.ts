// Attacks on a policy by what servers read otherwise than the gateway, and by ways in that have no token.
// The servers here take the first of two members, or ignore letter case, as some do.

import { describe, expect, it } from 'vitest'
import { Credential } from '../../src/core/credential.ts'
import { memoryConsentStore } from '../../src/core/vault/memory-consent-store.ts'
import { memorySecretStore } from '../../src/core/vault/memory-secret-store.ts'
import { staticKeys } from '../../src/core/vault/static-keys.ts'
import { accessKeys } from '../../src/gateway/index.ts'
import { callPolicy, type PolicyRules } from '../../src/policy/index.ts'
import { ISSUER, START } from '../core/parts.ts'
import { gatewayHouse, tokenFor } from './house.ts'

const NOTES = 'https://notes.example/mcp'
const NO_DELETE: PolicyRules = { rules: [{ tools: 'Notes/delete', effect: 'deny' }] }

/** Sends a text as it is to Notes, and gives the bodies that reached it. `statuses` are its answers. */
async function reached(text: string, statuses: readonly number[] = []): Promise<readonly string[]> {
  const bodies: string[] = []
  const { gateway } = gatewayHouse({
    policy: callPolicy(NO_DELETE),
    async fetch(_, init) {
      bodies.push(String(init?.body))
      const status = statuses[bodies.length - 1] ?? 200
      return Response.json({ jsonrpc: '2.0', id: 1, result: {} }, { status })
    },
  })
  const headers = {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    authorization: `Bearer ${tokenFor('alice')}`,
  }
  const url = 'https://gateway.example/mcp/Notes'
  await (await gateway.fetch(new Request(url, { method: 'POST', headers, body: text }))).text()
  return bodies
}

/** A call and the name, wherever they stand. */
const DENIED = /(?=.*tools\/call)(?=.*delete)/s
const CALL = '"jsonrpc":"2.0","id":1,"method":"tools/call"'

describe('a call that the policy denies does not reach a server', () => {
  it.each([
    ['by the first of two names', `{${CALL},"params":{"name":"delete","name":"search"}}`],
    ['by an escaped name', `{${CALL},"params":{"n\\u0061me":"delete","name":"search"}}`],
    ['by the first of two methods', `{${CALL},"params":{"name":"delete"},"method":"tools/list"}`],
    ['by two params', `{${CALL},"params":{"name":"delete"},"params":{"name":"search"}}`],
    ['by a name in capitals', `{${CALL},"params":{"name":"search","Name":"delete"}}`],
    ['by params in capitals', `{${CALL},"params":{"name":"search"},"PARAMS":{"name":"delete"}}`],
    ['by a long s', `{${CALL},"params":{"name":"search"},"paramſ":{"name":"delete"}}`],
    [
      'by a method in capitals',
      '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call","params":{"name":"delete"}}',
    ],
    [
      'in a batch',
      `[{"jsonrpc":"2.0","id":2,"method":"ping"},{${CALL},"params":{"name":"search","NAME":"delete"}}]`,
    ],
  ])('%s', async (_, text) => {
    for (const body of await reached(text)) expect(body).not.toMatch(DENIED)
  })

  it.each([401, 403])('when it is repeated after %i', async (status) => {
    const text = `{${CALL},"params":{"name":"delete","name":"search"}}`
    const bodies = await reached(text, [status])
    expect(bodies.length).toBeGreaterThan(0)
    for (const body of bodies) expect(body).not.toMatch(DENIED)
    if (status === 401) expect(bodies).toHaveLength(2)
  })
})

describe('an access key', () => {
  const person = { issuer: ISSUER, subject: 'alice' }
  const CALL_SEARCH = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'search', arguments: {} },
  }

  it.each<readonly [string, PolicyRules]>([
    [
      'a rule that denies some people',
      { rules: [{ tools: 'Notes/*', when: { groups: 'interns' }, effect: 'deny' }] },
    ],
    [
      'a rule that allows all but some',
      { default: 'deny', rules: [{ tools: 'Notes/*', unless: { groups: 'interns' } }] },
    ],
  ])('leads nobody past %s', async (_, rules) => {
    const secrets = memorySecretStore()
    const consents = memoryConsentStore()
    await staticKeys(secrets).put('deployment', NOTES, new Credential('key-of-the-deployment'))
    const now = () => START * 1000
    const keys = accessKeys({ secrets, consents, audit: { record() {} }, now })
    const { ask, notes } = gatewayHouse({
      consents,
      secrets,
      accessKeys: keys,
      policy: callPolicy(rules),
      servers: { Notes: { url: NOTES, source: { type: 'static', of: 'deployment' } } },
    })
    const { key } = await keys.create(person, {
      name: 'laptop',
      servers: ['Notes'],
      until: new Date((START + 86_400) * 1000),
    })
    const answer = await (await ask('/mcp/Notes', key.reveal(), CALL_SEARCH)).text()
    expect(answer).toContain('the rules of the operator do not allow it')
    expect(notes.methods()).not.toContain('tools/call')
  })
})
