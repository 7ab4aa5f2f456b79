// The whole chat server of an app whose page holds an ID token or an opaque access token, and whose
// MCP server takes that token. The environment says which of the two, and which kind of server.
import { createServer } from 'node:http'
import { type Caller, createOnBehalf } from 'onbehalf'
import { agentChat, chatkitServer } from 'onbehalf/chatkit'
import { betterAuth } from 'onbehalf/issuers'
import { modelFromEnvironment, runAgent } from 'onbehalf/openai-agents'
import { openSqlite, sqliteRunStore, sqliteThreadStore } from 'onbehalf/store'

const { ISSUER: issuer = '', CLIENT: client = '', MCP_URL: url = '', ...more } = process.env
const { model } = modelFromEnvironment(more)
const onbehalf = createOnBehalf({
  issuer: betterAuth({ issuer, audience: client, idTokensFor: client, opaqueTokens: 'userinfo' }),
  servers: {
    TaskFlow: {
      url,
      source: { type: 'own', audience: client },
      placement: more.ARGUMENTS
        ? { type: 'argument', parameters: 'everywhere', rewriteDescriptions: true }
        : { type: 'header' },
    },
  },
  subjectHeader: 'X-User-ID',
})
const agent = { servers: [{ name: 'TaskFlow', url }], instructions: 'Use the tools.', model }
const database = openSqlite(':memory:')
const chatkit = chatkitServer<Caller>({
  admit: onbehalf.admit,
  store: sqliteThreadStore(database),
  runs: sqliteRunStore(database),
  ...agentChat({ run: (request, { caller }) => runAgent({ ...request, ...agent, caller }) }),
})
createServer(chatkit.listener).listen(Number(more.PORT), '127.0.0.1')
