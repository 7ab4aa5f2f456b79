// What a client of AG-UI sends, as a run needs it.

import type { AgentTurn, ClientTool } from '../../agent/turn.ts'
import { isObject, parseJson, type UnknownObject } from '../../core/json.ts'
import { objectsIn, textIn } from '../fields.ts'

/** What a client sends (`RunAgentInput`), as far as a run needs it. */
export interface AgUiInput {
  readonly threadId: string
  readonly runId: string
  readonly input: readonly AgentTurn[]
  readonly clientTools: readonly ClientTool[]
  /** The person's answers to the interrupts of the run before; undefined for a run of its own. */
  readonly resume: readonly AgUiAnswer[] | undefined
}

/** An answer to an interrupt. */
export interface AgUiAnswer {
  readonly interruptId: string
  /** Undefined for an answer that is neither a yes nor a no. */
  readonly approved: boolean | undefined
}

/**
 * Reads it. Undefined when there is no message of the person, or of a tool, at its end, and no answer
 * to an interrupt.
 */
export function readInput(bytes: Uint8Array): AgUiInput | undefined {
  const body = parseJson(new TextDecoder().decode(bytes))
  if (!isObject(body) || !Array.isArray(body.messages)) return undefined
  const calls = new Map<string, UnknownObject>()
  const input = objectsIn(body.messages).flatMap((message) => turnsOf(message, calls))
  const resume = Array.isArray(body.resume) ? objectsIn(body.resume).map(answerOf) : undefined
  const last = input.at(-1)
  if (!resume && (!last || last.role === 'assistant')) return undefined
  const clientTools = objectsIn(body.tools).flatMap(({ name, description, parameters }) =>
    textIn(name) === ''
      ? []
      : [
          {
            name: textIn(name),
            description: textIn(description),
            parameters: isObject(parameters) ? parameters : {},
          },
        ],
  )
  return {
    threadId: textIn(body.threadId),
    runId: textIn(body.runId),
    input,
    clientTools,
    resume,
  }
}

/** Only `true` is a yes, and somebody who gives up has said no. */
function answerOf({ interruptId, status, payload }: UnknownObject): AgUiAnswer {
  const said = status === 'resolved' && isObject(payload) ? payload.approved : undefined
  const approved = status === 'cancelled' ? false : typeof said === 'boolean' ? said : undefined
  return { interruptId: textIn(interruptId), approved }
}

/** System and developer messages are left out: the page does not instruct the model. */
function turnsOf(message: UnknownObject, calls: Map<string, UnknownObject>): AgentTurn[] {
  const { role, content } = message
  const text =
    typeof content === 'string'
      ? content
      : objectsIn(content)
          .map((part) => textIn(part.text))
          .join('')
  if (role === 'tool') {
    const callId = textIn(message.toolCallId)
    const called = calls.get(callId)
    if (!called) return []
    const { name, arguments: args } = called
    const kept = { callId, name: textIn(name), arguments: textIn(args) || '{}' }
    return [{ role: 'tool', ...kept, output: text }]
  }
  for (const call of objectsIn(message.toolCalls))
    if (isObject(call.function)) calls.set(textIn(call.id), call.function)
  return (role === 'user' || role === 'assistant') && text !== '' ? [{ role, text }] : []
}
