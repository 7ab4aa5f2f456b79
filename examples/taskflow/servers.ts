// Makes TaskFlow's issuer, its API and its MCP servers from what all of them share. The chat
// endpoint and the page are in files of their own.

import { join } from 'node:path'
import {
  type AuditSink,
  createAuditor,
  createDoor,
  type Observer,
  type TokenVerifier,
} from 'onbehalf'
import { createGateway, type Gateway } from 'onbehalf/gateway'
import type { Log } from 'onbehalf/log'
import { tokenExchanger } from 'onbehalf/oauth'
import { type Api, createApi } from './api/index.ts'
import { classicClient, gatewayClient, mcpClient, type OAuthClient } from './clients.ts'
import type { Deadlines } from './deadlines.ts'
import { createIssuer, type Issuer } from './issuer/index.ts'
import type { TaskflowKeys } from './keys.ts'
import { createTaskflowClassic, type OldServer } from './legacy/index.ts'
import { createLiteralServer } from './legacy/literal.ts'
import { createTaskflowMcp, type TaskflowMcp } from './mcp/index.ts'
import { classicUrl, literalUrl, partsUrl, type TaskflowUrls } from './urls.ts'

/** What all servers share. */
export interface Shared {
  readonly urls: TaskflowUrls
  readonly keys: TaskflowKeys
  readonly dataDir: string
  readonly deadlines: Deadlines
  /** Verifies the access tokens of TaskFlow's issuer. */
  readonly verifier: TokenVerifier
  readonly audit: AuditSink
  /** Keys the fingerprints in the audit log, 32 bytes. */
  readonly fingerprintKey: Uint8Array<ArrayBuffer>
  readonly log: Log
  readonly observer?: Observer
}

/** Opens the authorization server with its database. */
export function openIssuer({ urls, keys, dataDir, log }: Shared): Issuer {
  return createIssuer({
    issuer: urls.issuer,
    web: urls.web,
    resources: {
      chat: urls.chatkit,
      mcp: urls.mcp,
      gateway: urls.gateway,
      classic: classicUrl(urls),
      parts: partsUrl(urls),
      api: urls.api,
    },
    keys,
    dataDir,
    onFailure: (error) => log.error('The issuer failed', { part: 'issuer', error }),
  })
}

/** Opens the API with its database. */
export function openApi(shared: Shared): Promise<Api> {
  const { urls, dataDir, verifier, audit, fingerprintKey, log } = shared
  return createApi({
    authorizationServer: urls.issuer,
    door: createDoor({
      resource: urls.api,
      verifier,
      auditor: createAuditor(audit, { fingerprintKey }),
      hop: 'server-door',
      scopesSupported: ['tasks:read', 'tasks:write'],
    }),
    database: join(dataDir, 'tasks.db'),
    allowedOrigins: [urls.web],
    onError: (error) => log.error('An API request failed', { part: 'api', error }),
  })
}

/** Makes the MCP server. */
export function openMcp(shared: Shared): TaskflowMcp {
  const { urls, keys, deadlines, verifier, audit, fingerprintKey, observer } = shared
  return createTaskflowMcp({
    resource: urls.mcp,
    api: urls.api,
    authorizationServers: [urls.issuer],
    verifier,
    audit,
    ...(observer ? { observer } : {}),
    fingerprintKey,
    exchanger: exchangerOf(mcpClient(keys), shared),
    deadline: deadlines.api,
    onError: (error, { tool }) => logToolError(shared, 'mcp', error, tool),
  })
}

/** Makes the gateway: the MCP servers at one address, for agents that are no part of TaskFlow. */
export function openGateway(shared: Shared): Gateway {
  const { urls, keys, deadlines, verifier, audit, fingerprintKey, observer } = shared
  const source = { type: 'exchange', scopes: ['tasks:read', 'tasks:write'] } as const
  return createGateway({
    url: new URL(urls.gateway).origin,
    audience: urls.gateway,
    issuer: {
      issuer: urls.issuer,
      authorizationServers: [urls.issuer],
      verifier,
      exchanger: exchangerOf(gatewayClient(keys), shared),
    },
    // TaskFlow's issuer registers no clients, and knows one resource for all addresses.
    clients: {
      clientId: 'taskflow-gateway',
      clientSecret: keys.gatewayClientSecret,
      resource: urls.gateway,
      scopes: source.scopes,
    },
    servers: {
      TaskFlow: { url: urls.mcp, source },
      // Its tools take the person's id and token as arguments. No agent sees that.
      Classic: {
        url: classicUrl(urls),
        source,
        placement: { type: 'argument', parameters: 'everywhere', rewriteDescriptions: true },
      },
    },
    audit,
    ...(observer ? { observer } : {}),
    fingerprintKey,
    deadline: deadlines.mcp,
  })
}

/** Makes TaskFlow classic, the MCP server of the old kind. */
export function openClassic(shared: Shared): OldServer {
  const { urls, keys, deadlines, verifier, audit, fingerprintKey } = shared
  return createTaskflowClassic({
    resource: classicUrl(urls),
    api: urls.api,
    verifier,
    audit,
    fingerprintKey,
    exchanger: exchangerOf(classicClient(keys), shared),
    deadline: deadlines.api,
    onError: (error, tool) => logToolError(shared, 'classic', error, tool),
  })
}

/** Makes the server of the literal pattern, for the comparison. */
export function openLiteral(shared: Shared): OldServer {
  const { urls, deadlines } = shared
  return createLiteralServer({
    resource: literalUrl(urls),
    api: urls.api,
    deadline: deadlines.api,
    onError: (error, tool) => logToolError(shared, 'literal', error, tool),
  })
}

function exchangerOf(client: OAuthClient, { urls, deadlines }: Shared) {
  return tokenExchanger({ issuer: urls.issuer, ...client, deadline: deadlines.issuer })
}

function logToolError({ log }: Shared, part: string, error: unknown, tool?: string): void {
  log.error('A tool went wrong', { part, error, ...(tool ? { operation: tool } : {}) })
}
