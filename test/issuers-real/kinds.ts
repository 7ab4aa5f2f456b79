// The issuers of `npm run test:issuers`.

import { betterAuthKind } from './better-auth/better-auth.ts'
import { keycloakKind } from './keycloak/keycloak.ts'
import type { IssuerKind } from './kind.ts'
import { oidcProviderKind } from './oidc-provider/oidc-provider.ts'
import { springKind } from './spring/spring.ts'

/** All of them, the quickest first. */
export const KINDS: readonly IssuerKind[] = [
  oidcProviderKind,
  betterAuthKind,
  springKind,
  keycloakKind,
]
