// The setting `clients` of a gateway's file: whose client it is, and what is wrong with it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'

const FILE = `url: https://gateway.example
issuer: { preset: entra, tenant: 11111111-2222-3333-4444-555555555555, audience: api://g, clientId: app, clientSecret: env:SECRET }
servers: { Tasks: { url: https://tasks.example/mcp, source: { type: own, audience: api://g } } }
`

/** The gateway of a file. */
async function gatewayOf(clients: string) {
  const folder = mkdtempSync(join(tmpdir(), 'onbehalf-gateway-clients-'))
  try {
    const file = join(folder, 'onbehalf.yaml')
    writeFileSync(file, `${FILE}${clients}\n`)
    const env = { SECRET: 'canary0f-the-secret-of-the-client' }
    const configured = await readConfiguration(file, { env, warn() {} })
    await configured.close()
    return configured.gateway
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function metadataOf(clients: string): Promise<unknown> {
  const gateway = await gatewayOf(clients)
  const url = 'https://gateway.example/.well-known/oauth-authorization-server'
  const answer = await gateway.fetch(new Request(url))
  return answer.status === 200 ? answer.json() : answer.status
}

describe('clients in the file of a gateway', () => {
  it('are those of the issuer that the file names, by its own client', async () => {
    expect(await metadataOf('clients: {}')).toMatchObject({ issuer: 'https://gateway.example' })
    expect(await metadataOf('')).toBe(404)
  })

  it('are taken by their metadata documents where the file says so', async () => {
    expect(await metadataOf('clients: { documents: true }')).toMatchObject({
      client_id_metadata_document_supported: true,
    })
  })

  it.each([
    ['clients: true', 4, 'clients must be a map'],
    ['clients: { redirectUri: x }', 4, 'did you mean redirectUris?'],
    ['clients: { redirectUris: [http://client.example] }', 4, 'clients.redirectUris has'],
    ['clients: { clientId: a, clientSecret: text }', 4, 'must be a reference to a secret'],
    ['clients: { documents: maybe }', 4, 'clients.documents must be true or false'],
    ['clients: { fetchDocument: x }', 4, 'write documents: true'],
  ])('%s is refused with its line', async (clients, line, words) => {
    const failure = await gatewayOf(clients).catch((error: unknown) => error)
    expect(failure).toMatchObject({ message: expect.stringContaining(words), place: { line } })
  })
})
