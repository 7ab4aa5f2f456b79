// Wakes a follower by the browser's events.

import type { Waker } from './follow.ts'

/**
 * When the network is back, the old connection is dead. When the person sees the page again, it may
 * be.
 */
export const browserWaker: Waker = (wake) => {
  const online = () => wake(true)
  const seen = () => {
    if (document.visibilityState === 'visible') wake(false)
  }
  globalThis.addEventListener('online', online)
  document.addEventListener('visibilitychange', seen)
  return () => {
    globalThis.removeEventListener('online', online)
    document.removeEventListener('visibilitychange', seen)
  }
}
