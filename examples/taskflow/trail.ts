// The credential trail: the audit events and model requests of each person's last answers, which
// the page shows. It is in memory and limited. The log is the permanent record.

import { type AuditEvent, type AuditSink, type Principal, principalKey } from 'onbehalf'
import type { ModelRequestCopy } from 'onbehalf/openai-agents'

/** How many traces are kept for each person, and how many people are kept. */
const MAX_TRACES = 50
const MAX_PEOPLE = 1000
/** How many refusals are kept for whoever asked. */
const MAX_REFUSALS = 200

interface Trace {
  readonly events: AuditEvent[]
  readonly requests: ModelRequestCopy[]
  /** The items of the answer, and the conversation that it is in. */
  readonly items: Set<string>
  thread?: string
}

/**
 * Keeps the trail. A trace id is no secret, so each lookup searches only among the traces of the
 * person who asks.
 */
export interface Trail {
  readonly audit: AuditSink
  modelRequest(owner: Principal, trace: string, request: ModelRequestCopy): void
  /** Gives the hops of one answer in order. It is empty when the person has no such trace. */
  events(owner: Principal, trace: string): readonly AuditEvent[]
  requests(owner: Principal, trace: string): readonly ModelRequestCopy[]
  /** Notes that an item of a conversation belongs to the answer under a trace id. */
  answered(owner: Principal, trace: string, thread: string, itemId: string): void
  /** The trace id of the answer that an item belongs to, or of the last answer in a conversation. */
  traceOf(owner: Principal, kind: 'items' | 'threads', id: string): string | undefined
  /** The last refusal under a trace id, whoever asked. Only whoever made the trace id knows it. */
  refusal(trace: string): AuditEvent | undefined
}

/** Makes an empty trail. */
export function createTrail(): Trail {
  const people = new Map<string, Map<string, Trace>>()
  const refusals = new Map<string, AuditEvent>()

  function traceOf(owner: string, id: string): Trace {
    const traces = people.get(owner) ?? new Map<string, Trace>()
    people.delete(owner)
    people.set(owner, traces)
    dropOldest(people, MAX_PEOPLE)
    const trace = traces.get(id) ?? { events: [], requests: [], items: new Set() }
    traces.set(id, trace)
    if (traces.size > MAX_TRACES) {
      // A look at threads or trails is recorded too, as one event of the door. Such a trace goes
      // first, because people come back to answers.
      const idle = [...traces].find(
        ([key, { events, requests }]) => key !== id && requests.length === 0 && events.length < 2,
      )
      traces.delete(idle ? idle[0] : (traces.keys().next().value ?? id))
    }
    return trace
  }

  return {
    audit: {
      record(event) {
        if (event.outcome === 'refused') {
          refusals.set(event.trace, event)
          dropOldest(refusals, MAX_REFUSALS)
        }
        // When nobody was verified, the refusal belongs to no person's trail.
        if (event.issuer === undefined || event.subject === undefined) return
        const { issuer, subject, tenant } = event
        traceOf(
          principalKey({ issuer, subject, ...(tenant === undefined ? {} : { tenant }) }),
          event.trace,
        ).events.push(event)
      },
    },
    modelRequest(owner, trace, request) {
      traceOf(principalKey(owner), trace).requests.push(request)
    },
    events: (owner, trace) => people.get(principalKey(owner))?.get(trace)?.events ?? [],
    requests: (owner, trace) => people.get(principalKey(owner))?.get(trace)?.requests ?? [],
    answered(owner, trace, thread, itemId) {
      const answer = traceOf(principalKey(owner), trace)
      answer.thread = thread
      answer.items.add(itemId)
    },
    traceOf: (owner, kind, id) =>
      [...(people.get(principalKey(owner)) ?? [])].findLast(([, { items, thread }]) =>
        kind === 'items' ? items.has(id) : thread === id,
      )?.[0],
    refusal: (trace) => refusals.get(trace),
  }
}

function dropOldest(map: Map<string, unknown>, maxEntries: number): void {
  const oldest = map.size > maxEntries ? map.keys().next().value : undefined
  if (oldest !== undefined) map.delete(oldest)
}
