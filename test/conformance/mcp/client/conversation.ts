// What the MCP client says in each scenario. The client is the official SDK's; every message goes
// through the fetch of onbehalf.

import {
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { note, type Scenario, type ToolCall } from './scenario.ts'

type Talk = (client: Client, scenario: Scenario) => Promise<void>

/** One scenario's conversation. */
interface Conversation {
  readonly talk: Talk
  readonly capabilities?: ClientOptions['capabilities']
  /** The scenario's server does not answer `server/discover`, so the answer is made here. */
  readonly isMute?: boolean
}

const CONVERSATIONS: Readonly<Record<string, Conversation>> = {
  initialize: { talk: listTools },
  'request-metadata': {
    talk: async () => {},
    capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} },
  },
  tools_call: {
    talk: (client) => callAll(client, [{ name: 'add_numbers', arguments: { a: 5, b: 3 } }]),
  },
  'elicitation-sep1034-client-defaults': {
    talk: acceptAndCall,
    capabilities: { elicitation: { form: { applyDefaults: true } } },
  },
  'http-standard-headers': { talk: useEverything, isMute: true },
  'http-custom-headers': {
    talk: (client, { context: { toolCalls = [] } }) => callAll(client, toolCalls),
    isMute: true,
  },
  'http-invalid-tool-headers': { talk: callWhatIsLeft, isMute: true },
  'sep-2322-client-request-state': {
    talk: takeSeveralRounds,
    capabilities: { elicitation: {} },
    isMute: true,
  },
  'json-schema-ref-no-deref': { talk: listTools },
  'json-schema-2020-12-preservation': { talk: echoSchema },
}

/** Talks to the scenario's server, through this fetch. */
export async function converse(scenario: Scenario, fetch: typeof globalThis.fetch): Promise<void> {
  const { talk, capabilities = {}, isMute } = CONVERSATIONS[scenario.name] ?? { talk: callEachTool }
  const client = new Client(
    { name: 'onbehalf-conformance', version: '1.0.0' },
    {
      capabilities,
      ...(scenario.isModern || scenario.name.startsWith('auth/')
        ? { versionNegotiation: { mode: 'auto' } }
        : {}),
    },
  )
  await client.connect(
    new StreamableHTTPClientTransport(new URL(scenario.url), {
      fetch: isMute ? answeringDiscover(fetch) : fetch,
    }),
  )
  await talk(client, scenario)
  await client.close()
}

async function listTools(client: Client): Promise<void> {
  await client.listTools()
}

async function callEachTool(client: Client): Promise<void> {
  const { tools } = await client.listTools()
  for (const { name } of tools) await client.callTool({ name, arguments: {} })
}

async function callAll(client: Client, calls: readonly ToolCall[]): Promise<void> {
  // The SDK learns from the list which arguments are headers, too.
  await client.listTools()
  for (const call of calls) await client.callTool({ ...call })
}

async function acceptAndCall(client: Client): Promise<void> {
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: {} }))
  await callEachTool(client)
}

async function useEverything(client: Client): Promise<void> {
  await callEachTool(client)
  const { resources } = await client.listResources()
  for (const { uri } of resources) await client.readResource({ uri })
  const { prompts } = await client.listPrompts()
  for (const { name } of prompts) await client.getPrompt({ name, arguments: {} })
}

/** The SDK leaves out the tools whose headers are not valid. */
async function callWhatIsLeft(client: Client): Promise<void> {
  const { tools } = await client.listTools()
  for (const { name } of tools) {
    const call = client.callTool({ name, arguments: { region: 'us-west1' } })
    await call.catch((error: unknown) => note(`${name} was refused:`, error))
  }
}

/** The last tool's result says no type. The SDK refuses it, which the scenario allows. */
async function takeSeveralRounds(client: Client): Promise<void> {
  client.setRequestHandler('elicitation/create', async () => ({
    action: 'accept',
    content: { confirmed: true },
  }))
  for (const name of ['test_mrtr_echo_state', 'test_mrtr_no_state', 'test_mrtr_unrelated'])
    await client.callTool({ name, arguments: {} })
  const last = client.callTool({ name: 'test_mrtr_no_result_type', arguments: {} })
  await last.catch((error: unknown) => note('refused:', error))
}

async function echoSchema(client: Client): Promise<void> {
  const { tools } = await client.listTools()
  const seen = tools.find(({ name }) => name === 'json_schema_2020_12_tool')
  if (!seen) throw new Error('the tool with the schema is not listed')
  await client.callTool({ name: 'json_schema_echo', arguments: { schema: seen.inputSchema } })
}

/** A fetch that answers `server/discover` and sends everything else. */
function answeringDiscover(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const message = typeof init?.body === 'string' ? JSON.parse(init.body) : {}
    if (message.method !== 'server/discover') return fetch(input, init)
    return Response.json({
      jsonrpc: '2.0',
      id: message.id,
      result: {
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: { listChanged: true }, resources: {}, prompts: {} },
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'scenario', version: '1.0.0' } },
      },
    })
  }
}
