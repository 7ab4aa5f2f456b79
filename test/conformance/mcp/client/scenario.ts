// What the suite tells a client that it starts: the scenario's name, the revision of MCP, the server,
// and what the scenario hands out beforehand.

/** What a scenario hands out, such as a client that is registered already. */
export interface ScenarioContext {
  readonly client_id?: string
  readonly client_secret?: string
  readonly private_key_pem?: string
  readonly signing_algorithm?: string
  /** The JWT of a workload. */
  readonly valid_jwt?: string
  readonly idp_client_id?: string
  readonly idp_id_token?: string
  readonly idp_issuer?: string
  readonly idp_token_endpoint?: string
  readonly toolCalls?: readonly ToolCall[]
}

/** A call that the scenario wants to see. */
export interface ToolCall {
  readonly name: string
  readonly arguments: Record<string, unknown>
}

/** One scenario. */
export interface Scenario {
  readonly name: string
  /** The URL of the scenario's MCP server. */
  readonly url: string
  /** Whether the server speaks 2026-07-28, which has no `initialize`. */
  readonly isModern: boolean
  readonly context: ScenarioContext
}

/** Reads what the suite put into this process's environment and arguments. */
export function readScenario(): Scenario {
  const { env, argv } = process
  return {
    name: env.MCP_CONFORMANCE_SCENARIO ?? '',
    url: argv.at(-1) ?? '',
    isModern: env.MCP_CONFORMANCE_PROTOCOL_VERSION === '2026-07-28',
    context: JSON.parse(env.MCP_CONFORMANCE_CONTEXT ?? '{}'),
  }
}

/** A thing that the scenario must have handed out. */
export function given(scenario: Scenario, name: Exclude<keyof ScenarioContext, 'toolCalls'>) {
  const value = scenario.context[name]
  if (value === undefined) throw new Error(`${scenario.name} gives no ${name}`)
  return value
}

/** Tells the suite's log something. Nothing here is a secret: all servers are the suite's own. */
export function note(...words: readonly unknown[]): void {
  console.error('[client]', ...words)
}
