// Who is let in, and which MCP servers are called in that person's name.

import { Credential, createOnBehalf } from 'onbehalf'
import { oidc } from 'onbehalf/issuers' // or keycloak, auth0, entra, okta …: `npx onbehalf doctor` says which

const { ISSUER, CLIENT_ID, CLIENT_SECRET, RESOURCE } = process.env

/** The URLs of the servers, by name. */
export const urls = {}

/** Add the scopes that a server's tools need. The token that it gets has no others. */
const source = { type: 'exchange', scopes: [] }

export const onbehalf = createOnBehalf({
  resource: RESOURCE,
  issuer: oidc({
    issuer: ISSUER,
    clientId: CLIENT_ID,
    clientSecret: new Credential(CLIENT_SECRET),
    audience: RESOURCE,
  }),
  servers: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, { url, source }])),
})
