// A breaker for each server behind the gateway: one that is down is told at once, to everybody, and
// nobody waits for the deadline of a call. The others go on.

import { AuthError, type Refusal, type Result, refused } from '../core/errors.ts'
import { toError } from '../core/sentences.ts'
import { type Breaker, createBreaker } from '../oauth/breaker.ts'

/** Makes the way to a server. It tells why a call was answered with a sentence. */
export type MakeFetch = (onRefused: (refusal: Refusal) => void) => typeof globalThis.fetch

/** The breakers of one gateway. */
export class ServerBreakers {
  readonly #now: () => number
  readonly #breakers = new Map<string, Breaker>()

  /** @param now Milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Puts the breaker of a server before the way to it.
   *
   * @param who Whose requests these are. An error that the server answers may be about this one alone.
   * @returns A `fetch` that throws AuthError `server_unreachable` while the server is down.
   */
  guard(
    server: string,
    who: string,
    makeFetch: MakeFetch,
    onRefused: (refusal: Refusal) => void = () => {},
  ): typeof globalThis.fetch {
    let told: Refusal | undefined
    const fetch = makeFetch((refusal) => {
      told = refusal
      onRefused(refusal)
    })
    return async (input, init) => {
      // A stream is no question that somebody waits for.
      if (init?.method !== 'POST') return fetch(input, init)
      let answer: Response | undefined
      let failure: unknown
      const asking = async (onAnswer: () => void): Promise<Result<null>> => {
        told = undefined
        try {
          answer = await fetch(input, init)
        } catch (error) {
          failure = error
          if (error instanceof AuthError) told = error.refusal
        }
        return judged(told, onAnswer)
      }
      await this.#of(server)(who, asking, init.signal ?? undefined)
      if (answer) return answer
      throw failure ?? toError(downAt(server))
    }
  }

  /** Whether a server is held to be down. */
  isOpen(server: string): boolean {
    return this.#breakers.get(server)?.isOpen() ?? false
  }

  #of(server: string): Breaker {
    const known = this.#breakers.get(server)
    if (known) return known
    const made = createBreaker(this.#now, downAt(server))
    this.#breakers.set(server, made)
    return made
  }
}

function downAt(server: string): Refusal {
  return { reason: 'server_unreachable', server }
}

/** What a request says about the server. Any other refusal is about the request. */
function judged(refusal: Refusal | undefined, onAnswer: () => void): Result<null> {
  switch (refusal?.reason) {
    case 'server_unreachable':
      return refused('server_unreachable')
    case 'server_unavailable':
      // It failed, or took too long. With one person that may be because of what they asked.
      onAnswer()
      return refused('server_unreachable')
    case 'cancelled':
      return refused('cancelled')
    default:
      return { ok: true, value: null }
  }
}
