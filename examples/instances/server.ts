// One of several equal instances of a ChatKit server over one PostgreSQL. Start as many as you
// need, behind any load balancer. Every instance can follow or stop an answer that another one
// writes, and recovers what an instance wrote before it died. OPENAI_API_KEY (or OPENAI_BASE_URL
// and OPENAI_MODEL) names the model. Without them it stops at once and says which to set.
import { createServer } from 'node:http'
import { importJWK } from 'jose'
import { type Caller, createOnBehalf } from 'onbehalf'
import { agentChat, chatkitServer } from 'onbehalf/chatkit'
import { jwtVerifier } from 'onbehalf/jwt'
import { auditSink, createLog } from 'onbehalf/log'
import { privateKeyJwt, tokenExchanger } from 'onbehalf/oauth'
import { modelFromEnvironment, runAgent } from 'onbehalf/openai-agents'
import { openPostgres, postgresRunStore, postgresThreadStore } from 'onbehalf/store/postgres'

const {
  ISSUER: issuer = '',
  RESOURCE: resource = '',
  MCP_URL: url = '',
  CLIENT_JWK = '{}',
  ...more
} = process.env
const { model } = modelFromEnvironment(more)
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
const agent = { servers: [{ name: 'Tasks', url }], instructions: 'Use the tools.', model }

// `pg` finds PostgreSQL by PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD. Instances that start
// together create the tables once.
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

// An answer that is being written is kept so far and shown as interrupted. The conversation goes on
// at another instance. Not `once`: the agents SDK listens too, and exits at once when it is alone.
process.on('SIGTERM', async () => {
  server.close(() => database.close())
  await chatkit.close()
  // Time for the clients to read that.
  setTimeout(() => server.closeAllConnections(), 1000).unref()
})
