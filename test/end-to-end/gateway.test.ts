// TaskFlow's gateway: an agent that is no part of TaskFlow acts as its person, on the server of today
// and on the one of the old kind, with one token that is for the gateway alone.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signIn } from '../examples/taskflow/sign-in.ts'
import { type House, startHouse } from './house.ts'

let house: House
beforeAll(async () => {
  house = await startHouse()
}, 60_000)
afterAll(() => house?.close())

/** A token of the person for one resource. */
const tokenOf = (as: 'alice' | 'bob', resource: string) =>
  signIn({ issuer: house.urls.issuer, as, resource })

/** The agent: any MCP client that sends a bearer token. */
async function agent(path: string, token: string): Promise<Client> {
  const client = new Client({ name: 'agent', version: '1.0.0' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${house.urls.gateway}${path}`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  )
  return client
}

it('carries two people to both kinds of servers, and shows the agent no credential', async () => {
  const seen: string[] = []
  for (const person of ['alice', 'bob'] as const) {
    const token = await tokenOf(person, house.urls.gateway)
    const client = await agent('', token)
    const { tools } = await client.listTools()
    seen.push(JSON.stringify(tools))
    const added = tools.filter(({ name }) => name.endsWith('add_task')).map(({ name }) => name)
    expect(added.map((name) => name.split('__')[0]).sort()).toEqual(['Classic', 'TaskFlow'])
    for (const name of added) {
      const title = `of ${person} by ${name}`
      // What a model makes up for the hidden parameter is overwritten.
      const args = name.startsWith('Classic')
        ? { params: { title, user_id: 'mallory' } }
        : { title }
      const result = await client.callTool({ name, arguments: args })
      expect(result.isError ?? false, JSON.stringify(result.content)).toBe(false)
      seen.push(JSON.stringify(result))
    }
    const { name: list = '' } = tools.find(({ name }) => name.endsWith('list_tasks')) ?? {}
    const listed = JSON.stringify(await client.callTool({ name: list, arguments: {} }))
    expect(listed).toContain(`of ${person} by`)
    expect(listed).not.toContain(`of ${person === 'alice' ? 'bob' : 'alice'} by`)
    await client.close()
  }
  expect(seen.join('')).not.toMatch(/access_token|user_id|eyJ/)
}, 60_000)

it('takes no token that is for another part, and passes none on', async () => {
  const chat = await tokenOf('alice', house.urls.chatkit)
  await expect(agent('/TaskFlow', chat)).rejects.toThrow()
  const token = await tokenOf('alice', house.urls.gateway)
  const from = house.exchanges.length
  const client = await agent('/TaskFlow', token)
  await client.listTools()
  await client.close()
  const sent = house.exchanges
    .slice(from)
    .filter(({ url }) => url.startsWith(house.urls.mcp))
    .flatMap(({ headers }) => headers.get('authorization') ?? [])
  expect(sent.length).toBeGreaterThan(0)
  for (const authorization of sent) {
    const claims = decodeJwt(authorization.replace('Bearer ', ''))
    expect(claims).toMatchObject({ aud: house.urls.mcp, act: { sub: 'taskflow-gateway' } })
  }
}, 60_000)
