// A caller whose calls wait for the person where the policy says so, for an agent of any framework.

import type { Refusal } from '../../core/errors.ts'
import type { Approved } from '../../mcp/approved.ts'
import { ServerMemory } from '../../mcp/server-memory.ts'
import type { ApprovalPolicy, BeforeCall } from '../approval.ts'
import { approvedFor, heldFetch } from './held-fetch.ts'
import type { HeldCalls } from './hold.ts'

/** What a caller's `fetch` and `transport` tell the run. */
interface Hears {
  readonly onRefused?: (refusal: Refusal) => void
  readonly memory?: ServerMemory
  readonly approved?: Approved
}

/** The part of a caller that calls go through. */
export interface Calling {
  fetch(server: string, options?: Hears): typeof globalThis.fetch
}

/** What holds the calls of a caller. */
export interface HeldCallerParts {
  readonly policy: ApprovalPolicy
  readonly hold: HeldCalls
  readonly beforeCall?: BeforeCall | undefined
  /** Is told why a call was not made. */
  readonly onRefused: (refusal: Refusal) => void
}

/**
 * Where a held caller keeps the caller that it stands for. It is for a run that asks the person
 * itself, as `runAgent` does.
 */
const UNHELD: unique symbol = Symbol.for('onbehalf.unheld-caller')

/** Whether calls can be made through a caller at all. */
export function canCall<C extends object>(caller: C): caller is C & Calling {
  return 'fetch' in caller && typeof caller.fetch === 'function'
}

/**
 * Gives the caller with a `fetch` that holds. Everything else is the caller's own, except
 * `transport`, which is refused where calls may have to wait: what a framework writes to a process
 * cannot be held.
 */
export function heldCaller<C extends Calling>(caller: C, parts: HeldCallerParts): C {
  const { policy, hold, beforeCall, onRefused } = parts
  const isFree = policy === 'never' && !beforeCall
  const held = {
    fetch(server: string, options: Hears = {}) {
      const memory = options.memory ?? new ServerMemory()
      const scopesOf = (tool: string) => memory.scopesOf(tool)
      const given = new Set<string>()
      const asking = { server, hold, scopesOf, given }
      const heard: Hears = {
        ...options,
        memory,
        // Where nobody can be asked here, the policy asks in its own way.
        ...(hold.isRefusing ? {} : { approved: approvedFor(asking) }),
        onRefused(refusal) {
          options.onRefused?.(refusal)
          onRefused(refusal)
        },
      }
      const fetch = caller.fetch(server, heard)
      return isFree ? fetch : heldFetch({ ...asking, fetch, policy, beforeCall })
    },
    ...(isFree ? {} : { transport: refuseTransport }),
    [UNHELD]: caller,
  }
  // A copy would lose what a class keeps to itself, and the caller may be frozen.
  return new Proxy(Object.create(Object.getPrototypeOf(caller)) as C, {
    get(_, key) {
      if (Object.hasOwn(held, key) && (key === UNHELD || key in caller))
        return held[key as keyof typeof held]
      const value: unknown = Reflect.get(caller, key, caller)
      return typeof value === 'function' ? value.bind(caller) : value
    },
    set: (_, key, value) => Reflect.set(caller, key, value, caller),
    has: (_, key) => key in caller,
    ownKeys: () => Reflect.ownKeys(caller),
    getOwnPropertyDescriptor(_, key) {
      const found = Reflect.getOwnPropertyDescriptor(caller, key)
      return found && { ...found, configurable: true }
    },
  })
}

/** The caller that a held one stands for; any other is itself. */
export function unheldCaller<C extends object>(caller: C): C {
  return (caller as { readonly [UNHELD]?: C })[UNHELD] ?? caller
}

/** Whether calls of a caller wait already, so that nobody else has to ask. */
export function isHeld(caller: object): boolean {
  return unheldCaller(caller) !== caller
}

function refuseTransport(server: string): never {
  throw new TypeError(
    `calls of the stdio server ${server} cannot wait for the person here: use runAgent, or give agentChat approvals: 'never'`,
  )
}
