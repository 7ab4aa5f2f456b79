// Servers behind the gateway that need an account which the person has connected.

import { expect, it } from 'vitest'
import { granted, refused } from '../../src/core/errors.ts'
import { issuedToken } from '../core/parts.ts'
import { gatewayHouse, tokenFor } from './house.ts'

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

/** Alice has connected her account, nobody else has. */
function house(connectAt?: string) {
  return gatewayHouse({
    servers: { Notes: { url: 'https://notes.example/mcp', source: { type: 'connection' } } },
    connections: {
      credential: async ({ subject }) =>
        subject === 'alice'
          ? granted(issuedToken('account-of-alice'))
          : refused('connection_needed', { server: 'Notes' }),
    },
    ...(connectAt === undefined ? {} : { connectAt }),
  })
}

it('gets the credential of the account', async () => {
  const { ask, notes } = house()
  expect((await ask('/mcp/Notes', tokenFor('alice'), LIST)).status).toBe(200)
  expect(notes.reached[0]?.authorization).toBe('Bearer account-of-alice')
})

it.each([
  ['/mcp/Notes', LIST],
  ['/mcp', { ...LIST, method: 'tools/call', params: { name: 'Notes__search' } }],
])('tells at %s where to connect one', async (path, message) => {
  const { ask, notes } = house('https://app.example/accounts?from=gateway')
  const answer = await ask(path, tokenFor('bob'), message)
  expect(await answer.json()).toMatchObject({
    error: {
      message:
        'This was not done. Connect your Notes account to continue. Open https://app.example/accounts?from=gateway&server=Notes in a browser.',
    },
  })
  expect(notes.reached).toEqual([])
})

it('names no page where there is none', async () => {
  const { ask } = house()
  const answer = await ask('/mcp/Notes', tokenFor('bob'), LIST)
  expect(await answer.text()).not.toContain('browser')
})
