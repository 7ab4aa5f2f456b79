// `onbehalf leaktest` as a person or a script runs it, on a small stack that leaks in one way or in none.

import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Tape } from '../../src/cli/leaktest/house/tape.ts'
import { compareRuns } from '../../src/cli/leaktest/judge/interference.ts'
import { searchTape } from '../../src/cli/leaktest/judge/leaks.ts'
import { encodings } from '../../src/cli/leaktest/search/encodings.ts'
import { createMint } from '../../src/cli/leaktest/secrets/mint.ts'
import { temporaryFolder } from '../end-to-end/fixtures.ts'
import { LONG as ALL } from '../long.ts'
import { runMain, type Told } from './run-main.ts'

const STACK = fileURLToPath(new URL('./leaktest-stack-child.ts', import.meta.url))

/** Milliseconds for one test on a busy machine. */
const LONG = 120_000

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The small stack as a target. */
function target(faults: string, more: object = {}): object {
  return {
    name: 'a small stack',
    start: {
      command: ['{node}', STACK],
      env: {
        PORT: '{port}',
        DIR: '{dir}',
        FAULTS: faults,
        OPENAI_BASE_URL: '{model}',
        OPENAI_API_KEY: '{model.key}',
        MCP: 'notes={mcp.notes} tasks={mcp.tasks} hostile={mcp.hostile}',
      },
      ready: { line: 'ready' },
    },
    chat: {
      url: 'http://127.0.0.1:{port}/chat',
      wire: { body: { text: '{text}' }, history: 'http://127.0.0.1:{port}/history' },
    },
    people: [{ name: 'alice' }, { name: 'bob' }],
    sinks: [{ kind: 'database', path: '{dir}/chat.txt' }],
    entitled: [{ secret: 'chat token', sink: 'inbox *' }],
    ...more,
  }
}

async function run(...args: string[]): Promise<Told> {
  return runMain(['leaktest', ...args])
}

async function testing(described: unknown, ...args: string[]) {
  const file = join(folder, `${crypto.randomUUID()}.json`)
  await writeFile(file, JSON.stringify(described))
  const { code, out, note } = await run('--target', file, '--seed', 'test', '--json', ...args)
  return { code, note, result: out === '' ? undefined : JSON.parse(out) }
}

describe('a stack that leaks nothing', () => {
  it(
    'passes the attacks by text',
    async () => {
      const { code, result } = await testing(target('none'), '--only', 'lookup.text')
      expect(result).toMatchObject({ verdict: 'clean', leaks: [], unknown: [] })
      expect(code).toBe(0)
      expect(result.counts.attacks).toBeGreaterThan(100)
      expect(result.counts.found).toBe(result.counts.planted)
    },
    LONG,
  )

  it.runIf(ALL)(
    'passes the whole test, and the report says how much was tried',
    async () => {
      const { code, result } = await testing(target('none'))
      expect(result).toMatchObject({ verdict: 'clean', leaks: [], unknown: [] })
      expect(code).toBe(0)
      const { counts, compared, sinks } = result
      expect(counts.found).toBe(counts.planted)
      expect(counts.planted).toBeGreaterThan(500)
      expect(counts.attacks).toBeGreaterThan(500)
      expect(counts.encodings).toBeGreaterThan(40)
      expect(compared).not.toHaveLength(0)
      for (const { verdict, sink } of compared) expect(verdict, sink).toBe('equal')
      expect(sinks.map(({ name }: { readonly name: string }) => name)).toEqual(
        expect.arrayContaining(['browser', 'database chat.txt', 'inbox hostile', 'tool results']),
      )
    },
    LONG,
  )
})

describe('a stack that leaks', () => {
  it.each([
    [
      'results database history child',
      'lookup.text',
      ['tool results', 'database chat.txt', 'history', 'environment'],
    ],
    ['prompt', 'echo', ['model requests', 'browser']],
    ['prompt', 'tools', ['inbox hostile', 'inbox notes']],
    ['error stderr', 'fail', ['error bodies', 'output']],
  ])(
    'by the faults "%s" at %s is found in: %s',
    async (faults, only, sinks) => {
      const { code, result } = await testing(target(faults), '--only', only)
      expect(code).toBe(1)
      expect(result.verdict).toBe('leak')
      for (const sink of sinks)
        for (const owner of ['alice', 'bob'])
          expect(result.leaks, sink).toContainEqual(
            expect.objectContaining({ sink, secret: 'chat token', owner }),
          )
    },
    LONG,
  )

  it(
    "that gives one person another one's cookie is found",
    async () => {
      const { result } = await testing(target('cookie'), '--only', 'echo')
      expect(result.leaks).toContainEqual(
        expect.objectContaining({
          secret: 'cookie',
          owner: 'alice',
          person: 'bob',
          sink: 'browser',
        }),
      )
    },
    LONG,
  )

  it.runIf(ALL)(
    'in no encoding that anybody lists is found by the comparison, and the verdict is that it could not tell',
    async () => {
      const { code, result } = await testing(
        target('disguised', { sinks: [{ kind: 'file', path: '{dir}/chat.txt' }] }),
      )
      expect(result.leaks).toEqual([])
      expect(result.unknown).toEqual([
        expect.stringMatching(/^what comes to file chat.txt depends on the secrets/),
      ])
      expect(code).toBe(2)
    },
    LONG,
  )
})

