// Parses what the server tells of a comparison and of a misuse. A part that is not as expected counts
// as absent.
import { list, listOf, number, record, text, texts } from '../json.ts'

/** A call as the model wrote it. */
export interface ModelCall {
  readonly tool: string
  readonly args: string
}

/** What a thief could do with what arrived. */
export interface Theft {
  readonly arrived: string
  readonly status: number
  readonly error: string | undefined
  readonly sentence: string
}

/** What happened in one lane. */
export interface Lane {
  /** The instructions of the first model request. */
  readonly instructions: string
  /** Every model request, as JSON. */
  readonly requests: readonly string[]
  readonly calls: readonly ModelCall[]
  readonly answer: string
  readonly theft: Theft | undefined
  /** The throw-away token, in the left lane. */
  readonly token:
    | {
        readonly value: string
        readonly audience: string
        readonly scopes: readonly string[]
        readonly seconds: number
      }
    | undefined
}

/** One message in both lanes. */
export interface Comparison {
  readonly poison: string | undefined
  readonly literal: Lane
  readonly onbehalf: Lane
}

/** What came of a misuse. */
export interface MisuseResult {
  readonly tried: string
  readonly status: number | undefined
  readonly error: string | undefined
  readonly reason: string | undefined
  readonly sentence: string
  readonly literal: string | undefined
}

/** Parses the answer of `POST /side-by-side`. */
export function parseComparison(value: unknown): Comparison {
  const answer = record(value)
  return {
    poison: text(answer.poison),
    literal: parseLane(answer.literal),
    onbehalf: parseLane(answer.onbehalf),
  }
}

/** Parses the answer of `POST /misuse`. */
export function parseMisuse(value: unknown): MisuseResult {
  const answer = record(value)
  return {
    tried: text(answer.tried) ?? '',
    status: number(answer.status),
    error: text(answer.error),
    reason: text(answer.reason),
    sentence: text(answer.sentence) ?? 'No answer came.',
    literal: text(answer.literal),
  }
}

function parseLane(value: unknown): Lane {
  const lane = record(value)
  const requests = list(lane.requests)
  const token = record(lane.token)
  const secret = text(token.value)
  return {
    instructions: text(record(requests[0]).systemInstructions) ?? '',
    requests: requests.map((request) => JSON.stringify(request, null, 2)),
    calls: listOf(lane.calls, (call) => {
      const { tool, arguments: args } = record(call)
      return { tool: text(tool) ?? '', args: text(args) ?? '' }
    }),
    answer: text(lane.answer) ?? '',
    theft: parseTheft(lane.theft),
    token:
      secret === undefined
        ? undefined
        : {
            value: secret,
            audience: text(token.audience) ?? '',
            scopes: texts(token.scopes),
            seconds: number(token.lifetimeSeconds) ?? 0,
          },
  }
}

function parseTheft(value: unknown): Theft | undefined {
  const theft = record(value)
  const status = number(theft.status)
  if (status === undefined) return undefined
  return {
    arrived: text(theft.arrived) ?? '',
    status,
    error: text(theft.error),
    sentence: text(theft.sentence) ?? '',
  }
}
