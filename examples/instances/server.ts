// One of several equal instances of a ChatKit server over one PostgreSQL: start as many as there is work for, behind any load balancer. An
// answer that one of them writes can be followed, stopped and, should it die, taken up by every other one.
import { createServer } from 'node:http'
import { importJWK } from 'jose'
import { type Caller, createOnBehalf } from 'onbehalf'
import { agentChat, chatkitServer } from 'onbehalf/chatkit'
import { jwtVerifier } from 'onbehalf/jwt'
import { auditSink, createLog } from 'onbehalf/log'
import { privateKeyJwt, tokenExchanger } from 'onbehalf/oauth'
import { modelFromEnvironment, runAgent } from 'onbehalf/openai-agents'
import { openPostgres, postgresRunStore, postgresThreadStore } from 'onbehalf/store'

const {
  ISSUER: issuer = '',
  RESOURCE: resource = '',
  MCP_URL: url = '',
  CLIENT_JWK = '{}',
  ...more
} = process.env
const key = await importJWK(JSON.parse(CLIENT_JWK), 'ES256')
if (key instanceof Uint8Array) throw new TypeError('CLIENT_JWK must be an asymmetric key')
const log = createLog()
const onbehalf = createOnBehalf({
  resource,
  authorizationServers: [issuer],
  verifier: jwtVerifier({ issuer }),
  exchanger: tokenExchanger({
    issuer,
    clientId: more.CLIENT_ID ?? '',
    client: privateKeyJwt(key, { kid: JSON.parse(CLIENT_JWK).kid }),
  }),
  servers: { Tasks: { url, source: { type: 'exchange', scopes: ['tasks:read', 'tasks:write'] } } },
  audit: auditSink(log),
})
const agent = {
  servers: [{ name: 'Tasks', url }],
  instructions: 'Use the tools.',
  model: modelFromEnvironment(more).model,
}

// Where PostgreSQL is, `pg` reads from PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD. Instances that start at once make the tables once.
const database = await openPostgres()
const chatkit = chatkitServer<Caller>({
  admit: onbehalf.admit,
  store: postgresThreadStore(database),
  runs: postgresRunStore(database),
  ...agentChat<Caller>({
    run: (request, { caller }) => runAgent({ ...request, ...agent, caller }),
  }),
  onError: (error, { type }) =>
    log.error('A chat request went wrong', {
      part: 'web',
      error,
      ...(type ? { operation: type } : {}),
    }),
})
const server = createServer(chatkit.listener)
server.listen(Number(more.PORT ?? 8000), '127.0.0.1', () =>
  console.log(JSON.stringify(server.address())),
)

// What is being written is kept and shown as interrupted; another instance goes on with the conversation.
process.once('SIGTERM', async () => {
  server.close()
  await chatkit.close()
  server.closeAllConnections()
  await database.close()
})
