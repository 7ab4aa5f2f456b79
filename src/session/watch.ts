// Hears of sign-ins that end on other instances, for the callers that are at work here. It asks the
// store, and only while somebody waits to hear.

import type { SignInStore } from '../core/vault/sign-in-store.ts'

/** Who waits to hear of the end of which sign-in. */
export interface EndWatch {
  /** @returns Stops listening. */
  listen(id: string, listener: () => void): () => void
  /** These have ended: whoever waits hears it now. */
  tell(ids: readonly string[]): void
}

/** How often the store is asked. Together with the read, it keeps the promise of five seconds. */
const LOOK_MS = 2000

/** Sign-ins in one question to the store. */
const MAX_IDS = 500

/**
 * Makes a watch.
 *
 * @param now Milliseconds since the epoch.
 */
export function watchEnds(store: SignInStore, now: () => number): EndWatch {
  const waiting = new Map<string, Set<() => void>>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function tell(ids: readonly string[]): void {
    for (const id of ids) {
      const listeners = waiting.get(id)
      waiting.delete(id)
      for (const listener of listeners ?? []) listener()
    }
  }

  async function look(): Promise<void> {
    const all = [...waiting.keys()]
    for (let at = 0; at < all.length; at += MAX_IDS) {
      const ids = all.slice(at, at + MAX_IDS)
      const found = await store.list({ ids })
      const goOn = new Set(found.filter(({ endsAt }) => endsAt > now() / 1000).map(({ id }) => id))
      tell(ids.filter((id) => !goOn.has(id)))
    }
  }

  function schedule(): void {
    if (timer || waiting.size === 0) return
    timer = setTimeout(() => {
      // A store that does not answer says nothing about a sign-in; its token still runs out.
      void look()
        .catch(() => {})
        .finally(() => {
          timer = undefined
          schedule()
        })
    }, LOOK_MS)
    // It must not keep a process alive that is done.
    timer.unref?.()
  }

  return {
    listen(id, listener) {
      const listeners = waiting.get(id) ?? new Set()
      waiting.set(id, listeners.add(listener))
      schedule()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0 && waiting.get(id) === listeners) waiting.delete(id)
      }
    },
    tell,
  }
}
