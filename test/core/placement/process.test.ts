// What a declaration of a process, and of a credential in it, must be like.

import { describe, expect, it } from 'vitest'
import type { BindingInput } from '../../../src/core/binding.ts'
import { parseBinding } from '../../../src/core/parse-binding.ts'

const NOTION: BindingInput = {
  url: 'stdio:notion',
  resource: 'https://notion.example',
  source: { type: 'static', of: 'person' },
  placement: { type: 'env', variables: { NOTION_TOKEN: '{credential}' } },
  process: { command: 'notion-mcp-server' },
}
const env = (variables: Record<string, string>) => ({ type: 'env', variables }) as const

describe('a process', () => {
  it('is kept, frozen', () => {
    const { process, placements } = parseBinding('Notion', NOTION)
    expect(process).toEqual({ command: 'notion-mcp-server' })
    expect(Object.isFrozen(process)).toBe(true)
    expect(placements).toEqual([NOTION.placement])
  })

  it.each<[string, object]>([
    ['process is for a stdio server', { url: 'https://notion.example/mcp' }],
    ['process.command', { process: { command: '' } }],
    ['process.command', { process: { command: 'a\0b' } }],
    ['process.args', { process: { command: 'a', args: 'b' } }],
    ['process.args', { process: { command: 'a', args: ['\0'] } }],
    ['process.cwd', { process: { command: 'a', cwd: '' } }],
    ['process.env', { process: { command: 'a', env: ['A=b'] } }],
    ['process.env', { process: { command: 'a', env: { 'A B': 'c' } } }],
    ['process.env', { process: { command: 'a', env: { A: 1 } } }],
    ['process.env', { process: { command: 'a', env: 'PATH' } }],
    ['process.maxProcesses', { process: { command: 'a', maxProcesses: 0 } }],
    ['process.idleMs', { process: { command: 'a', idleMs: -1 } }],
    ['process.idleMs', { process: { command: 'a', idleMs: 2 ** 31 } }],
    ['process.maxMemoryMb', { process: { command: 'a', maxMemoryMb: 0.5 } }],
    ['process.comand: did you mean command', { process: { comand: 'a' } }],
  ])('is refused at %s', (message, changes) => {
    expect(() => parseBinding('Notion', { ...NOTION, ...changes })).toThrow(
      `servers.Notion.${message}`,
    )
  })
})

describe('a credential in the start of a process', () => {
  it.each<[string, object]>([
    ['placement needs the setting process', { process: undefined }],
    ['placement "env" needs a stdio server', { url: 'https://a.example/mcp', process: undefined }],
    ['placement.variables must name', { placement: env({}) }],
    ['placement.variables must be an object', { placement: { type: 'env', variables: [] } }],
    ['placement.variables.A=B is no name', { placement: env({ 'A=B': '{credential}' }) }],
    ['placement.variables.A holds no credential', { placement: env({ A: 'fixed' }) }],
    ['placement.variables.A has a brace', { placement: env({ A: '{"k":"{credential}"}' }) }],
    ['placement.args must be a list', { placement: { type: 'args', args: [] } }],
    ['placement.args hold no credential', { placement: { type: 'args', args: ['--x'] } }],
    [
      'placement.args[1] has a } without',
      { placement: { type: 'args', args: ['{credential}', '}'] } },
    ],
    ['placement names the source "other"', { placement: env({ A: '{credential:other}' }) }],
    [
      'placement.variables.A is in process.env too',
      { placement: env({ A: '{credential}' }), process: { command: 'a', env: ['A'] } },
    ],
  ])('is refused: %s', (message, changes) => {
    expect(() => parseBinding('Notion', { ...NOTION, ...changes })).toThrow(
      `servers.Notion.${message}`,
    )
  })

  it.each([
    'PATH',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
    'NODE_OPTIONS',
    'PYTHONPATH',
    'BASH_ENV',
    'HTTPS_PROXY',
    'SSL_CERT_FILE',
    'GIT_SSH_COMMAND',
    'GIT_SSL_NO_VERIFY',
    'OPENSSL_CONF',
    'DOTNET_STARTUP_HOOKS',
    'CLASSPATH',
    'path',
  ])('cannot be put into %s, which decides what the program runs or trusts', (name) => {
    expect(() =>
      parseBinding('Notion', { ...NOTION, placement: env({ [name]: '{claim:x}' }) }),
    ).toThrow(`servers.Notion.placement.variables.${name} decides what the program runs or trusts`)
  })

  it.each(['GITHUB_TOKEN', 'PYTHONANYWHERE_API_TOKEN', 'RUBYGEMS_API_KEY', 'NODE_AUTH_TOKEN'])(
    'can be in %s, which only looks like one',
    (name) => {
      expect(() =>
        parseBinding('Notion', { ...NOTION, placement: env({ [name]: '{credential}' }) }),
      ).not.toThrow()
    },
  )

  it('can be in several variables and arguments, of several sources', () => {
    const { placements } = parseBinding('Notion', {
      ...NOTION,
      sources: { app: { type: 'static', of: 'deployment' } },
      placement: [
        env({ API_KEY: '{credential}', APP_KEY: '{credential:app}' }),
        { type: 'args', args: ['--user', '{subject}'] },
        { type: 'meta', key: 'com.example/token' },
      ],
    })
    expect(placements.length).toBe(3)
  })
})
