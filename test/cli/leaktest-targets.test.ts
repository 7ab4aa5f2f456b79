// The stacks that `onbehalf leaktest` is aimed at: those that it brings, and the two examples that are not ours.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readTarget } from '../../src/cli/leaktest/config/read-target.ts'
import { stacks } from '../../src/cli/leaktest/stacks/index.ts'
import { KIT, servers, variants } from '../../src/cli/leaktest/stacks/own-variants.ts'

const example = (name: string) =>
  readTarget(
    JSON.parse(
      readFileSync(new URL(`../../examples/leaktest/${name}/target.json`, import.meta.url), 'utf8'),
    ),
  )

describe('the target of our own stack', () => {
  it('has every placement with every source, but for sessions of nobody', () => {
    const placements = ['header', 'argument', 'meta', 'session', 'prompt']
    const sources = [
      'exchange',
      'own',
      'connection',
      'static',
      'client-credentials',
      'identity-assertion',
    ]
    const all = placements.flatMap((placement) => sources.map((source) => `${placement}/${source}`))
    const names = variants.map(({ name }) => name)
    expect(all.filter((one) => !names.includes(one))).toEqual(['session/client-credentials'])
    expect(stacks.own?.chat.variants).toEqual([...names, KIT])
  })

  it('reaches three servers in each, one of them hostile, and plants a key for each person', () => {
    for (const { name, servers: reached, placement } of variants) {
      const shapes = servers.filter((server) => reached.includes(server.name))
      expect(
        shapes.map(({ hostile }) => hostile),
        name,
      ).toEqual([false, false, true])
      const asks = [placement].flat().some(({ type }) => type === 'argument' || type === 'prompt')
      expect(
        shapes.every(({ argument }) => argument === asks),
        name,
      ).toBe(true)
    }
    const { secrets = {} } = stacks.own ?? {}
    const keys = Object.values(secrets).filter(({ kind }) => kind.startsWith('static key'))
    expect(keys).toHaveLength(72)
    expect(new Set(keys.map(({ shape }) => shape?.split(':')[0]))).toEqual(
      new Set(['key', 'prefix', 'opaque', 'odd', 'short']),
    )
  })

  it('means a server to have the token of the sign-in only where the source is `own`', () => {
    const { entitled = [] } = stacks.own ?? {}
    const inboxes = entitled.filter(({ sink }) => sink !== 'environment')
    expect(inboxes.map(({ secret }) => secret)).toEqual(Array(9).fill('chat token'))
    expect(inboxes.every(({ sink }) => /^inbox [a-z-]+-own$/.test(sink))).toBe(true)
  })
})

it('means a process to have the credential of its server, and no other, where it is started with it', () => {
  const { entitled = [] } = stacks.own ?? {}
  const started = entitled.filter(({ sink }) => sink === 'environment')
  expect(started.map(({ secret }) => secret)).toEqual(
    ['notes', 'tasks', 'hostile'].flatMap((name) => [
      `static key for ${name}`,
      `access token for ${name}`,
    ]),
  )
})

describe('the examples that are not ours', () => {
  it.each(['openai-agents', 'python'])('are described as leaktest reads it: %s', (name) => {
    const target = example(name)
    expect(target.people.map((person) => person.name)).toEqual(['alice', 'bob'])
    expect(target.start?.env?.MCP_URLS).toBe('{mcp.notes} {mcp.tasks} {mcp.hostile}')
    expect(target.sinks).toEqual([{ kind: 'database', path: '{dir}/chat.db' }])
  })

  it('are joined by one behind the gateway, whose servers are those of leaktest', () => {
    const { start, mcp, notRemoved } = example('gateway')
    expect(Object.keys(mcp ?? {})).toEqual(['notes', 'tasks', 'hostile'])
    for (const name of ['notes', 'tasks', 'hostile'])
      expect(Object.values(start?.env ?? {})).toContain(`{mcp.${name}}`)
    // The same and no more than for our own stack.
    expect(notRemoved).toEqual(stacks.own?.notRemoved)
  })

  it('hold nothing of onbehalf', () => {
    for (const file of ['openai-agents/server.ts', 'python/server.py']) {
      const text = readFileSync(new URL(`../../examples/leaktest/${file}`, import.meta.url), 'utf8')
      expect(text).not.toMatch(/(?:from|import) ['"]?onbehalf/)
    }
  })
})
