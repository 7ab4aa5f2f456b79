// The MCP server beside the door: its one tool says who calls.

import { Credential } from 'onbehalf'
import { oidc } from 'onbehalf/issuers'
import { protectMcpServer } from 'onbehalf/mcp-server'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, ORIGIN } = process.env
const resource = `${ORIGIN}/mcp`

export const mcp = protectMcpServer(
  {
    resource,
    issuer: oidc({
      issuer: ISSUER,
      clientId: CLIENT_ID,
      clientSecret: new Credential(CLIENT_SECRET),
      audience: resource,
    }),
    toolScopes: { whoami: [] },
  },
  async (_request, call) =>
    Response.json({
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: call.principal.subject }] },
    }),
)
