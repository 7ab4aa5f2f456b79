// `onbehalf marks` as an operator runs it beside a running app: what is marked, the clearing, and
// the exit codes.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { sqliteReflectionMarks } from '../../src/store/index.ts'
import { MCP, START } from '../core/parts.ts'
import { type Ground, groundForTest } from '../store/ground.ts'
import { runMain, type Told } from './run-main.ts'

let made: Ground
beforeEach(() => {
  made = groundForTest()
})

async function marks(...args: string[]): Promise<Told> {
  return runMain(['marks', ...args])
}

describe('onbehalf marks', () => {
  it('lists what is marked, and clears it for the app that runs', async () => {
    const ofTheApp = sqliteReflectionMarks(made.open())
    const database = ['--database', made.path]
    expect(await marks('list', ...database)).toEqual({
      code: 0,
      out: 'No server is marked.\n',
      note: '',
    })
    await ofTheApp.mark(MCP, START * 1000)
    const since = '2027-01-15T08:00:00.000Z'
    expect(await marks('list', ...database)).toMatchObject({ code: 0, out: `${since}  ${MCP}\n` })
    expect(JSON.parse((await marks('list', ...database, '--json')).out)).toEqual({
      marks: [{ resource: MCP, since }],
    })
    expect(await marks('clear', MCP, ...database)).toMatchObject({
      code: 0,
      out: `The mark of ${MCP} is cleared.\n`,
    })
    expect(await ofTheApp.isMarked(MCP)).toBe(false)
  })

  it('onbehalf marks does not say that it cleared a server that was not marked', async () => {
    await sqliteReflectionMarks(made.open()).mark(MCP, 1)
    const { code, out } = await marks('clear', `${MCP}/`, '--database', made.path, '--json')
    expect([code, JSON.parse(out)]).toEqual([1, { resource: `${MCP}/`, cleared: false }])
    expect(await marks('clear', 'tasks', '--database', made.path)).toMatchObject({
      code: 1,
      out: 'tasks is not marked: `onbehalf marks list` shows what is.\n',
    })
  })

  it.each([
    [[]],
    [['remove']],
    [['list']],
    [['list', MCP, '--database', 'x']],
    [['clear', '--database', 'x']],
    [['clear', MCP]],
    [['list', '--keyring', 'x']],
  ])('onbehalf marks ends with 2 for %j', async (args) => {
    const { code, out, note } = await marks(...args)
    expect([code, out]).toEqual([2, ''])
    expect(note).toMatch(/^onbehalf marks: .*\n`onbehalf marks --help` says more\n$/s)
  })

  it('onbehalf marks does not make a database that is missing', async () => {
    const missing = join(made.folder, 'missing.db')
    expect(await marks('list', '--database', missing)).toMatchObject({
      code: 1,
      note: `onbehalf marks: there is no database ${missing}\n`,
    })
    expect(existsSync(missing)).toBe(false)
  })
})