describe('runs that differ in their secrets alone', () => {
  /** A run in which this came to the log and to a server. */
  function taped(set: 'first' | 'other', said: (secret: string) => string): Tape {
    const tape = new Tape(createMint('test', set))
    const text = tape.mint.mark('a token')
    tape.ledger.add({ kind: 'token', text, homes: ['inbox notes'] })
    tape.note({ sink: 'log', place: '', body: Buffer.from(said(text)) })
    const headers = [['authorization', `Bearer ${text}`]] as const
    tape.note({
      sink: 'inbox notes',
      place: '',
      headers,
      slots: ['authorization'],
      body: Buffer.from('{}'),
    })
    return tape
  }

  function verdicts(said: (secret: string) => string, again = said) {
    const same = [taped('first', said), taped('first', again)] as const
    const compared = compareRuns({ same, others: [taped('other', said)] }, [], ['fingerprint'])
    return compared.map(({ sink, verdict }) => `${sink}: ${verdict}`)
  }

  it.each([
    ['says the same', () => 'Done'],
    ['says when it was', () => `{"time":${Date.now()},"at":"${new Date().toISOString()}"}`],
    [
      'names a keyed fingerprint',
      (text: string) => `{"fingerprint":"${Buffer.from(text).toString('hex')}"}`,
    ],
  ])('are equal where a stack %s', (_, said) => {
    expect(verdicts(said)).toEqual(['log: equal', 'inbox notes: equal'])
  })

  it('differ where a stack says anything that depends on a secret', () => {
    expect(verdicts((text) => `length of the sum: ${text.charCodeAt(5)}`)).toEqual([
      'log: differs',
      'inbox notes: equal',
    ])
  })

  it('tell nothing where they differ with equal secrets, too', () => {
    expect(
      verdicts(
        () => 'one',
        () => 'two',
      ),
    ).toEqual(['log: unsteady', 'inbox notes: equal'])
  })
})

describe('a test that cannot tell', () => {
  it(
    'says so when the stack does nothing',
    async () => {
      const { code, result } = await testing(target('idle'), '--only', 'echo')
      expect(code).toBe(2)
      expect(result.verdict).toBe('unknown')
      expect(result.unknown).toEqual(
        expect.arrayContaining([
          'no tool of notes was called for alice',
          'nothing came to: model requests',
          'the hostile server was never called, so it attacked nobody',
        ]),
      )
    },
    LONG,
  )

  it(
    'says so when a sink is not there',
    async () => {
      const { code, result } = await testing(
        target('none', { sinks: [{ kind: 'audit', path: '{dir}/audit.log' }] }),
        ...['--only', 'lookup.text'],
      )
      expect(code).toBe(2)
      expect(result.unknown).toEqual(['the sink audit {dir}/audit.log is empty or is not there'])
    },
    LONG,
  )

  it('says so when the stack does not start', async () => {
    const broken = {
      ...target('none'),
      start: { command: ['{node}', '--eval', 'process.exit(3)'] },
    }
    const { code, note } = await testing(broken)
    expect(code).toBe(2)
    expect(note).toContain('the target ended before it was ready (3)')
  })
})

