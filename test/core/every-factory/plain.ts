// Every other public export: why nothing is made with options there, or what a wrong argument is
// told. No test lives here.

import { postgresRateLimit, suggestions } from '../../../src/chatkit/index.ts'
import { createAuditor, staticKeys } from '../../../src/index.ts'
import { auditLines, auditSink } from '../../../src/log/index.ts'
import { carryingTransport, createRedactor } from '../../../src/mcp/index.ts'
import { protectMcpServer } from '../../../src/mcp-server/index.ts'
import { clientSecretBasic, clientSecretPost, privateKeyJwt } from '../../../src/oauth/index.ts'
import { recordingModel } from '../../../src/openai-agents/index.ts'
import * as store from '../../../src/store/index.ts'
import * as postgres from '../../../src/store/postgres/index.ts'

/** Calls with a wrong argument, and words of what is said. */
type Calls = readonly (readonly [call: () => unknown, words: string])[]

const database = store.openSqlite(':memory:')

/** A call as a program without a compiler makes it. */
function call(make: (...values: never[]) => unknown, ...values: unknown[]): () => unknown {
  return () => make(...(values as never[]))
}

const TAKES_NOTHING = 'it takes nothing'
const PURE = 'it makes nothing that lasts: a wrong value fails in this very call'
const CONSTANT = 'it is a value'
const ERROR = 'it is an error'
const IN_A_PAGE = 'it runs in a page, whose compiler knows its settings'

const ofSqlite = Object.fromEntries(
  Object.entries({
    sqliteCallApprovals: store.sqliteCallApprovals,
    sqliteCallCounts: store.sqliteCallCounts,
    sqliteConsentStore: store.sqliteConsentStore,
    sqliteReflectionMarks: store.sqliteReflectionMarks,
    sqliteSignInStore: store.sqliteSignInStore,
    sqliteThreadStore: store.sqliteThreadStore,
    sqliteToolPins: store.sqliteToolPins,
  }).map(([name, make]): [string, Calls] => [
    name,
    [[call(make, 'chat.db'), "openSqlite('chat.db') opens one"]],
  ]),
)

const ofPostgres = Object.fromEntries(
  Object.entries({
    postgresCallApprovals: postgres.postgresCallApprovals,
    postgresAuditSink: postgres.postgresAuditSink,
    postgresCallCounts: postgres.postgresCallCounts,
    postgresConsentStore: postgres.postgresConsentStore,
    postgresReflectionMarks: postgres.postgresReflectionMarks,
    postgresRunStore: postgres.postgresRunStore,
    postgresSignInStore: postgres.postgresSignInStore,
    postgresThreadStore: postgres.postgresThreadStore,
    postgresToolPins: postgres.postgresToolPins,
  }).map(([name, make]): [string, Calls] => [
    name,
    [
      [call(make, Promise.resolve()), 'await it (await openPostgres({ … })'],
      [call(make, database), 'is one of SQLite'],
    ],
  ]),
)

