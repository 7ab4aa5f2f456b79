// The reference has an entry for every export, and each says what it is. The build writes it.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-reference-'))
  const script = join(ROOT, 'scripts', 'reference.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
})
afterAll(() => rmSync(folder, { recursive: true }))

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, { readonly 'onbehalf-source': string }>>
}
const subpaths = Object.keys(exports).filter(
  (subpath) => !['./web', './web/official', './react', './package.json'].includes(subpath),
)
const fileOf = (subpath: string) =>
  `${subpath === '.' ? 'onbehalf' : subpath.slice(2).replaceAll('/', '-')}.md`

describe('the reference', () => {
  it('has a page for each subpath', () => {
    expect(readdirSync(folder).sort()).toEqual([...subpaths.map(fileOf), 'README.md'].sort())
  })

  it.each(subpaths)('has every value of %s, and says of each what it is', async (subpath) => {
    const page = readFileSync(join(folder, fileOf(subpath)), 'utf8')
    const entries = new Map(
      page
        .split(/^## /m)
        .slice(1)
        .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry]),
    )
    const values = Object.keys(
      await import(join(ROOT, exports[subpath]?.['onbehalf-source'] ?? '')),
    )
    expect(values.filter((name) => !entries.has(name))).toEqual([])
    const silent = [...entries]
      .filter(([, entry]) => /^\S+\n\n```/.test(entry))
      .map(([name]) => name)
    expect(silent).toEqual([])
    const noCode = [...entries]
      .filter(([, entry]) => /```typescript\n\s*```/.test(entry))
      .map(([name]) => name)
    expect(noCode).toEqual([])
  })
})
