// What the worst-case model is asked, in one form for the two protocols of OpenAI-compatible endpoints:
// Chat Completions and Responses.

/** A tool that the model may call. */
export interface OfferedTool {
  readonly name: string
  /** Its parameters by name, as JSON Schema. */
  readonly parameters: Readonly<Record<string, unknown>>
}

/** One request. */
export interface Asked {
  /** All of it, as it came. */
  readonly context: string
  readonly stream: boolean
  readonly tools: readonly OfferedTool[]
  /** `[leaktest NAME n]` in the last message of the person. */
  readonly behaviour: string | undefined
  /** How often the model has called tools since that message. */
  readonly round: number
  /** What came of these calls, as texts. */
  readonly results: readonly string[]
}

/** A request taken apart for the search. */
export interface Parts {
  readonly messages: string
  readonly schemas: string
  readonly results: string
}

type Json = Readonly<Record<string, unknown>>

/** Reads a request, whichever protocol it is in. */
export function readAsk(context: string): { readonly asked: Asked; readonly parts: Parts } {
  const body = objectOf(parse(context))
  const messages = listOf(body.messages ?? body.input)
  const at = messages.findLastIndex((one) => one.role === 'user')
  const since = messages.slice(at + 1)
  const isCall = (one: Json | undefined) =>
    one !== undefined && (one.type === 'function_call' || Array.isArray(one.tool_calls))
  const tools = listOf(body.tools)
  const results = messages.filter(isResult)
  return {
    asked: {
      context,
      stream: body.stream === true,
      tools: tools.map(toolOf).filter(({ name }) => name !== ''),
      behaviour: markerIn(messages[at] ?? { content: body.input }),
      // Calls side by side are one round.
      round: since.filter((one, index) => isCall(one) && !isCall(since[index - 1])).length,
      results: since.filter(isResult).map((one) => textOf(one.output ?? one.content)),
    },
    parts: {
      messages: JSON.stringify({
        ...body,
        tools: undefined,
        [body.messages ? 'messages' : 'input']: messages.filter((one) => !isResult(one)),
      }),
      schemas: JSON.stringify(tools),
      results: JSON.stringify(results),
    },
  }
}

function isResult(one: Json): boolean {
  return one.role === 'tool' || one.type === 'function_call_output'
}

/** The marker in the text of a person's message. */
function markerIn(message: Json): string | undefined {
  return /\[leaktest ([\w. -]+?) \d+\]/.exec(textOf(message.content))?.[1]
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content ?? '')
}

function toolOf(tool: Json): OfferedTool {
  const described = objectOf(tool.function ?? tool)
  const { properties } = objectOf(described.parameters)
  return {
    name: typeof described.name === 'string' ? described.name : '',
    parameters: objectOf(properties),
  }
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : []
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