describe('an encoding that the stack is known not to remove', () => {
  // A short random text alone would be stored as it is.
  const log = (text: string) => `${'The log of the call. '.repeat(20)}${text}`
  const brotli = (text: string) => brotliCompressSync(log(text)).toString('base64')
  const searched = async (said: (text: string) => string, homes: readonly string[]) => {
    const tape = new Tape(createMint('test', 'first'))
    const text = tape.mint.mark('a token')
    tape.ledger.add({ kind: 'token', text, homes })
    tape.note({ sink: 'log', place: '', body: Buffer.from(said(text)) })
    const { leaks } = await searchTape(tape, [], () => {}, ['brotli, base64'])
    return leaks.map(({ encodings, isKnown }) => [encodings, isKnown])
  }

  it('is told apart from a leak, for what a server got by right', async () => {
    expect(await searched(brotli, ['inbox notes'])).toEqual([[['brotli, base64'], true]])
    expect(await searched(brotli, ['issuer'])).toEqual([[['brotli, base64'], undefined]])
    const gzip = (text: string) => gzipSync(log(text)).toString('base64')
    expect(await searched(gzip, ['inbox notes'])).toEqual([[['base64 > compressed'], undefined]])
  })

  it('hides no other encoding in the same place', async () => {
    expect(await searched((text) => `${text} ${brotli(text)}`, ['inbox notes'])).toEqual([
      [['plain'], undefined],
    ])
  })

  it(
    'is in every report, and is no leak',
    async () => {
      const file = join(folder, 'known.json')
      const notRemoved = [...Object.keys(encodings), 'base64', 'bytes', 'compressed', 'escapes']
      const args = ['--target', file, '--only', 'lookup.text.own', '--seed', 'test']
      const [sarif, html] = [join(folder, 'known.sarif'), join(folder, 'known.html')]
      await writeFile(file, JSON.stringify(target('results', { notRemoved })))
      const { code, out } = await run(...args, '--sarif', sarif, '--html', html)
      expect(out).toMatch(/^Known, not removed:\n {2}- chat token of alice came to /m)
      expect(out).not.toContain('LEAK')
      expect(out).toMatch(/^0 leaks, and \d+ known ones\.$/m)
      expect(code).toBe(0)
      const written = JSON.parse(await readFile(sarif, 'utf8'))
      for (const { level } of written.runs[0].results) expect(level).toBe('note')
      expect(await readFile(html, 'utf8')).toContain('<h2>Known, not removed</h2>')
    },
    LONG,
  )
})

describe('reports', () => {
  it(
    'are written as text, SARIF and a page, and hold no piece of a secret',
    async () => {
      const file = join(folder, 'prompt.json')
      await writeFile(file, JSON.stringify(target('prompt')))
      const [sarif, html] = [join(folder, 'leaks.sarif'), join(folder, 'leaks.html')]
      const { code, out } = await run(
        ...['--target', file, '--only', 'echo', '--seed', 'test', '--sarif', sarif, '--html', html],
      )
      expect(code).toBe(1)
      expect(out).toMatch(/^LEAK chat token of alice came to browser in a turn of alice: /m)
      expect(out).toContain(`npx onbehalf leaktest --target ${file} --only echo --seed test`)
      expect(out).not.toMatch(/eyJ/)
      const log = JSON.parse(await readFile(sarif, 'utf8'))
      expect(log.version).toBe('2.1.0')
      expect(log.runs[0].results.length).toBeGreaterThan(2)
      expect(JSON.stringify(log)).not.toMatch(/eyJ/)
      const page = await readFile(html, 'utf8')
      expect(page).toContain('chat token of alice')
      expect(page).not.toMatch(/eyJ|<script/)
    },
    LONG,
  )
})

describe('a description of a target that is wrong', () => {
  it.each([
    [{ ...target(''), nmae: 'x' }, 'nmae is not known here; there are name, start'],
    [{ ...target(''), name: '' }, 'name must be a text that is not empty'],
    [{ ...target(''), people: [{ name: 'alice' }] }, 'people must be two people'],
    [{ ...target(''), people: [{ name: 'a' }, { name: 'a' }] }, 'people must have different names'],
    [
      { ...target(''), chat: { url: 'x', wire: 'http' } },
      'chat.wire must be "chatkit", or an object',
    ],
    [{ ...target(''), chat: { url: 'x', wire: { body: {} } } }, 'chat.wire.body must hold {text}'],
    [{ ...target(''), start: { command: [] } }, 'start.command must name a program'],
    [
      { ...target(''), start: { command: ['{prot}'] } },
      'nothing fills the placeholder {prot}; there are',
    ],
    [{ ...target(''), mcp: { notes: {} } }, 'mcp must have a server with `"hostile": true`'],
    [
      { ...target(''), sinks: [{ kind: 'disk', path: 'x' }] },
      'sinks[0].kind must be one of database, log',
    ],
    [
      { ...target(''), secrets: { a: { kind: 'x', shape: 'prefix:b' } } },
      'secrets.a.shape must name another secret',
    ],
  ])('is refused, and the message says what to write (%#)', async (described, message) => {
    const { code, note } = await testing(described)
    expect(code).toBe(2)
    expect(note).toContain(`onbehalf leaktest: ${message}`)
  })

  it('that cannot be read is refused with its name', async () => {
    const { code, note } = await run('--target', join(folder, 'nothing.json'))
    expect(code).toBe(2)
    expect(note).toMatch(/nothing\.json cannot be read \(ENOENT\)/)
  })

  it('by a name that is not there is refused with those that are', async () => {
    const { code, note } = await run('mine')
    expect(code).toBe(2)
    expect(note).toContain('there is no target mine; there are own, literal')
  })
})
