// The ten task tools in the old style. Each asks for a `user_id` and an `access_token`: some tools
// among their own parameters, others inside one object called `params`. The placements `argument`
// and `prompt` exist for servers like this one. Do not write a new server in this way. Where the
// request has the token elsewhere, they ask for the id alone, or for nothing.

import type { McpServer } from '@modelcontextprotocol/server'
import { guardTool, type ToolFailure } from 'onbehalf/mcp-server'
import { z } from 'zod'
import type { TaskTool } from '../mcp/define-tool.ts'
import { sentence } from '../mcp/sentences.ts'
import { callApi } from '../mcp/tasks-api.ts'
import { registerTaskTools, taskToolScopes } from '../mcp/tools.ts'
import type { Acting } from './acting.ts'

/** The id and the token of the person, the id alone, or nothing. */
type Asks = 'token' | 'id' | 'nothing'

/** What the arguments of a call say of the person. */
export interface Given {
  readonly user_id?: string | undefined
  readonly access_token?: string | undefined
  /** The JSON pointer to the object that has them (RFC 6901). */
  readonly within: '' | '/params'
  readonly tool: string
  /** The scopes that the tool needs. */
  readonly scopes: readonly string[]
}

/** The MCP server of one request, and what its tools work with. */
export interface ClassicTools {
  readonly server: McpServer
  /** The API's resource, ending in `/api`. */
  readonly api: string
  /** The most milliseconds that one call of the API may take. */
  readonly deadline: number
  /** What each tool asks for beside its own parameters. */
  readonly asks: Asks
  readonly act: (given: Given) => Promise<Acting>
  readonly report: (error: unknown, tool?: string) => void
}

/** Registers the tools. */
export function registerClassicTools(tools: ClassicTools): void {
  for (const register of CLASSIC[tools.asks]) register(tools)
}

const user_id = z.string().describe('The id of the user, from your instructions.')
const access_token = z.string().describe('The access token of the user, from your instructions.')
const ASKED: Readonly<Record<Asks, z.ZodRawShape>> = {
  token: { user_id, access_token },
  id: { user_id },
  nothing: {},
}
const claimed = z.looseObject({
  user_id: z.string().optional(),
  access_token: z.string().optional(),
})

/**
 * The tools that take at most a task number. All others that ask for a token take one object called
 * `params`.
 */
const FLAT = /_(?:start_task|complete_task|request_review|delete_task|list_projects)$/

/**
 * Made only once, because zod accepts each schema id only once. In JSON Schema, a schema with an id
 * becomes a `$ref` to `$defs`.
 */
const CLASSIC: Readonly<Record<Asks, readonly ((tools: ClassicTools) => void)[]>> = {
  token: classicTools('token'),
  id: classicTools('id'),
  nothing: classicTools('nothing'),
}

function classicTools(asks: Asks): readonly ((tools: ClassicTools) => void)[] {
  const all: ((tools: ClassicTools) => void)[] = []
  registerTaskTools((name, tool) => all.push(classic(asks, name, tool)))
  return all
}

function classic<Args, Answer extends Record<string, unknown>>(
  asks: Asks,
  name: string,
  tool: TaskTool<Args, Answer>,
) {
  const { title, description, input, output, request } = tool
  const flat = asks !== 'token' || FLAT.test(name)
  const shape: z.ZodRawShape = { ...ASKED[asks], ...input.shape }
  const model = z.strictObject(shape)
  const inputSchema = flat ? model : z.strictObject({ params: model.meta({ id: modelName(name) }) })

  return ({ server, api, deadline, act, report }: ClassicTools): void => {
    server.registerTool(
      name,
      { title, description, inputSchema, outputSchema: output },
      guardTool(
        { report },
        name,
        async (
          args: Readonly<Record<string, unknown>>,
          { mcpReq }: { mcpReq: { signal: AbortSignal } },
        ) => {
          const { user_id, access_token, ...own } = claimed.parse(flat ? args : args.params)
          const asked = request(input.parse(own))
          const acting = await act({
            user_id,
            access_token,
            within: flat ? '' : '/params',
            tool: name,
            scopes: taskToolScopes[name] ?? [],
          })
          if (!acting.ok)
            return failure(
              acting.failure === 'user_id' ? NOT_THEIRS : sentence(acting.failure, asked),
            )
          const answer = await callApi(
            { url: api, fetch: acting.fetch, deadline },
            asked,
            output,
            mcpReq.signal,
          )
          if (!answer.ok) return failure(sentence(answer.failure, asked))
          return {
            content: [{ type: 'text' as const, text: JSON.stringify(answer.value) }],
            structuredContent: answer.value,
          }
        },
      ),
    )
  }
}

/** Names the object that a tool takes: `taskflow_add_task` takes an `AddTaskInput`. */
function modelName(tool: string): string {
  const words = tool.split('_').slice(1)
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Input`
}

const NOT_THEIRS = 'This was not done: the user_id is not that of the access_token.'

function failure(text: string): ToolFailure {
  return { content: [{ type: 'text', text }], isError: true }
}
