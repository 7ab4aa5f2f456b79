// The reference thread store: this process's memory, gone with it.

import type { ThreadStore } from './thread-store.ts'

/** Makes a store that keeps threads in memory. */
export function memoryThreadStore(): ThreadStore {
  throw new Error('not built yet')
}
