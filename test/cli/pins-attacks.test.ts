// Attacks on the operator who approves of changed tools: what a server lists must not speak to their
// terminal, nor make them approve of more than they looked at.

import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { principalKey } from '../../src/core/principal.ts'
import { sqliteToolPins } from '../../src/store/index.ts'
import { bob } from '../core/parts.ts'
import { carrier, listed, OLD, rpcServer } from '../mcp/parts.ts'
import { type Ground, groundForTest } from '../store/ground.ts'

const RESOURCE = 'https://tasks.example/mcp'
const OTHER = 'https://other.example/mcp'

let made: Ground
beforeEach(() => {
  made = groundForTest()
})

async function pins(...args: readonly string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  const terminal = { out: say, note: say, signal: new AbortController().signal }
  const code = await main(['pins', ...args, '--database', made.path], terminal)
  return { code, said: lines.join('\n') }
}

/** A person at a server whose tool may change, over the file. */
function person(url: string, who: Parameters<typeof carrier>[2] = {}, resource = RESOURCE) {
  const binding = { placement: { type: 'argument', parameters: 'everywhere' }, resource } as const
  const { fetch } = carrier(url, binding, { pins: sqliteToolPins(made.open()), ...who })
  return async () => (await listed(fetch, url)).length
}

/** A server with one tool, whose description and name may change. */
async function changing(name = 'add_task') {
  const tool = { ...OLD, name, description: 'first' }
  const server = await rpcServer(() => [tool])
  return Object.assign(server, { tool })
}

const fingerprintsIn = (said: string) => said.match(/sha256:[0-9a-f]{64}/g) ?? []

describe('a server that changes a tool', () => {
  it.each([
    ['escapes of a terminal', '\u001b]0;owned\u0007\u001b[2J'],
    ['a line of its own', 'x\nchanged since 2020: https://bank.example transfer sha256:00'],
    ['letters that turn round', 'add\u202eksat'],
    ['a command', '$(reboot) --json'],
  ])('does not get its name into the list when that is %s', async (_, name) => {
    await using server = await changing(name)
    const look = person(server.url)
    await look()
    server.tool.description = 'second'
    await look()
    for (const form of [[], ['--json']]) {
      const { said } = await pins('list', ...form)
      expect(said).not.toContain(name)
      expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|bank/)
      expect(said.split('\n')).toHaveLength(form.length > 0 ? 1 : 2)
    }
  })

  it('after the operator has looked has nothing approved but what they looked at', async () => {
    await using server = await changing()
    const look = person(server.url)
    await look()
    server.tool.description = 'harmless'
    await look()
    const [seen = ''] = fingerprintsIn((await pins('list')).said)
    server.tool.description = 'harmful'
    await look()
    expect(await pins('approve', RESOURCE, 'add_task')).toMatchObject({ code: 1 })
    expect(await look()).toBe(0)
    expect(await pins('approve', RESOURCE, 'add_task', seen)).toMatchObject({ code: 0 })
    expect(await look()).toBe(0)
    server.tool.description = 'harmless'
    expect(await look()).toBe(1)
  })

  it('has nothing approved at another server, and by the fingerprint of another tool', async () => {
    await using server = await changing()
    await using other = await changing()
    const looks = [person(server.url), person(other.url, {}, OTHER)]
    for (const look of looks) await look()
    for (const one of [server, other]) one.tool.description = 'second'
    for (const look of looks) await look()
    expect(await pins('approve', OTHER, 'add_task')).toMatchObject({ code: 0 })
    expect(await Promise.all(looks.map((look) => look()))).toEqual([0, 1])
    const wrong = `sha256:${'0'.repeat(64)}`
    expect(await pins('approve', RESOURCE, 'add_task', wrong)).toMatchObject({ code: 1 })
    expect(await looks[0]?.()).toBe(0)
  })

  it('so often that its changes fill their place has none of the later ones approved', async () => {
    await using server = await changing()
    const look = person(server.url)
    await look()
    const store = sqliteToolPins(made.open())
    const flood = Array.from({ length: 300 }, (_, n) => ({
      tool: 'sha256:made-up',
      label: 'made_up',
      fingerprint: `sha256:${n}`,
      since: n,
    }))
    await store.noteChanges(RESOURCE, flood)
    server.tool.description = 'second'
    expect(await look()).toBe(0)
    expect(await pins('approve', RESOURCE, 'add_task')).toMatchObject({ code: 1 })
    // The operator drops what was made up, and sees the real change.
    expect(await pins('clear', RESOURCE, 'made_up')).toMatchObject({ code: 1 })
    expect(await look()).toBe(0)
    expect(fingerprintsIn((await pins('list')).said)).toHaveLength(1)
  })
})

describe('an approval', () => {
  it('is for every person, and takes the earlier definition from everybody', async () => {
    await using server = await changing()
    const alices = person(server.url)
    await alices()
    server.tool.description = 'second'
    const bobs = person(server.url, { principal: bob })
    // Bob saw the changed one first, so it is his pin.
    expect([await alices(), await bobs()]).toEqual([0, 1])
    expect(await pins('approve', RESOURCE, 'add_task')).toMatchObject({ code: 0 })
    expect([await alices(), await bobs()]).toEqual([1, 1])
    server.tool.description = 'first'
    expect([await alices(), await bobs()]).toEqual([0, 0])
    expect(made.bytes().includes(principalKey(bob))).toBe(true)
  })

  it('that cannot be written is not said to be done, and changes nothing', async () => {
    await using server = await changing()
    const look = person(server.url)
    await look()
    server.tool.description = 'second'
    await look()
    const other = new DatabaseSync(made.path)
    other.exec('begin immediate')
    const { code, said } = await pins('approve', RESOURCE, 'add_task')
    other.exec('rollback')
    other.close()
    expect(code).toBe(1)
    expect(said).toMatch(/^onbehalf pins: .*locked/)
    expect(await look()).toBe(0)
    expect(await pins('approve', RESOURCE, 'add_task')).toMatchObject({ code: 0 })
    expect(await look()).toBe(1)
  })
})
