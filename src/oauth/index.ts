// onbehalf/oauth: everything that onbehalf asks an authorization server for: metadata, token
// exchange, connected accounts, introspection.

export { parseChallenge, parseMetadataLink } from '../core/door/challenge.ts'
export {
  type DiscoveryOptions,
  discoverAuthorizationServer,
  metadataUrls,
} from '../core/http/authorization-server.ts'
export type { RemoteDocument } from '../core/http/remote-document.ts'
export type { AuthorizationServer } from '../core/http/server-metadata.ts'
export {
  type ClientAuthentication,
  type ClientRequest,
  clientSecretBasic,
  clientSecretPost,
  privateKeyJwt,
  publicClient,
} from './client-authentication.ts'
export { type ClientCredentialsOptions, clientCredentials } from './client-credentials.ts'
export type {
  ClientDocument,
  ConnectionClient,
  ConnectionIssuer,
  ConnectionServer,
} from './connection/connection-server.ts'
export {
  type ConnectionFacts,
  type Connections,
  type ConnectionsOptions,
  type CredentialOptions,
  connections,
  type StartOptions,
} from './connection/connections.ts'
export {
  type DiscoveredResource,
  type DiscoverResourceOptions,
  discoverResource,
} from './connection/discover-resource.ts'
export { type ConnectNotice, connectNotice, type UrlElicitation } from './connection/notice.ts'
export { type DpopKey, type DpopKeyOptions, dpopKey, type KeyProofRequest } from './dpop.ts'
export { type TokenExchangerOptions, tokenExchanger } from './exchange.ts'
export type { ExchangeDialect } from './exchange-dialect.ts'
export { type IdentityAssertionOptions, identityAssertionExchanger } from './identity-assertion.ts'
export { type IntrospectionVerifierOptions, introspectionVerifier } from './introspection.ts'
export type { RegisteredClient, TokenRequestOptions } from './token-endpoint.ts'
export type {
  GrantedScopes,
  TokenServiceClient,
  TokenServiceOptions,
} from './token-service/options.ts'
export { type TokenService, tokenService } from './token-service/service.ts'
export { type TokenCheck, type UserinfoVerifierOptions, userinfoVerifier } from './userinfo.ts'
export { type WorkloadIdentityOptions, workloadIdentity } from './workload-identity.ts'