/** By name: a reason, or calls. */
export const PLAIN: Readonly<Record<string, string | Calls>> = {
  ...ofSqlite,
  ...ofPostgres,
  // onbehalf/gateway
  serversForKeys: PURE,
  // onbehalf
  AuthError: ERROR,
  Credential: 'its own tests say what it takes',
  DEPLOYMENT: CONSTANT,
  actorChain: PURE,
  canonicalResource: PURE,
  memoryConsentStore: TAKES_NOTHING,
  memoryReflectionMarks: TAKES_NOTHING,
  memorySecretStore: TAKES_NOTHING,
  memorySignInStore: TAKES_NOTHING,
  memoryCallApprovals: TAKES_NOTHING,
  memoryCallCounts: TAKES_NOTHING,
  memoryToolPins: TAKES_NOTHING,
  suggestions: [
    [call(suggestions, 'one'), 'a list of texts'],
    [call(suggestions, ['']), 'not empty'],
  ],
  principalKey: PURE,
  resourceMetadataResponse: PURE,
  resourceMetadataUrl: PURE,
  samePrincipal: PURE,
  sentenceFor: PURE,
  // onbehalf/agent
  eventWriter: PURE,
  providerError: PURE,
  // onbehalf/ai-sdk
  aiSdkEvents: PURE,
  aiSdkMessages: PURE,
  uiMessageResponse: PURE,
  // onbehalf/ag-ui, onbehalf/langchain, onbehalf/mastra
  agUiEvents: PURE,
  memoryPausedRuns: PURE,
  langchainEvents: PURE,
  langchainResume: PURE,
  langchainMessages: PURE,
  mastraEvents: PURE,
  mastraMessages: PURE,
  // onbehalf/oauth
  clientSecretBasic: [[call(clientSecretBasic, 's3cr3t'), 'must be a Credential']],
  clientSecretPost: [[call(clientSecretPost, 's3cr3t'), 'must be a Credential']],
  connectNotice: PURE,
  metadataUrls: PURE,
  parseChallenge: PURE,
  parseMetadataLink: PURE,
  publicClient: TAKES_NOTHING,
  // onbehalf/mcp
  createRedactor: [
    [call(createRedactor, ['s3cr3t']), 'must be a Credential'],
    [call(createRedactor, undefined), 'must be a list of Credentials'],
  ],
  examineTools: PURE,
  // onbehalf/node, /express, /fastify, /hono, /next
  at: PURE,
  handle: PURE,
  sendResponse: PURE,
  serve: PURE,
  toNodeListener: PURE,
  toRequest: PURE,
  // onbehalf/mcp-server
  guardTool: PURE,
  toolFailure: PURE,
  // onbehalf/openai-agents
  DEFAULT_INSTRUCTIONS: CONSTANT,
  agentEvents: PURE,
  personOf: PURE,
  recordingModel: [
    [call(recordingModel, 'gpt', () => {}), 'must have the method getResponse'],
    [
      call(recordingModel, { getResponse() {}, getStreamedResponse() {} }),
      'onRequest must be a function',
    ],
  ],
  renderInstructions: PURE,
  // onbehalf/chatkit
  ChatkitStreamError: ERROR,
  historyOf: PURE,
  memoryRunStore: TAKES_NOTHING,
  memoryThreadStore: TAKES_NOTHING,
  // onbehalf/web/official
  OfficialChat: IN_A_PAGE,
  // onbehalf/react
  Chat: IN_A_PAGE,
  useChat: IN_A_PAGE,
  // onbehalf/log
  auditLines: [[call(auditLines, {}), 'process.stdout is one']],
  auditSink: [[call(auditSink, { info() {} }), 'must have the method error']],
  // onbehalf/store
  sqliteSecretStore: [
    [call(store.sqliteSecretStore, 'chat.db', {}), "openSqlite('chat.db') opens one"],
    [call(store.sqliteSecretStore, database, 'key'), 'fileMasterKeys'],
  ],
  KeyringError: ERROR,
  PostgresError: ERROR,
  SealError: ERROR,
  SqliteInUseError: ERROR,
  SqliteLockedError: ERROR,
  fileMasterKeys: [[call(store.fileMasterKeys, undefined), 'the path must be a text']],
  postgresSecretStore: [
    [
      call(postgres.postgresSecretStore, Promise.resolve(), {}),
      'await it (await openPostgres({ … })',
    ],
    [call(postgres.postgresSecretStore, database, {}), 'is one of SQLite'],
  ],
  keyUse: [[call(store.keyUse, 'chat.db'), "openSqlite('chat.db') or await openPostgres"]],
  listKeyring: [[call(store.listKeyring, undefined), 'the path must be a text']],
  retireKey: [[call(store.retireKey, 'keyring.json', ['chat.db'], '1'), 'openSqlite']],
  rewrap: [[call(store.rewrap, 'chat.db'), "openSqlite('chat.db') or await openPostgres"]],
}

/** The other arguments of functions that take options too. */
export const ARGUMENTS: Readonly<Record<string, Calls>> = {
  carryingTransport: [[call(carryingTransport, {}, {}), 'must have the method start']],
  createAuditor: [[call(createAuditor, console), 'must have the method record']],
  createKeyring: [[call(store.createKeyring, ''), 'the path must not be empty']],
  diskAttachments: [[call(store.diskAttachments, undefined, {}), 'the path must be a text']],
  openSqlite: [
    [call(store.openSqlite, undefined), 'the path must be a text'],
    [call(store.openSqlite, 'no-such-folder/chat.db'), 'no-such-folder is missing'],
  ],
  postgresRateLimit: [[call(postgresRateLimit, 'postgres://'), 'a Pool of the package pg']],
  privateKeyJwt: [[call(privateKeyJwt, 's3cr3t', { kid: '1' }), 'must be a private CryptoKey']],
  protectMcpServer: [
    [
      call(protectMcpServer, {
        resource: 'https://tasks.example/mcp',
        authorizationServers: ['https://login.example'],
        verifier: { verify() {} },
        toolScopes: {},
      }),
      'the handler must be a function',
    ],
  ],
  rotateKeyring: [[call(store.rotateKeyring, 1), 'the path must be a text']],
  sqliteRunStore: [[call(store.sqliteRunStore, 'chat.db'), "openSqlite('chat.db') opens one"]],
  postgresVault: [[call(postgres.postgresVault, database, {}), 'is one of SQLite']],
  sqliteVault: [[call(store.sqliteVault, database, 'key'), 'fileMasterKeys']],
  staticKeys: [[call(staticKeys, 'x'), 'must have the method read: a secret store']],
}
