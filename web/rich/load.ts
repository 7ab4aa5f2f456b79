// Loads what draws formulas, diagrams and the colours of code, when an answer has the first of them.

import type { Rich } from '../content/rich.ts'
import type { RichSettings } from './draw.ts'

/** Makes what draws in a shadow root. */
export function createRich(root: ShadowRoot, settings: RichSettings): Rich {
  let ready: Rich | undefined
  let loading: Promise<void> | undefined
  return {
    draw(...given) {
      if (!settings.rich && !settings.renderers[given[1]]) return
      if (ready) return ready.draw(...given)
      loading ??= import('./draw.ts').then((module) => {
        ready = module.createRich(root, settings)
      })
      // Where the file is missing, the text stays.
      loading.then(
        () => ready?.draw(...given),
        () => undefined,
      )
    },
  }
}
