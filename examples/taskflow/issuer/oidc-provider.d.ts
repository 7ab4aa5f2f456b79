// The parts of oidc-provider 9 that the issuer uses; the package ships no types. It is not a full
// description.

declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  /** What a stored model looks like: plain JSON, with these members where the model has them. */
  export interface AdapterPayload {
    [member: string]: unknown
    jti?: string
    grantId?: string
    uid?: string
    consumed?: number
  }

  export interface Adapter {
    upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void>
    find(id: string): Promise<AdapterPayload | undefined>
    findByUid(uid: string): Promise<AdapterPayload | undefined>
    findByUserCode(userCode: string): Promise<AdapterPayload | undefined>
    consume(id: string): Promise<void>
    destroy(id: string): Promise<void>
    revokeByGrantId(grantId: string): Promise<void>
  }

  export interface Client {
    readonly clientId: string
    readonly clientName?: string
    grantTypeAllowed(grantType: string): boolean
  }

  export interface Account {
    readonly accountId: string
    claims(use: string, scope: string): Record<string, unknown>
  }

  export interface ResourceServerInfo {
    readonly scope: string
    readonly audience: string
    readonly accessTokenTTL: number
    readonly accessTokenFormat: 'jwt'
    readonly jwt: { readonly sign: { readonly alg: 'ES256' } }
  }

  export class ResourceServer {
    constructor(identifier: string, info: ResourceServerInfo)
    readonly scopes: Set<string>
  }

  export class Grant {
    constructor(input: { accountId: string; clientId: string })
    static find(id: string): Promise<Grant | undefined>
    readonly jti: string
    readonly accountId: string
    readonly clientId: string
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  export class AccessToken {
    constructor(input: {
      accountId: string
      client: Client
      grantId: string
      gty: string
      expiresIn: number
      resourceServer: ResourceServer
    })
    readonly kind: string
    readonly accountId?: string
    readonly grantId?: string
    readonly expiration: number
    scope?: string
    save(): Promise<string>
  }

  export interface RefreshToken {
    readonly remainingTTL: number
  }

  export interface Interaction {
    readonly uid: string
    readonly prompt: { readonly name: string }
    readonly params: Readonly<Record<string, unknown>>
  }

  export interface Parameters {
    [name: string]: string | readonly string[] | undefined
  }

  export interface OidcContext {
    readonly client: Client
    readonly params: Parameters
    readonly route: string
    readonly requestParamOIDCScopes: Set<string>
    readonly requestParamScopes: Set<string>
    readonly resourceServers: Readonly<Record<string, ResourceServer>>
    readonly account: Account
    readonly session: { grantIdFor(clientId: string): string | undefined }
    readonly entities: { readonly RotatedRefreshToken?: RefreshToken }
  }

  /** Koa's context. `oidc` is there once a route of the provider has run. */
  export interface Context {
    readonly req: IncomingMessage
    readonly res: ServerResponse
    readonly host: string
    readonly path: string
    readonly method: string
    query: Record<string, string | string[] | undefined>
    status: number
    type: string
    body: unknown
    readonly oidc?: OidcContext
    set(name: string, value: string): void
    redirect(url: string): void
  }

  export interface OidcRequestContext extends Context {
    readonly oidc: OidcContext
  }

  export interface InteractionPolicy extends Array<unknown> {
    remove(name: string): void
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    readonly issuer: string
    readonly Grant: typeof Grant
    readonly AccessToken: typeof AccessToken
    readonly ResourceServer: typeof ResourceServer
    use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): this
    on(event: string, listener: (context: Context, error: Error) => void): this
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionResult(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
    ): Promise<string>
    registerGrantType(
      name: string,
      handler: (context: OidcRequestContext) => Promise<void>,
      parameters: readonly string[],
      repeatable: readonly string[],
    ): void
  }

  export namespace errors {
    class OIDCProviderError extends Error {
      error: string
      error_description?: string
      statusCode: number
    }
    class InvalidGrant extends OIDCProviderError {
      constructor(detail: string)
    }
    class InvalidTarget extends OIDCProviderError {
      constructor(description?: string)
    }
    class InvalidScope extends OIDCProviderError {
      constructor(description: string, scope?: string)
    }
    class InvalidRequest extends OIDCProviderError {
      constructor(description: string)
    }
    class UnauthorizedClient extends OIDCProviderError {
      constructor(description: string)
    }
    class SessionNotFound extends InvalidRequest {}
  }

  export const interactionPolicy: { base(): InteractionPolicy }
}
