// One process of the app: the real chat server, agent, door, exchange, vault and stores, over a
// database that outlives it. Everything that it waits for goes past a place where it may die.

import { inspect } from 'node:util'
import { type Caller, createOnBehalf, type OnBehalfOptions } from 'onbehalf'
import {
  agentChat,
  type ChatkitServer,
  chatkitServer,
  type RunStore,
  type ThreadStore,
} from 'onbehalf/chatkit'
import { jwtVerifier } from 'onbehalf/jwt'
import { type Connections, clientSecretBasic, connections, tokenExchanger } from 'onbehalf/oauth'
import { runAgent } from 'onbehalf/openai-agents'
import {
  fileMasterKeys,
  type SqliteDatabase,
  sqliteReflectionMarks,
  sqliteRunStore,
  sqliteSecretStore,
  sqliteThreadStore,
  sqliteVault,
} from 'onbehalf/store'
import {
  type PostgresDatabase,
  postgresRunStore,
  postgresThreadStore,
} from 'onbehalf/store/postgres'
import { faultModel } from './model.ts'
import { type Points, pointedDatabase, pointedFetch } from './points.ts'
import { CHAT, ISSUER, MCP, WAIT_MS, type World } from './world.ts'

/** A clock that a schedule moves. */
export interface Clock {
  offsetMs: number
}

/** What a process stands on. */
export interface AppGround {
  readonly world: Pick<World, 'network' | 'clientSecret' | 'now'>
  readonly points: Points
  readonly clock: Clock
  readonly source: 'exchange' | 'connection'
  readonly stores:
    | { readonly type: 'sqlite'; readonly database: SqliteDatabase; readonly keyring: string }
    | { readonly type: 'postgres'; readonly database: PostgresDatabase }
  /** Milliseconds that it waits for anybody. Default {@link WAIT_MS}. */
  readonly waitMs?: number
  /** Happens in the model's place. */
  readonly model?: () => Promise<void>
  /** Happens in the place of the audit. */
  readonly audit?: () => Promise<void>
}

/** A process. */
export interface App {
  readonly chat: ChatkitServer
  readonly connections: Connections | undefined
  /** Everything that it wrote or sent where no secret may be. */
  readonly outputs: string[]
}

/** Milliseconds for which a dead process is believed to be alive. */
export const LEASE_MS = 15_000

/** Starts a process. */
export function startApp(ground: AppGround): App {
  const { world, points, clock, source, waitMs = WAIT_MS } = ground
  const outputs: string[] = []
  const now = () => world.now() + clock.offsetMs
  const fetch = pointedFetch(world.network, points)
  const audit = {
    async record(event: unknown): Promise<void> {
      await points.pass('the audit')
      await ground.audit?.()
      outputs.push(JSON.stringify(event))
    },
  }
  const parts = storesOf(ground, now)
  const accounts =
    source === 'connection' && parts.secrets
      ? connections({
          store: parts.secrets,
          servers: {
            tasks: {
              resource: MCP,
              issuer: ISSUER,
              scopes: ['tasks:write'],
              client: { type: 'registered', id: 'chat' },
            },
          },
          redirectUri: 'https://app.example/connected',
          fetch,
          audit,
          now,
          deadline: waitMs,
        })
      : undefined
  const onbehalf = createOnBehalf({
    resource: CHAT,
    authorizationServers: [ISSUER],
    verifier: jwtVerifier({ issuer: ISSUER, fetch, now, deadline: waitMs }),
    exchanger: tokenExchanger({
      issuer: ISSUER,
      clientId: 'chat',
      client: clientSecretBasic(world.clientSecret),
      fetch,
      now,
      deadline: waitMs,
    }),
    servers: {
      tasks: {
        url: MCP,
        source: accounts ? { type: 'connection' } : { type: 'exchange', scopes: ['tasks:write'] },
      },
    },
    audit,
    fetch,
    now,
    deadline: 2 * waitMs,
    ...(accounts ? { connections: accounts } : {}),
    ...parts.onbehalf,
  })
  const model = faultModel(points, outputs, ground.model)
  const chat = chatkitServer<Caller>({
    admit: onbehalf.admit,
    store: parts.store,
    runs: parts.runs,
    now,
    lease: LEASE_MS,
    deadline: 10 * waitMs,
    rateLimit: 'none',
    limits: { runs: 1000, streams: 1000 },
    ...agentChat<Caller>({
      now,
      run: (request, { caller }) =>
        runAgent({
          ...request,
          caller,
          servers: [{ name: 'tasks', url: MCP }],
          model,
          instructions: 'Help.',
          timeouts: { server: 4 * waitMs, model: waitMs },
        }),
    }),
    // As a log would write it, only more.
    onError: (error, place) => outputs.push(inspect([error, place], { depth: 8 })),
  })
  return { chat, connections: accounts, outputs }
}

function storesOf(
  { points, stores }: AppGround,
  now: () => number,
): {
  readonly store: ThreadStore
  readonly runs: RunStore
  readonly secrets?: ReturnType<typeof sqliteSecretStore>
  readonly onbehalf: Partial<OnBehalfOptions>
} {
  if (stores.type === 'postgres') {
    const database = pointedDatabase(stores.database, points)
    return { store: postgresThreadStore(database), runs: postgresRunStore(database), onbehalf: {} }
  }
  const database = pointedDatabase(stores.database, points)
  const keys = fileMasterKeys(stores.keyring)
  return {
    store: sqliteThreadStore(database),
    runs: sqliteRunStore(database),
    secrets: sqliteSecretStore(database, keys),
    onbehalf: {
      vault: sqliteVault(database, keys, { now }),
      reflectionMarks: sqliteReflectionMarks(database),
    },
  }
}
