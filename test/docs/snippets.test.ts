// Every TypeScript snippet of README.md and docs/ compiles, and createOnBehalf takes every snippet
// that declares servers. No network.

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createOnBehalf, memorySecretStore } from 'onbehalf'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ON_BEHALF_OPTIONS } from '../../src/option-names.ts'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

interface Snippet {
  /** Where it is: the page and the line. */
  readonly at: string
  readonly code: string
  /** The name of its file. */
  readonly file: string
}

const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) =>
    join('docs', path),
  ),
]
  .filter((path) => path.endsWith('.md'))
  .sort()
const snippets = pages.flatMap(snippetsOf)

function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map((match, index) => ({
    at: `${page}:${text.slice(0, match.index).split('\n').length}`,
    code: match[2] ?? '',
    file: `${page.replace(/\W+/g, '-')}-${index}.${match[1]}`,
  }))
}

let folder: string

/** What the compiler says of some of the snippets, by page and line. */
function compiled(include: string, more: object) {
  const options = {
    noEmit: true,
    customConditions: ['onbehalf-source'],
    noUnusedLocals: false,
    ...more,
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: options,
      include: [include, '../../src/**/*.d.ts', '../../web/**/*.d.ts'],
    }),
  )
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const done = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  })
  const problems = done.stdout.replace(
    /\S*?([\w-]+\.tsx?)\((\d+)/g,
    (_, file: string, line: string) => {
      const snippet = snippets.find((one) => one.file === file)
      return `${snippet?.at ?? file} line ${line} (`
    },
  )
  return { problems, status: done.status }
}

beforeAll(() => {
  // Inside the repository: that is where `onbehalf` means this package.
  mkdirSync(join(ROOT, '.data'), { recursive: true })
  folder = mkdtempSync(join(ROOT, '.data', 'snippets-'))
  for (const { file, code } of snippets) writeFileSync(join(folder, file), code)
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.unstubAllGlobals())

describe('the snippets of the documentation', () => {
  it('the snippets of the documentation are found, at least one on each page of a source or a placement', () => {
    const named = pages.filter((page) => /docs.(?:sources|placements)/.test(page))
    expect(named).toHaveLength(16)
    for (const page of named)
      expect(
        snippets.some(({ at }) => at.startsWith(page)),
        page,
      ).toBe(true)
  })

  it('compile', () => {
    expect(compiled('*.ts', {})).toEqual({ problems: '', status: 0 })
    // The compiler reads the declarations of four frameworks.
  }, 120_000)

  it('that run in a web page compile, too', () => {
    const page = { lib: ['ES2023', 'DOM', 'DOM.Iterable'], jsx: 'react-jsx', types: [] }
    expect(compiled('*.tsx', page)).toEqual({ problems: '', status: 0 })
  })

  it.each(snippets.filter(({ code }) => code.includes('export const servers')))(
    'declare at $at servers that createOnBehalf takes',
    async ({ file }) => {
      const asked: unknown[] = []
      vi.stubGlobal('fetch', async (input: unknown) => {
        asked.push(input)
        throw new TypeError('there is no network in a test')
      })
      const parts = await import(/* @vite-ignore */ pathToFileURL(join(folder, file)).href)
      const warnings: string[] = []
      const verify = async () => ({ ok: false, refusal: { reason: 'token_malformed' } }) as const
      const made = createOnBehalf({
        resource: 'https://app.example/chat',
        ...('issuer' in parts || 'issuers' in parts
          ? {}
          : { authorizationServers: ['https://login.example'], verifier: { verify } }),
        audit: { record: () => {} },
        warn: (warning) => warnings.push(warning),
        secrets: memorySecretStore(),
        servers: parts.servers,
        // A page may export other things than settings.
        ...Object.fromEntries(
          Object.entries(parts).filter(([name]) => Object.hasOwn(ON_BEHALF_OPTIONS, name)),
        ),
      })
      expect(
        made.metadata(new Request('https://app.example/.well-known/oauth-protected-resource/chat'))
          ?.status,
      ).toBe(200)
      // A setting that is not safe by itself warns.
      const isUnsafe = /"insecurely|"own","audience"/.test(JSON.stringify(parts.servers))
      expect(warnings).toHaveLength(isUnsafe ? 1 : 0)
      expect(asked).toEqual([])
    },
  )
})

describe('the pages of the documentation', () => {
  it.each(pages)('link only to what exists: %s', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '')
    const missing = links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))
    expect(missing.map((link) => relative(ROOT, join(ROOT, dirname(page), link)))).toEqual([])
  })
})
