// A server at the root of a host: the official clients write its resource with a slash at the end, and
// an authorization server that copies this into the audience makes a token that is taken.

import { selectResourceURL as byV2 } from '@modelcontextprotocol/client'
import { selectResourceURL as byV1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { describe, expect, it } from 'vitest'
import { build, toolCall } from './house.ts'

const ROOT = 'https://tasks.example/'
const METADATA = 'https://tasks.example/.well-known/oauth-protected-resource'

/** The client's own storage, which plays no part in what it asks for. */
const provider = {
  redirectUrl: 'https://app.example/callback',
  clientMetadata: { redirect_uris: [] },
  clientInformation: () => undefined,
  tokens: () => undefined,
  saveTokens: () => {},
  redirectToAuthorization: () => {},
  saveCodeVerifier: () => {},
  codeVerifier: () => '',
}

describe.each([
  ['https://tasks.example', 'version 1', byV1],
  ['https://tasks.example/', 'version 1', byV1],
  ['https://tasks.example', 'version 2', byV2],
  ['https://tasks.example/', 'version 2', byV2],
] as const)('a server whose resource is %s, for a client of %s', (resource, _, select) => {
  it('is reached with the token that the client gets', async () => {
    const house = await build({ resource })
    const document = await house.serve(new Request(METADATA))
    const metadata = (await document.json()) as { readonly resource: string }
    const asked = await select(ROOT, provider, metadata)
    const token = await house.mint({ aud: String(asked) })
    const response = await house.serve(
      new Request(ROOT, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify(toolCall('whoami')),
      }),
    )
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('alice'),
    ])
  })
})
