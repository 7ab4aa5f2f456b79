// The tools of the suite that take several rounds: the result says what is missing, and the client
// calls again with it (2026-07-28, SEP-2322).

import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { about, result, text } from './content.ts'

type Answer = CallToolResult | InputRequiredResult
type Round = (call: ServerContext['mcpReq']) => Answer | Promise<Answer>
type State = Readonly<Record<string, unknown>>

/** Seals what comes back from the client. */
export const stateCodec = createRequestStateCodec<Record<string, unknown>>({
  key: crypto.getRandomValues(new Uint8Array(32)),
})

/** Asks the person for one field. */
export const askFor = (field: string) =>
  inputRequired.elicit({
    message: `What is the ${field}?`,
    requestedSchema: {
      type: 'object',
      properties: { [field]: { type: 'string' } },
      required: [field],
    },
  })

const askConsent = () =>
  inputRequired.elicit({
    message: 'Is that right?',
    requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
  })

const askModel = (words: string) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: words } }],
    maxTokens: 100,
  })

/** Ends the round with what to ask, and with a state for the next one. */
async function next(inputRequests: InputRequests, state: State): Promise<InputRequiredResult> {
  return inputRequired({ inputRequests, requestState: await stateCodec.mint({ ...state }) })
}

const ROUNDS: Readonly<Record<string, Round>> = {
  test_missing_capability: ({ inputResponses }) =>
    inputResponses?.llm_answer
      ? result(text('done'))
      : inputRequired({ inputRequests: { llm_answer: askModel('Reply with one word.') } }),
  test_input_required_result_elicitation({ inputResponses }) {
    const name = acceptedContent<{ name: string }>(inputResponses, 'user_name')?.name
    return typeof name === 'string'
      ? result(text(`Hello, ${name}!`))
      : inputRequired({ inputRequests: { user_name: askFor('name') } })
  },
  test_input_required_result_sampling: ({ inputResponses }) =>
    inputResponses?.capital_question
      ? result(text(`Sampling response: ${JSON.stringify(inputResponses.capital_question)}`))
      : inputRequired({ inputRequests: { capital_question: askModel('The capital of France?') } }),
  test_input_required_result_list_roots: ({ inputResponses }) =>
    inputResponses?.client_roots
      ? result(text(`Roots: ${JSON.stringify(inputResponses.client_roots)}`))
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } }),
  test_input_required_result_request_state: (call) =>
    isConfirmed(call)
      ? result(text('state-ok'))
      : next({ confirm: askConsent() }, { tool: 'request_state' }),
  test_input_required_result_tampered_state: (call) =>
    isConfirmed(call)
      ? result(text('integrity-ok'))
      : next({ confirm: askConsent() }, { tool: 'tampered_state' }),
  test_input_required_result_multiple_inputs({ inputResponses: got }) {
    const isAll = got?.user_name && got.greeting && got.client_roots
    return isAll
      ? result(text(JSON.stringify(got)))
      : next(
          {
            user_name: askFor('name'),
            greeting: askModel('Generate a greeting'),
            client_roots: inputRequired.listRoots(),
          },
          { tool: 'multiple_inputs' },
        )
  },
  test_input_required_result_multi_round(call) {
    const { round, name } = call.requestState<State>() ?? {}
    if (round === undefined) return next({ step1: askFor('name') }, { round: 1 })
    if (round === 1) {
      const answered = acceptedContent<{ name: string }>(call.inputResponses, 'step1')
      return next({ step2: askFor('color') }, { round: 2, name: answered?.name })
    }
    const color = acceptedContent<{ color: string }>(call.inputResponses, 'step2')?.color
    return result(text(`${name} likes ${color}`))
  },
  test_input_required_result_capabilities({ inputResponses, envelope }) {
    if (inputResponses) return result(text('All were answered.'))
    const able = Reflect.get(envelope ?? {}, CLIENT_CAPABILITIES_META_KEY)
    const inputRequests: InputRequests = {
      ...(able?.elicitation && { user_name: askFor('name') }),
      ...(able?.sampling && { greeting: askModel('Generate a greeting') }),
      ...(able?.roots && { client_roots: inputRequired.listRoots() }),
    }
    return Object.keys(inputRequests).length === 0
      ? result(text('The client can be asked nothing.'))
      : inputRequired({ inputRequests })
  },
}

function isConfirmed({ inputResponses, requestState }: ServerContext['mcpReq']): boolean {
  return requestState() !== undefined && acceptedContent(inputResponses, 'confirm') !== undefined
}

/** Adds them to a server. */
export function addRoundTools(server: McpServer): void {
  for (const [name, round] of Object.entries(ROUNDS))
    server.registerTool(name, { ...about(name), inputSchema: z.object({}) }, (_, { mcpReq }) =>
      round(mcpReq),
    )
}
