// Clients whose id is the URL of their metadata document.

import { describe, expect, it } from 'vitest'
import { guardedFetch } from '../../../src/egress/index.ts'
import { clientsHouse, LISTED, LOOPBACK } from './house.ts'

const ID = 'https://client.example/oauth/client.json'
const DOCUMENT = { client_id: ID, client_name: 'Client', redirect_uris: [LISTED, LOOPBACK] }

function houseWith(document: unknown, asked: string[] = []) {
  const fetchDocument: typeof globalThis.fetch = async (input) => {
    asked.push(String(input))
    return document instanceof Response ? document.clone() : Response.json(document)
  }
  return clientsHouse({ fetchDocument })
}

describe('a client by its metadata document', () => {
  it('is known by it, and the page names the host', async () => {
    const asked: string[] = []
    const house = await houseWith(DOCUMENT, asked)
    const client = await house.client(LISTED, ID)
    const page = await (await house.browser().get(client.url())).text()
    expect(page).toContain('“Client”')
    expect(page).toContain('It is described at client.example.')
    await house.browser().get(client.url())
    expect(asked).toEqual([ID])
    const metadata = await house.ask('/.well-known/oauth-authorization-server')
    expect(await metadata.json()).toMatchObject({ client_id_metadata_document_supported: true })
  })

  it.each([
    ['is about another client', { ...DOCUMENT, client_id: `${ID}x` }],
    ['does not list the address', { ...DOCUMENT, redirect_uris: [LOOPBACK] }],
    ['has to prove who it is', { ...DOCUMENT, token_endpoint_auth_method: 'private_key_jwt' }],
    ['is none', 'text'],
    ['is a redirect', new Response(null, { status: 302, headers: { location: ID } })],
    ['is not there', new Response('{}', { status: 404 })],
    ['is too long', new Response('x'.repeat(300_000))],
  ])('is not taken where the document %s', async (_, document) => {
    const house = await houseWith(document)
    const client = await house.client(LISTED, ID)
    const answer = await house.browser().get(client.url())
    expect(answer.status).toBe(400)
    expect(answer.headers.get('location')).toBeNull()
  })

  it('may not be sent to an address that the operator has not listed', async () => {
    const evil = 'https://client.example/evil'
    const house = await houseWith({ ...DOCUMENT, redirect_uris: [evil] })
    const client = await house.client(LISTED, ID)
    expect((await house.browser().get(client.url({ redirect_uri: evil }))).status).toBe(400)
  })

  it.each([
    'http://client.example/a',
    'https://client.example/',
    'https://client.example/a/../b',
    'https://client.example/a#b',
    'https://me@client.example/a',
    'https://CLIENT.example/a',
  ])('is not fetched from %s', async (id) => {
    const asked: string[] = []
    const house = await houseWith(DOCUMENT, asked)
    const client = await house.client(LISTED, id)
    expect((await house.browser().get(client.url())).status).toBe(400)
    expect(asked).toEqual([])
  })

  it('makes the gateway ask a broken address once in half a minute', async () => {
    const asked: string[] = []
    const house = await houseWith('text', asked)
    const client = await house.client(LISTED, ID)
    for (let time = 0; time < 5; time++) await house.browser().get(client.url())
    expect(asked).toHaveLength(1)
    house.clock.forward(31)
    await house.browser().get(client.url())
    expect(asked).toHaveLength(2)
  })

  it('cannot make the gateway ask inside its own network', async () => {
    const resolve = async () => [{ address: '10.0.0.7', family: 4 as const }]
    const house = await clientsHouse({ fetchDocument: guardedFetch({ resolve }) })
    const client = await house.client(LISTED, ID)
    expect((await house.browser().get(client.url())).status).toBe(400)
  })
})
