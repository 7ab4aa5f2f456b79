// The files of a gateway that the guides print are files that the gateway takes.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { createKeyring } from '../../src/store/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'onbehalf-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The documents that they name. */
for (const name of ['petstore.yaml', 'weather.json'])
  writeFileSync(
    join(folder, name),
    JSON.stringify({ openapi: '3.0.3', paths: { '/pets': { get: {} } } }),
  )

/** References to secrets, all of them long enough. */
const env = new Proxy({}, { get: () => 'a-secret-that-is-long-enough-for-all' })

mkdirSync(join(folder, '.data'))
createKeyring(join(folder, '.data/keyring.json'))

const files = ['connections', 'moving', 'openapi', 'policy'].flatMap((page) =>
  [...readFileSync(`docs/gateway/${page}.md`, 'utf8').matchAll(/```yaml\n(.*?)```/gs)].map(
    ([, text = '']) => [page, text] as const,
  ),
)

describe('the files of a gateway in the guides', () => {
  it('there are some', () => {
    expect(files.length).toBeGreaterThan(1)
  })

  it.each(files)('are taken: %s', async (_, text) => {
    const file = join(folder, 'onbehalf.yaml')
    writeFileSync(file, text)
    const warnings: string[] = []
    const warn = (message: string) => void warnings.push(message)
    const { close, gateway } = await readConfiguration(file, { env, warn, isCheck: true })
    await close()
    expect(gateway.routes.length).toBeGreaterThan(1)
    expect(warnings).toEqual([])
  })
})
