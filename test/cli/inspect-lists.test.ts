// `onbehalf inspect --tools`: saved tool lists are judged as those of a running server are.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseBinding } from '../../src/core/parse-binding.ts'
import { temporaryFolder } from '../end-to-end/fixtures.ts'
import { runMain } from './run-main.ts'

const RECORDED = 'test/mcp/tools/recorded'
const text = { type: 'string' }
const tool = (
  name: string,
  properties: Record<string, object>,
  required = Object.keys(properties),
) => ({
  name,
  inputSchema: { type: 'object', properties, required },
})
const TOOLS = [
  ...Array.from({ length: 18 }, (_, i) => tool(`do_${i}`, { account_email: text, query: text })),
  tool('approve', { id: text, approval_password: text }, ['id']),
  tool('get_user', { user_id: text }),
]

let folder = ''
beforeAll(async () => {
  folder = await temporaryFolder()
  await mkdir(join(folder, 'lists'))
  await writeFile(join(folder, 'lists/one.json'), JSON.stringify(TOOLS))
  await writeFile(
    join(folder, 'lists/two.json'),
    JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [tool('pay', { api_key: text })] } }),
  )
  await writeFile(
    join(folder, 'truth.json'),
    JSON.stringify({
      one: { '/account_email': 'all', '/user_id': ['get_user'], '/nothing': ['do_1'] },
      two: { '/api_key': ['pay'] },
    }),
  )
  await writeFile(join(folder, 'odd.json'), '{"a": "canary')
  await writeFile(join(folder, 'none.json'), '{"a": 1}')
})
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]) {
  return runMain(['inspect', ...args])
}

describe('saved lists', () => {
  it('are a table: tools, flagged, refused', async () => {
    const { code, out } = await run('--tools', RECORDED)
    expect(code).toBe(0)
    expect(out).toMatch(/^gcal +13 +12 +0$/m)
    expect(out).toMatch(/^all +419 +15 +1$/m)
  })

  it('are compared with what is right', async () => {
    const files = ['--tools', join(folder, 'lists'), '--truth', join(folder, 'truth.json')]
    const { out } = await run(...files)
    // Flagged: 18 addresses and a password; missed: the user, and one that looks like nothing.
    expect(out).toMatch(/^one +20 +19 +18 +2 +18$/m)
    expect(out).toMatch(/^two +1 +1 +1 +0 +1$/m)
    expect(out).toMatch(/^all +21 +20 +19 +2 +19$/m)
    const { lists, total } = JSON.parse((await run(...files, '--json')).out)
    expect(total).toEqual({ tools: 21, flagged: 20, refused: 19, right: 19, missed: 2 })
    expect(lists[0].tools.at(-1).others).toMatchObject([{ pointer: '/user_id', required: true }])
  })

  it('of one server say why, what it costs, and what decides it', async () => {
    const { out } = await run('--tools', join(folder, 'lists/one.json'))
    expect(out).toContain('20, of which 18 are refused while nothing is decided')
    expect(out).toContain(
      '/account_email  looks like an identity; required in 18 tools: do_0, do_1, do_2 and 15 more',
    )
    expect(out).toContain('most of the server’s tools ask for it (18)')
    expect(out).toContain('/account_email: 18 tools refused until you decide')
    expect(out).toContain("parameters: [{ pointer: '/account_email', value: { claim: 'email' } }]")
    expect(out).toContain("leaveToModel: ['/account_email']")
    expect(out).toContain('/approval_password: it is taken out of 1 tool')
    expect(out).toMatch(/Only look so[\s\S]*\/user_id[\s\S]*which other person/)
  })

  it('of a child process suggest its environment', async () => {
    const { out } = await run('stdio:notes', '--tools', join(folder, 'lists/one.json'), '--json')
    const { suggestion } = JSON.parse(out)
    expect(suggestion).toMatchObject({
      name: 'notes',
      binding: {
        url: 'stdio:notes',
        source: { type: 'static', of: 'person' },
        placement: [
          { type: 'env', variables: { NAME_OF_ITS_KEY: '{credential}' } },
          {
            type: 'argument',
            parameters: [{ pointer: '/account_email', value: { claim: 'email' } }],
          },
        ],
      },
      undecided: ['/approval_password'],
    })
    expect(() => parseBinding('notes', suggestion.binding)).not.toThrow()
    const { out: shown } = await run('stdio:notes', '--tools', join(folder, 'lists/two.json'))
    expect(shown).toContain("{ pointer: '/api_key', value: 'credential' }")
  })
})

describe('wrong arguments', () => {
  it.each<[string, number, readonly string[], string]>([
    ['a file that is not there', 1, ['--tools', 'absent.json'], 'is not there'],
    ['a file that is no JSON', 1, ['--tools', 'odd.json'], 'is no JSON'],
    ['a file without a list', 1, ['--tools', 'none.json'], 'holds no list of tools'],
    [
      'a server beside the file',
      2,
      ['https://a.example/', '--tools', 'odd.json'],
      'no URL but stdio:',
    ],
    ['a child process without a list', 2, ['stdio:notes'], 'name the file with --tools'],
    ['several lists of a child process', 2, ['stdio:notes', '--tools', 'lists'], 'takes one file'],
    ['right answers alone', 2, ['--truth', 'truth.json'], '--truth needs --tools'],
    ['a token', 2, ['--tools', 'none.json', '--token-env', 'X'], 'no server is asked'],
  ])('%s', async (_, exit, args, words) => {
    const paths = args.map((arg) => (/\.json$|^lists$/.test(arg) ? join(folder, arg) : arg))
    const { code, out, note } = await run(...paths)
    expect({ code, out }).toEqual({ code: exit, out: '' })
    expect(note).toContain(words)
    expect(note).not.toContain('canary')
  })
})
