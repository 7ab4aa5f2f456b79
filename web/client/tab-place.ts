// The browser's storage of one tab. It outlives a reload, and ends with the tab.

import type { KeptPlace } from '../chat/kept.ts'

/** A place with a name. */
export interface NamedPlace extends KeptPlace {
  readonly name: string
}

/** Returns the place of that name. Where the browser forbids storage, nothing is kept. */
export function tabPlace(name: string, isPersonal: boolean): NamedPlace {
  return {
    name,
    isPersonal,
    read() {
      try {
        return sessionStorage.getItem(name) ?? undefined
      } catch {
        return undefined
      }
    },
    write(text) {
      try {
        if (text === '') sessionStorage.removeItem(name)
        else sessionStorage.setItem(name, text)
      } catch {
        // It is forbidden or full. The page itself still has the text.
      }
    },
  }
}
