// The official SDKs, of both generations, find the gateway, register at it and sign in through it, with
// nothing set but its address.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { expect, it } from 'vitest'
import { CHAT } from '../../session/issuer.ts'
import { gatewayHouse } from '../house.ts'
import { type ClientsHouse, clientsHouse, LOOPBACK, locationOf, onward, RESOURCE } from './house.ts'

/** A provider of the SDK that keeps all in memory, and a person at a browser. */
function provider(house: ClientsHouse) {
  /** Whatever the SDK wants to have kept. */
  const kept = new Map<string, never>()
  const keep = (name: string) => (value: unknown) => void kept.set(name, value as never)
  let verifier = ''
  let sentTo = ''
  const made = {
    redirectUrl: LOOPBACK,
    clientMetadata: { client_name: 'SDK', redirect_uris: [LOOPBACK] },
    clientInformation: () => kept.get('client'),
    saveClientInformation: keep('client'),
    tokens: () => kept.get('tokens'),
    saveTokens: keep('tokens'),
    discoveryState: () => kept.get('discovered'),
    saveDiscoveryState: keep('discovered'),
    redirectToAuthorization(url: URL) {
      sentTo = url.href
    },
    saveCodeVerifier(given: string) {
      verifier = given
    },
    codeVerifier: () => verifier,
  }
  async function agree(): Promise<URLSearchParams> {
    const browser = house.browser()
    const page = await (await browser.get(sentTo)).text()
    const atIssuer = await onward(await browser.decide(page))
    const answer = house.issuer.agree(atIssuer)
    return locationOf(await browser.get(`/oauth/callback?${new URLSearchParams(answer)}`))
      .searchParams
  }
  return { made, agree }
}

async function houseWithServer(): Promise<ClientsHouse> {
  const behind = gatewayHouse()
  const house: ClientsHouse = await clientsHouse(
    {},
    {
      servers: {
        Tasks: { url: 'https://notes.example/mcp', source: { type: 'own', audience: CHAT } },
      },
      fetch: (input, init) => {
        const url = String(input instanceof Request ? input.url : input)
        return url.startsWith('https://notes.example')
          ? behind.notes.fetch(new Request(input, init))
          : house.issuer.fetch(input, init)
      },
    },
  )
  return house
}

it('v2 of the SDK', async () => {
  const house = await houseWithServer()
  const { made, agree } = provider(house)
  const fetch: typeof globalThis.fetch = (input, init) =>
    house.gateway.fetch(new Request(input, init))
  const transport = () =>
    new StreamableHTTPClientTransport(new URL(RESOURCE), { authProvider: made, fetch })
  const first = transport()
  await expect(new Client({ name: 'a', version: '1' }).connect(first)).rejects.toThrow()
  await first.finishAuth(await agree())
  const client = new Client({ name: 'a', version: '1' })
  await client.connect(transport())
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['search'])
})

it('v1 of the SDK', async () => {
  const house = await houseWithServer()
  const { made, agree } = provider(house)
  const fetch: typeof globalThis.fetch = (input, init) =>
    house.gateway.fetch(new Request(input, init))
  const transport = () => new TransportV1(new URL(RESOURCE), { authProvider: made, fetch })
  const first = transport()
  await expect(new ClientV1({ name: 'a', version: '1' }).connect(first)).rejects.toThrow()
  await first.finishAuth((await agree()).get('code') ?? '')
  const client = new ClientV1({ name: 'a', version: '1' })
  await client.connect(transport())
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['search'])
})
