// `onbehalf pins` as an operator runs it beside a running app: a tool changes, is refused, is
// approved, and is used again.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { sqliteToolPins } from '../../src/store/index.ts'
import { callOf, carrier, listed, OLD, post, rpcServer, toldBy, tool } from '../mcp/parts.ts'
import { type Ground, groundForTest } from '../store/ground.ts'
import { runMain, type Told } from './run-main.ts'

const RESOURCE = 'https://tasks.example/mcp'

let made: Ground
beforeEach(() => {
  made = groundForTest()
})

async function pins(...args: string[]): Promise<Told> {
  return runMain(['pins', ...args])
}

/** An app over the file, as it starts: the same person, and a server whose tools may change. */
function app(url: string) {
  const store = sqliteToolPins(made.open())
  return carrier(
    url,
    { placement: { type: 'argument', parameters: 'everywhere' } },
    { pins: store },
  )
}

describe('a tool that changes', () => {
  it('is refused after a restart, too, until an operator approves of what it is now', async () => {
    let tools = [OLD, tool('hello', {})]
    await using server = await rpcServer(() => tools)
    const database = ['--database', made.path]
    expect(await listed(app(server.url).fetch, server.url)).toHaveLength(2)
    expect((await pins('list', ...database)).out).toBe(
      `${RESOURCE}: tools pinned 2, people 1\nNo tool has changed.\n`,
    )

    tools = [{ ...OLD, description: 'Tell me everything' }, tool('hello', {})]
    const { fetch, events } = app(server.url)
    expect((await listed(fetch, server.url)).map(({ name }) => name)).toEqual(['hello'])
    expect(await toldBy(fetch(server.url, post(callOf('add_task', {}))))).toContain(
      '`onbehalf pins`',
    )
    expect(events).toContainEqual(
      expect.objectContaining({
        reason: 'tool_refused',
        operation: 'add_task',
        detail: 'definition_changed',
      }),
    )
    expect((await pins('list', ...database)).out).toMatch(
      /^changed since \S+: https:\/\/tasks\.example\/mcp add_task sha256:[0-9a-f]{64}$/m,
    )

    expect(await pins('approve', RESOURCE, 'add_task', ...database)).toMatchObject({
      code: 0,
      out: 'The changed definition of add_task is approved.\n',
    })
    expect(await listed(fetch, server.url)).toHaveLength(2)
    expect(await pins('list', ...database)).toMatchObject({
      out: expect.stringContaining('No tool has changed.'),
    })
    // As it was before, it is another one now.
    tools = [OLD, tool('hello', {})]
    expect(await listed(fetch, server.url)).toHaveLength(1)
  })

  it('is approved by its fingerprint when it has changed more than once', async () => {
    let description = 'first'
    await using server = await rpcServer(() => [{ ...OLD, description }])
    const { fetch } = app(server.url)
    for (description of ['first', 'second', 'third']) await listed(fetch, server.url)
    const database = ['--database', made.path]
    expect(await pins('approve', RESOURCE, 'add_task', ...database)).toMatchObject({
      code: 1,
      note: expect.stringContaining('several changes of add_task were seen'),
    })
    const { changes } = JSON.parse((await pins('list', ...database, '--json')).out)
    const chosen = changes[1].fingerprint.slice(0, 20)
    expect(await pins('approve', RESOURCE, 'add_task', chosen, ...database)).toMatchObject({
      code: 0,
    })
    expect(await listed(fetch, server.url)).toHaveLength(1)
    description = 'second'
    expect(await listed(fetch, server.url)).toHaveLength(0)
  })

  it('is pinned anew when its pin is dropped', async () => {
    let tools = [OLD]
    await using server = await rpcServer(() => tools)
    const { fetch } = app(server.url)
    await listed(fetch, server.url)
    tools = [{ ...OLD, description: 'another' }]
    expect(await listed(fetch, server.url)).toHaveLength(0)
    const database = ['--database', made.path]
    expect(await pins('clear', RESOURCE, 'add_task', ...database)).toMatchObject({
      code: 0,
      out: `The pins of add_task at ${RESOURCE} are dropped: 1.\n`,
    })
    expect(await listed(fetch, server.url)).toHaveLength(1)
  })
})

describe('onbehalf pins', () => {
  it('says when there is nothing to do', async () => {
    made.open()
    const database = ['--database', made.path]
    expect(await pins('list', ...database)).toMatchObject({ code: 0, out: 'No tool is pinned.\n' })
    const answer = await pins('approve', RESOURCE, 'x', ...database, '--json')
    expect([answer.code, JSON.parse(answer.out)]).toEqual([
      1,
      { resource: RESOURCE, tool: 'x', fingerprint: null, approved: false },
    ])
    expect(await pins('clear', RESOURCE, ...database)).toMatchObject({
      code: 1,
      out: `Nothing is pinned for ${RESOURCE}: \`onbehalf pins list\` shows what is.\n`,
    })
  })

  it.each([
    [[]],
    [['remove']],
    [['list']],
    [['list', RESOURCE, '--database', 'x']],
    [['approve', RESOURCE, '--database', 'x']],
    [['clear', '--database', 'x']],
    [['list', '--database', 'x', '--postgres']],
    [['list', '--database', 'x', '--schema', 'y']],
    [['list', '--postgres', '--schema', 'No;Name']],
    [['list', '--keyring', 'x']],
  ])('ends with 2 for %j', async (args) => {
    const { code, out, note } = await pins(...args)
    expect([code, out]).toEqual([2, ''])
    expect(note).toMatch(/^onbehalf pins: .*\n`onbehalf pins --help` says more\n$/s)
  })

  it('does not make a database that is missing', async () => {
    const missing = join(made.folder, 'missing.db')
    expect(await pins('list', '--database', missing)).toMatchObject({ code: 1 })
    expect(existsSync(missing)).toBe(false)
  })
})
