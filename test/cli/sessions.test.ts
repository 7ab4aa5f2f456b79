// `onbehalf sessions` as an administrator runs it beside a running app: who is signed in, the end of
// somebody's sign-ins, and the exit codes.

import { beforeEach, describe, expect, it } from 'vitest'
import { sqliteSignInStore } from '../../src/store/index.ts'
import { bob, ISSUER } from '../core/parts.ts'
import { signInOf } from '../core/vault/sign-in-store-contract.ts'
import { type Ground, groundForTest } from '../store/ground.ts'
import { runMain, type Told } from './run-main.ts'

let made: Ground
beforeEach(() => {
  made = groundForTest()
})

async function sessions(...args: string[]): Promise<Told> {
  return runMain(['sessions', ...args])
}

describe('onbehalf sessions', () => {
  it('lists who is signed in, and where', async () => {
    const database = ['--database', made.path]
    const ofTheApp = sqliteSignInStore(made.open())
    expect(await sessions('list', ...database)).toEqual({
      code: 0,
      out: 'Nobody is signed in.\n',
      note: '',
    })
    await ofTheApp.add(signInOf('a'))
    await ofTheApp.add(signInOf('b', { subject: 'bo\u001b[2Jb', owner: 'bob' }))
    const { code, out } = await sessions('list', ...database)
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      `b  bo\\u{1b}[2Jb at ${ISSUER}  Firefox on Linux, since 2027-01-15T08:00:00.500Z, last used 2027-01-15T08:00:00.500Z`,
      `a  alice at ${ISSUER}  Firefox on Linux, since 2027-01-15T08:00:00.500Z, last used 2027-01-15T08:00:00.500Z`,
      '',
    ])
    const filtered = await sessions(
      'list',
      ...database,
      '--issuer',
      ISSUER,
      '--subject',
      'alice',
      '--json',
    )
    expect(JSON.parse(filtered.out)).toMatchObject({ signIns: [{ id: 'a', subject: 'alice' }] })
    // Nothing that a cookie could be compared with.
    expect(filtered.out).not.toContain('digest')
  })

  it('ends the sign-ins of a person, or one, for the app that runs', async () => {
    const database = ['--database', made.path]
    const ofTheApp = sqliteSignInStore(made.open())
    for (const id of ['a', 'b']) await ofTheApp.add(signInOf(id))
    for (const id of ['c', 'd'])
      await ofTheApp.add(signInOf(id, { subject: bob.subject, owner: 'bob' }))
    const alice = ['--issuer', ISSUER, '--subject', 'alice']
    expect(await sessions('end', ...alice, ...database)).toMatchObject({
      code: 0,
      out: '2 sign-ins are ended.\n',
    })
    expect(await sessions('end', ...alice, ...database, '--json')).toMatchObject({
      code: 1,
      out: '{"ended":0}\n',
    })
    expect(await sessions('end', '--id', 'c', ...database)).toMatchObject({
      code: 0,
      out: 'One sign-in is ended.\n',
    })
    expect((await ofTheApp.list('all')).map(({ id }) => id)).toEqual(['d'])
  })

  it.each([
    [[]],
    [['drop']],
    [['list', 'alice']],
    [['list']],
    [['end', '--database', 'x']],
    [['end', '--database', 'x', '--subject', 'alice']],
    [['end', '--database', 'x', '--issuer', ISSUER]],
    [['end', '--database', 'x', '--issuer', ISSUER, '--subject', 'alice', '--id', 'a']],
    [['list', '--database', 'x', '--keyring', 'y']],
    [['list', '--database', 'x', '--postgres']],
  ])('refuses %j', async (args) => {
    const { code, out, note } = await sessions(...args)
    expect([code, out]).toEqual([2, ''])
    expect(note).toContain('`onbehalf sessions --help` says more')
  })

  it('makes no database', async () => {
    const { code, note } = await sessions('list', '--database', `${made.path}-missing`)
    expect([code, note]).toEqual([
      1,
      `onbehalf sessions: there is no database ${made.path}-missing\n`,
    ])
  })
})
