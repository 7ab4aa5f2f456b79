// The pages about issuers: one for each preset, in the same order of parts, each with code that makes
// the issuer; and the realm of the Keycloak page.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { presetNamed } from '../../src/cli/doctor/presets.ts'
import * as issuers from '../../src/issuers/index.ts'
import { ROOT } from '../architecture/sources.ts'

const FOLDER = join(ROOT, 'docs', 'issuers')
const presets = Object.keys(issuers).filter((name) => /^[a-z]/.test(name))
const pageOf = new Map(
  (presets as Parameters<typeof presetNamed>[0][]).map((name) => [name, presetNamed(name).page]),
)
const text = (page: string) => readFileSync(join(FOLDER, `${page}.md`), 'utf8')

let folder: string
beforeAll(() => {
  // Inside the repository: that is where `onbehalf` means this package.
  mkdirSync(join(ROOT, '.data'), { recursive: true })
  folder = mkdtempSync(join(ROOT, '.data', 'issuer-pages-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the pages about issuers', () => {
  it('the pages about issuers are one for each preset, an index that has them all, and one about ID tokens', () => {
    const pages = [...pageOf.values()].map((page) => `${page}.md`)
    const found = readdirSync(FOLDER).filter((name) => name.endsWith('.md'))
    expect(found.sort()).toEqual([...pages, 'README.md', 'id-token.md'].sort())
    for (const page of pages) expect(text('README')).toContain(`](${page})`)
  })

  it.each([...pageOf])('have the same parts in the same order: %s', (_, page) => {
    expect(text(page).match(/^## .*$/gm)).toEqual([
      '## At the issuer',
      '## In your app',
      '## Limits',
      '## Opaque tokens and ID tokens',
      '## Tried',
    ])
    // What was run and what was read: one of the two.
    expect(text(page).split('## Tried')[1]).toMatch(/\bRun\b|the documentation\]/)
  })

  it.each([...pageOf])('have code that makes the issuer: %s', async (preset, page) => {
    const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(text(page)) ?? []
    expect(code).toContain(`import { ${preset} } from 'onbehalf/issuers'`)
    writeFileSync(join(folder, `${page}.ts`), code)
    const made = await import(/* @vite-ignore */ pathToFileURL(join(folder, `${page}.ts`)).href)
    // The audience is never left to the app's URL, which no issuer knows by itself.
    expect(made.issuer.audience.length).toBeGreaterThan(0)
    if (made.servers === undefined)
      expect(text(page)).toContain('#an-issuer-without-token-exchange')
    else expect(made.issuer.exchanger).toBeDefined()
  })
})

describe('the realm of the Keycloak page', () => {
  const realm = JSON.parse(readFileSync(join(FOLDER, 'keycloak-realm.json'), 'utf8'))
  const clientNamed = (id: string) =>
    realm.clients.find(({ clientId }: { clientId: string }) => clientId === id)
  const audiences = (id: string) =>
    clientNamed(id).protocolMappers.map(
      ({ config }: { config: Record<string, string> }) => config['included.client.audience'],
    )

  it('the realm of the Keycloak page has a client for each server, named by its URL', () => {
    expect(audiences('app')).toEqual(['https://tasks.example/mcp', 'https://notes.example/mcp'])
    expect(audiences('https://tasks.example/mcp')).toEqual(['https://api.example'])
    for (const id of [...audiences('app'), ...audiences('https://tasks.example/mcp')])
      expect(clientNamed(id), id).toBeDefined()
  })

  it('lets the page have tokens for the app alone, and only the exchanging clients exchange', () => {
    expect(audiences('page')).toEqual(['app'])
    for (const { clientId, attributes, standardFlowEnabled } of realm.clients) {
      const exchanges = attributes['standard.token.exchange.enabled'] === 'true'
      expect(exchanges, clientId).toBe(['app', 'https://tasks.example/mcp'].includes(clientId))
      expect(attributes['access.token.header.type.rfc9068'], clientId).toBe('true')
      expect(standardFlowEnabled, clientId).toBe(clientId === 'page')
    }
  })

  it('has no secret that anybody could leave in place unseen', () => {
    const secrets = realm.clients.flatMap(({ secret }: { secret?: string }) => secret ?? [])
    for (const secret of secrets) expect(secret).toMatch(/^change-me/)
  })
})
