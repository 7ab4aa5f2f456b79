// The kit around a real MCP SDK server, with a real SDK client in front, on both protocol
// revisions.

import { describe, expect, it } from 'vitest'
import { build, THROWN_SECRET, textOf } from './house.ts'

describe.each(['2026-07-28', '2025-11-25'] as const)('a server of MCP %s', (revision) => {
  it('a tool finds the principal and who acts for it in authInfo, and no credential', async () => {
    const house = await build()
    const token = await house.mint({ act: { sub: 'chat-agent' } })
    const client = await house.client(token, revision)
    const said = textOf(await client.callTool({ name: 'whoami', arguments: {} }))
    expect(JSON.parse(said)).toMatchObject({
      token: '[credential]',
      clientId: 'chat',
      scopes: ['tasks:read', 'tasks:write'],
      extra: { issuer: 'https://login.example', subject: 'alice', actors: ['chat-agent'] },
    })
    expect(said).not.toContain(token.slice(-20))
    await client.close()
  })

  it('a tool calls the API on behalf of the person, with a token for the API, never with the one that came in', async () => {
    const house = await build()
    const token = await house.mint({ act: { sub: 'chat-agent' } })
    const client = await house.client(token, revision)
    expect(textOf(await client.callTool({ name: 'list_tasks', arguments: {} }))).toBe(
      'tasks of alice',
    )
    expect(
      textOf(await client.callTool({ name: 'add_task', arguments: { title: 'Buy milk' } })),
    ).toBe('added')
    expect(house.apiRequests).toHaveLength(2)
    for (const request of house.apiRequests) {
      expect(request.subject).toBe('alice')
      expect(request.actor).toEqual({ sub: 'tasks-mcp', act: { sub: 'chat-agent' } })
      for (const part of token.split('.').slice(1)) expect(request.all).not.toContain(part)
    }
    expect(house.exchanges).toEqual([
      {
        subject: 'alice',
        resource: 'https://api.example/api',
        scopes: ['tasks:read', 'tasks:write'],
      },
    ])
    await client.close()
  })

  it('what a tool throws reaches the operator, and the model gets one fixed sentence', async () => {
    const house = await build()
    const client = await house.client(await house.mint(), revision)
    const result = await client.callTool({ name: 'broken', arguments: {} })
    expect(result.isError).toBe(true)
    expect(textOf(result)).toBe('Something went wrong, and it was logged. Try again in a moment.')
    expect(JSON.stringify(result)).not.toContain(THROWN_SECRET)
    expect(house.errors).toEqual([
      {
        error: expect.any(Error),
        origin: {
          tool: 'broken',
          trace: expect.any(String),
          principal: expect.objectContaining({ subject: 'alice' }),
        },
      },
    ])
    await client.close()
  })

  it('a list of tools says which scopes each needs', async () => {
    const house = await build({ scopes: ['base'] })
    const client = await house.client(await house.mint({ scope: 'base' }), revision)
    const { tools } = await client.listTools()
    await client.close()
    const schemes = Object.fromEntries(tools.map(({ name, _meta }) => [name, _meta]))
    expect(schemes.list_tasks).toEqual({
      securitySchemes: [{ type: 'oauth2', scopes: ['base', 'tasks:read'] }],
    })
    expect(schemes.whoami).toEqual({ securitySchemes: [{ type: 'oauth2', scopes: ['base'] }] })
  })

  it('lists only what the token may call, where the server wants that', async () => {
    const listed = async (overrides: object, scope: string) => {
      const house = await build(overrides)
      const client = await house.client(await house.mint({ scope }), revision)
      const { tools } = await client.listTools()
      await client.close()
      return tools
        .map(({ name }) => name)
        .filter((name) => name.endsWith('_task') || name.endsWith('_tasks'))
    }
    const hidden = { hideForbiddenTools: true }
    expect(await listed(hidden, 'tasks:read')).toEqual(['list_tasks'])
    expect(await listed(hidden, 'tasks:read tasks:write')).toEqual(await listed({}, 'tasks:read'))
  })

  it('the tools see no header that holds the credential or claims an identity', async () => {
    const house = await build()
    const client = await house.client(await house.mint(), revision)
    await client.callTool({ name: 'whoami', arguments: {} })
    for (const { headers } of house.handled) expect(headers.get('authorization')).toBeNull()
    await client.close()
  })

  it('a person without the scope gets the refusal, and the tool does not run', async () => {
    const house = await build()
    const client = await house.client(await house.mint({ scope: 'tasks:read' }), revision)
    // A client of 2025-11-25 also tries a GET on its own, at any time.
    const posts = () => house.handled.filter(({ method }) => method === 'POST').length
    const before = posts()
    await expect(client.callTool({ name: 'add_task', arguments: { title: 'x' } })).rejects.toThrow()
    expect(posts()).toBe(before)
    expect(house.apiRequests).toHaveLength(0)
    await client.close()
  })
})
