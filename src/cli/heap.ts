// How much memory the gateway's process takes before it collects garbage. Left alone, V8 lets the space of new
// objects grow to 2 × 64 MiB under load, most of which would never be used twice by calls that take milliseconds.

import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Enough for the objects of all calls that are under way at one time. */
const NEW_SPACE_BYTES = 8 * 1024 * 1024
/** The space begins with 2 × 1 MiB, and grows by this factor. */
const TO_NEW_SPACE = 4

/** Keeps the space of new objects as small as it is. To be called before much is loaded. */
export function holdNewSpace(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** Lets it grow once, to {@link NEW_SPACE_BYTES}, when there are calls. */
export function growNewSpaceOnce(): void {
  if (newSpaceBytes() >= NEW_SPACE_BYTES) return
  setFlagsFromString(`--semi-space-growth-factor=${TO_NEW_SPACE}`)
  const observer = new PerformanceObserver(() => {
    if (newSpaceBytes() < NEW_SPACE_BYTES) return
    holdNewSpace()
    observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}

function newSpaceBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
  return space?.space_size ?? 0
}
