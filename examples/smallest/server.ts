// The smallest ChatKit server: sign-in is checked, an agent acts for the person at one MCP server, conversations are kept in a file.
import { createServer } from 'node:http'
import { importJWK } from 'jose'
import { type Caller, createOnBehalf } from 'onbehalf'
import { agentChat, chatkitServer } from 'onbehalf/chatkit'
import { jwtVerifier } from 'onbehalf/jwt'
import { auditSink, createLog } from 'onbehalf/log'
import { privateKeyJwt, tokenExchanger } from 'onbehalf/oauth'
import { modelFromEnvironment, runAgent } from 'onbehalf/openai-agents'
import { openSqlite, sqliteRunStore, sqliteThreadStore } from 'onbehalf/store'

const {
  ISSUER: issuer = '',
  RESOURCE: resource = '',
  MCP_URL: url = '',
  CLIENT_JWK = '{}',
  ...more
} = process.env
const key = await importJWK(JSON.parse(CLIENT_JWK), 'ES256')
if (key instanceof Uint8Array) throw new TypeError('CLIENT_JWK must be an asymmetric key')
const client = privateKeyJwt(key, { kid: JSON.parse(CLIENT_JWK).kid })
const onbehalf = createOnBehalf({
  resource, // the audience of the access tokens that this server takes
  authorizationServers: [issuer],
  verifier: jwtVerifier({ issuer }),
  exchanger: tokenExchanger({ issuer, clientId: more.CLIENT_ID ?? '', client }),
  servers: { Tasks: { url, source: { type: 'exchange', scopes: ['tasks:read', 'tasks:write'] } } },
  audit: auditSink(createLog()),
})
const agent = {
  servers: [{ name: 'Tasks', url }],
  instructions: 'Use the tools.',
  model: modelFromEnvironment(more).model,
}
const database = openSqlite(more.DATABASE ?? 'chat.db')
const chatkit = chatkitServer<Caller>({
  admit: onbehalf.admit,
  store: sqliteThreadStore(database),
  runs: sqliteRunStore(database),
  ...agentChat<Caller>({
    run: (request, { caller }) => runAgent({ ...request, ...agent, caller }),
  }),
})
const server = createServer(chatkit.listener)
server.listen(Number(more.PORT ?? 8000), '127.0.0.1', () =>
  console.log(JSON.stringify(server.address())),
)
