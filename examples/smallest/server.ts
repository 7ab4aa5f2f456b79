// The smallest ChatKit server. Set OPENAI_API_KEY (or OPENAI_BASE_URL and OPENAI_MODEL), ISSUER,
// RESOURCE, MCP_URL, CLIENT_ID and CLIENT_JWK (a private key, ES256). DATABASE, PORT: as you like.
import { createServer } from 'node:http'
import { importJWK } from 'jose'
import { type Caller, createOnBehalf } from 'onbehalf'
import { agentChat, chatkitServer } from 'onbehalf/chatkit'
import { jwtVerifier } from 'onbehalf/jwt'
import { auditSink, createLog } from 'onbehalf/log'
import { privateKeyJwt, tokenExchanger } from 'onbehalf/oauth'
import { modelFromEnvironment, runAgent } from 'onbehalf/openai-agents'
import { openSqlite, sqliteRunStore, sqliteThreadStore } from 'onbehalf/store'

const { ISSUER: issuer = '', RESOURCE: resource = '', MCP_URL: url = '', ...more } = process.env
const { model } = modelFromEnvironment(more)
const jwk = JSON.parse(more.CLIENT_JWK ?? '{}')
const key = await importJWK(jwk, 'ES256')
if (key instanceof Uint8Array) throw new TypeError('CLIENT_JWK must be an asymmetric key')
const client = privateKeyJwt(key, { kid: jwk.kid })
const onbehalf = createOnBehalf({
  resource, // the audience of the access tokens that this server takes
  authorizationServers: [issuer],
  verifier: jwtVerifier({ issuer }),
  exchanger: tokenExchanger({ issuer, clientId: more.CLIENT_ID ?? '', client }),
  servers: { Tasks: { url, source: { type: 'exchange', scopes: ['tasks:read', 'tasks:write'] } } },
  audit: auditSink(createLog()),
})
const agent = { servers: [{ name: 'Tasks', url }], instructions: 'Use the tools.', model }
const database = openSqlite(more.DATABASE ?? 'chat.db')
const chatkit = chatkitServer<Caller>({
  admit: onbehalf.admit,
  store: sqliteThreadStore(database),
  runs: sqliteRunStore(database),
  ...agentChat({ run: (request, { caller }) => runAgent({ ...request, ...agent, caller }) }),
})
const server = createServer(chatkit.listener)
const say = () => console.log(JSON.stringify(server.address()))
server.listen(Number(more.PORT ?? 8000), '127.0.0.1', say)
const end = () => setTimeout(() => server.closeAllConnections(), 1000).unref()
process.on('SIGTERM', () => server.close(() => database.close()) && chatkit.close().then(end))
