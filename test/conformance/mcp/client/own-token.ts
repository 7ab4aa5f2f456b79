// The scenarios in which nobody has to connect an account: the client's own token, or one that the
// person's identity provider vouches for.

import { createPrivateKey } from 'node:crypto'
import { Credential } from 'onbehalf'
import {
  type ClientAuthentication,
  clientCredentials,
  clientSecretBasic,
  type DiscoveredResource,
  identityAssertionExchanger,
  privateKeyJwt,
  publicClient,
  workloadIdentity,
} from 'onbehalf/oauth'
import type { SignedIn } from './person.ts'
import { given, type Scenario } from './scenario.ts'

/** How the app gets a token for the server; undefined where the person connects an account. */
export async function withoutAccount(
  scenario: Scenario,
  server: DiscoveredResource,
): Promise<SignedIn | undefined> {
  if (scenario.name.includes('client-credentials') || scenario.name.includes('wif'))
    return withClientCredentials(scenario, server)
  if (scenario.name.includes('enterprise-managed')) return withAssertion(scenario, server)
  return undefined
}

async function withClientCredentials(
  scenario: Scenario,
  { resource, scopes, authorizationServers: [issuer = ''] }: DiscoveredResource,
): Promise<SignedIn> {
  const clientId = given(scenario, 'client_id')
  const issuing = scenario.name.includes('wif')
    ? workloadIdentity({
        issuer,
        clientId,
        assertion: () => new Credential(given(scenario, 'valid_jwt')),
      })
    : clientCredentials({ issuer, clientId, client: await authenticationOf(scenario) })
  return {
    issuer: 'https://login.example',
    token: new Credential('the-token-of-alice'),
    binding: { url: scenario.url, resource, source: { type: 'client-credentials', scopes } },
    parts: { clientCredentials: issuing },
  }
}

async function withAssertion(
  scenario: Scenario,
  { resource, scopes, authorizationServers: [issuer = ''] }: DiscoveredResource,
): Promise<SignedIn> {
  const identityProvider = given(scenario, 'idp_issuer')
  return {
    issuer: identityProvider,
    token: new Credential(given(scenario, 'idp_id_token')),
    binding: { url: scenario.url, resource, source: { type: 'identity-assertion', scopes } },
    parts: {
      identityAssertions: identityAssertionExchanger({
        identityProvider: {
          issuer: identityProvider,
          tokenEndpoint: given(scenario, 'idp_token_endpoint'),
          clientId: given(scenario, 'idp_client_id'),
          client: publicClient(),
        },
        authorizationServer: {
          issuer,
          clientId: given(scenario, 'client_id'),
          client: await authenticationOf(scenario),
        },
        subjectTokenType: 'id-token',
      }),
    },
  }
}

/** How the client that the scenario handed out proves who it is. */
export async function authenticationOf(scenario: Scenario): Promise<ClientAuthentication> {
  const { client_secret: secret, signing_algorithm: algorithm = 'ES256' } = scenario.context
  if (secret !== undefined) return clientSecretBasic(new Credential(secret))
  if (algorithm !== 'ES256') throw new Error(`a key for ${algorithm} is not known here`)
  const key = createPrivateKey(given(scenario, 'private_key_pem'))
  const signing = await crypto.subtle.importKey(
    'pkcs8',
    key.export({ type: 'pkcs8', format: 'der' }),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  )
  return privateKeyJwt(signing, { kid: 'key' })
}
