// `openapi` in a gateway's file: where the document comes from, and what is told when it is none.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'

const PETS = `openapi: 3.0.3
paths:
  /pets: { get: { operationId: listPets } }
  /photo: { post: { requestBody: { content: { multipart/form-data: {} } } } }
`
const FILE = `url: https://gateway.example
issuer: { preset: oidc, issuer: https://login.example, audience: any }
servers:
  Pets:
    url: https://api.example/v1
    openapi: PLACE
    source: { type: own, audience: any }
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onbehalf-openapi-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Reads the gateway's file with this place of a document. */
async function read(place: string) {
  const file = join(folder, 'onbehalf.yaml')
  writeFileSync(file, FILE.replace('PLACE', place))
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const configured = await readConfiguration(file, { env: {}, warn })
  await configured.close()
  return { configured, warnings }
}

describe('the setting openapi of a server', () => {
  it.each(['YAML', 'JSON'])('names a file in %s, beside that of the gateway', async (kind) => {
    const { parse } = await import('yaml')
    writeFileSync(join(folder, 'pets'), kind === 'YAML' ? PETS : JSON.stringify(parse(PETS)))
    const { configured, warnings } = await read('./pets')
    expect(configured.gateway.routes.map(({ path }) => path)).toContain('/mcp/Pets')
    expect(warnings.join()).toContain(
      'The OpenAPI document of Pets: 1 operations are tools, and 1 cannot be one (POST /photo: its body is "multipart/form-data")',
    )
  })

  it.each([
    ['./missing', undefined, /servers\.Pets\.openapi is a file that cannot be read/],
    ['./pets', '{ a: [', /servers\.Pets\.openapi is neither JSON nor YAML/],
    ['./pets', 'swagger: "2.0"', /servers\.Pets\.openapi is no document of OpenAPI 3\.0 or 3\.1/],
    ['./pets', 'a: &a [x, x]\nb: [*nothing]', /servers\.Pets\.openapi /],
    ['[1]', undefined, /servers\.Pets\.openapi must be a file or an https address/],
    ['http://127.0.0.1:9/x', undefined, /servers\.Pets\.openapi could not be fetched/],
    ['https://127.0.0.1:9/x', undefined, /could not be fetched \(The address is not public\)/],
  ])('%s is refused with the place: %j', async (place, text, message) => {
    if (text !== undefined) writeFileSync(join(folder, 'pets'), text)
    const error = await read(place).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      message: expect.stringMatching(message),
      place: { line: 6, column: 5 },
    })
  })
})
