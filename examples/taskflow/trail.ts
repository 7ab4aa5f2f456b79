// The credential trail: the audit events and model requests of each person's last conversations,
// for the page to show. In memory, bounded; the lasting record is the log.

import { type AuditEvent, type AuditSink, type Principal, principalKey } from 'onbehalf'
import type { ModelRequestCopy } from 'onbehalf/openai-agents'

/** Answers kept for each person, and people kept in all. */
const TRACES = 50
const PEOPLE = 1000

interface Trace {
  readonly events: AuditEvent[]
  readonly requests: ModelRequestCopy[]
}

/**
 * What the trail keeps and gives. A trace id is no secret: what is asked for is looked up among the
 * asker's own.
 */
export interface Trail {
  readonly audit: AuditSink
  modelRequest(owner: Principal, trace: string, request: ModelRequestCopy): void
  /** The hops of one answer, in order; empty where the asker has none of that id. */
  events(owner: Principal, trace: string): readonly AuditEvent[]
  requests(owner: Principal, trace: string): readonly ModelRequestCopy[]
}

/** Makes an empty trail. */
export function createTrail(): Trail {
  const people = new Map<string, Map<string, Trace>>()

  function traceOf(owner: string, id: string): Trace {
    const traces = people.get(owner) ?? new Map<string, Trace>()
    people.delete(owner)
    people.set(owner, traces)
    dropOldest(people, PEOPLE)
    const trace = traces.get(id) ?? { events: [], requests: [] }
    traces.set(id, trace)
    if (traces.size > TRACES) {
      // Looking at threads and trails is recorded too, as the door alone, but it is answers that
      // people come back to.
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
        // A refusal before anybody was verified belongs to nobody's trail.
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
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  const oldest = map.size > most ? map.keys().next().value : undefined
  if (oldest !== undefined) map.delete(oldest)
}
