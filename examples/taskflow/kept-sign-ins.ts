// The sign-ins that TaskFlow's web server keeps when it is started with `--sign-in session`: the
// tokens are sealed in its database, and the browser has a cookie.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditSink } from 'onbehalf'
import { oidc } from 'onbehalf/issuers'
import { type ServerSession, serverSession } from 'onbehalf/session'
import {
  createKeyring,
  fileMasterKeys,
  type SqliteDatabase,
  sqliteSecretStore,
  sqliteSignInStore,
} from 'onbehalf/store'
import { webClient } from './clients.ts'
import type { TaskflowKeys } from './keys.ts'
import type { TaskflowUrls } from './urls.ts'

/** Options of {@link keptSignIns}. */
export interface KeptSignInsOptions {
  readonly urls: TaskflowUrls
  readonly keys: TaskflowKeys
  readonly dataDir: string
  readonly database: SqliteDatabase
  readonly audit: AuditSink
  /** The longest time that a request to the issuer takes, in milliseconds. */
  readonly deadline: number
}

/** Makes the sign-ins. The first start makes the key that seals their tokens. */
export function keptSignIns(options: KeptSignInsOptions): ServerSession {
  const { urls, keys, dataDir, database, audit, deadline } = options
  const keyring = join(dataDir, 'keys', 'keyring.json')
  if (!existsSync(keyring)) createKeyring(keyring)
  const { clientId, client } = webClient(keys)
  return serverSession({
    issuer: oidc({ issuer: urls.issuer, audience: urls.chatkit }),
    clientId,
    clientSecret: client,
    origin: urls.web,
    resource: urls.chatkit,
    scopes: ['openid', 'tasks:read', 'tasks:write'],
    store: sqliteSignInStore(database),
    secrets: sqliteSecretStore(database, fileMasterKeys(keyring)),
    audit,
    deadline,
  })
}
