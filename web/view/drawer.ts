// Decides when the page is drawn.

import type { ChatState } from '../chat/parts.ts'

/**
 * Returns a function that is told of each change, with the phase after it. A new phase is drawn at
 * once, because the page would otherwise say that it is idle while it sends a message. Everything
 * else is drawn with the next frame: many events arrive between two frames, and one drawing serves
 * them all.
 */
export function createDrawer(draw: () => void): (phase: ChatState['phase']) => void {
  let drawn: ChatState['phase'] = 'idle'
  let request = 0
  const drawNow = () => {
    cancelAnimationFrame(request)
    request = 0
    draw()
  }
  return (phase) => {
    if (phase === drawn) {
      request ||= requestAnimationFrame(drawNow)
    } else {
      drawn = phase
      drawNow()
    }
  }
}
