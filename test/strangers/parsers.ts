// Every parser that faces a stranger, and the files that read something else. `complete.test.ts`
// finds a file that is in neither list. It has no tests.

import { AGENT_PARSERS } from './agent-parsers.ts'
import { AGENT_SERVER_PARSERS } from './agent-server-parsers.ts'
import { API_PARSERS } from './api-parsers.ts'
import { CHAT_PARSERS } from './chat-parsers.ts'
import { CLIENT_PARSERS } from './client-parsers.ts'
import { CONNECTIONS_PARSERS } from './connections-parsers.ts'
import { DOOR_PARSERS } from './door-parsers.ts'
import { GATEWAY_PARSERS } from './gateway-parsers.ts'
import { ISSUER_PARSERS } from './issuer-parsers.ts'
import { MCP_PARSERS } from './mcp-parsers.ts'
import { OWN_PARSERS } from './own-parsers.ts'
import { PAGE_PARSERS } from './page-parsers.ts'
import type { StrangerParser } from './parser.ts'
import { SESSION_PARSERS } from './session-parsers.ts'
import { TOKEN_SERVICE_PARSERS } from './token-service-parsers.ts'

export const PARSERS: readonly StrangerParser[] = [
  ...DOOR_PARSERS,
  ...ISSUER_PARSERS,
  ...MCP_PARSERS,
  ...AGENT_PARSERS,
  ...AGENT_SERVER_PARSERS,
  ...CHAT_PARSERS,
  ...PAGE_PARSERS,
  ...OWN_PARSERS,
  ...TOKEN_SERVICE_PARSERS,
  ...API_PARSERS,
  ...GATEWAY_PARSERS,
  ...CLIENT_PARSERS,
  ...CONNECTIONS_PARSERS,
  ...SESSION_PARSERS,
]

const DECLARED = 'the app declares it in code, with types'
const STORED = 'this software wrote it into its own store'
const BUILT = 'it builds a request, and reads none'

/** Files and folders that read something, and why no parser above names them. */
export const OTHERS: Readonly<Record<string, string>> = {
  'src/declared-servers.ts': DECLARED,
  'src/policy/parse-rules.ts': DECLARED,
  'src/policy/persons-yes.ts': BUILT,
  'src/mcp-server/accept.ts': DECLARED,
  'src/mcp-server/api.ts': DECLARED,
  'src/mcp-server/options.ts': DECLARED,
  'src/oauth/connection/settings.ts': DECLARED,
  'src/gateway/clients/parts.ts': DECLARED,
  'src/gateway/clients/answers.ts': BUILT,
  'src/gateway/connect-answer.ts': BUILT,
  'src/session/parts.ts': DECLARED,
  'src/oauth/token-service/options.ts': DECLARED,
  'src/store/postgres/client-config.ts': DECLARED,
  'src/agent/hold/held-run.ts': STORED,
  'src/agent/hold/make-call.ts': STORED,
  'src/chatkit/agent/questions/question-record.ts': STORED,
  'src/chatkit/runs/run-log.ts': STORED,
  'src/frameworks/ag-ui/interrupt.ts': STORED,
  'src/frameworks/ai-sdk/approval-state.ts': STORED,
  'src/frameworks/graph-interrupts.ts': STORED,
  'src/frameworks/ai-sdk/messages.ts': STORED,
  'src/frameworks/langchain.ts': STORED,
  'src/frameworks/mastra.ts': STORED,
  'src/oauth/connection/account.ts': STORED,
  'src/oauth/connection/refresh.ts': STORED,
  'src/oauth/connection/stored-key.ts': STORED,
  'src/session/keep.ts': STORED,
  'src/oauth/token-service/key-record.ts': STORED,
  'src/openai-agents/conversation.ts': STORED,
  'src/openai-agents/paused-run.ts': STORED,
  'src/gateway/joint/front-session.ts': STORED,
  'src/store/attachments/safe-files.ts': STORED,
  'src/store/postgres/text.ts': STORED,
  'src/store/sealing/seal.ts': STORED,
  'src/store/sealing/sealed-rows.ts': STORED,
  'src/store/shared/sql-thread-store.ts': STORED,
  'src/store/shared/thread-rows.ts': STORED,
  'src/store/shared/sql-consent-store.ts': STORED,
  'src/store/shared/sql-vault.ts': STORED,
  'src/egress/send.ts': BUILT,
  'src/mcp/placements/template-parts.ts': BUILT,
  'src/oauth/client-authentication.ts': BUILT,
  'src/oauth/connection/token-request.ts': BUILT,
  'src/oauth/token-endpoint.ts': BUILT,
  'src/cli/main.ts': 'it reads the package.json that it came with',
  'src/cli/gateway/status.ts': 'it reads the package.json that it came with',
  'src/openai-agents/recording-model.ts': 'it copies what it has just written',
  'src/mcp-server/protect.ts': "it reads a header of its own handler's answer",
  'src/mcp-server/clean-answer.ts': "it reads its own handler's answer; test/mcp-server breaks it",
  'src/cli/gateway/postgres-url.ts': 'an operator writes it; test/cli/gateway.test.ts breaks it',
  'src/cli/init.ts': 'an operator types it; test/cli/init.test.ts breaks it',
  'src/mount/next.ts': 'it takes the host that was asked for, which the handler behind it checks',
  'src/mcp/guard.ts': 'it asks for a header of the request that a framework sends',
  'src/mcp/permits.ts': 'it asks for a header of the request that a framework sends',
  'src/chatkit/requests/answer-request.ts':
    'it gives the app the headers that it chose, as they are',
  'src/chatkit/requests/json/items.ts': 'it takes a request that is parsed already',
  'src/cli/leaktest': 'a test bench: it reads what the operator starts and attacks',
  'src/cli/conformance':
    'a test bench: it reads what the operator tests, and its own server; test/cli/conformance breaks it',
  'src/mcp/redact/': 'it decodes parts of texts that were read; test/mcp/redact tries them',
  'src/egress/receive.ts': 'it gives bytes on as text; test/egress sends them over sockets',
  'web/content/widget/chart': 'it reads parsed JSON; test/web/content draws it in a browser',
  'web/tools/read-whole.ts': 'it takes items that are parsed already',
  'web/rich/svg.ts': 'it makes elements, which needs a browser; test/web/rich.test.ts tries it',
}
