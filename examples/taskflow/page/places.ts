// Keeps the browser's address and history in step with what is on show, so that Back and Forward
// lead from one conversation to another and from "Side by side" to the chat, as people expect.
import { record, text } from './json.ts'

/** What the history can bring back. */
export interface PlaceListener {
  /** Shows a conversation, or a new one. */
  thread(id: string | undefined): void
  view(view: string): void
}

/** What the rest of the page tells. */
export interface Places {
  /** A conversation is on show. `isNew`: it is the one on show already, which got its id. */
  thread(id: string | undefined, isNew: boolean): void
  view(view: string): void
}

/** Listens to Back and Forward. */
export function createPlaces(listener: PlaceListener): Places {
  addEventListener('popstate', () => {
    listener.thread(shownThread())
    listener.view(text(record(history.state).view) ?? 'chat')
  })
  return {
    thread(id, isNew) {
      if (id === shownThread()) return
      const url = id === undefined ? location.pathname : `#${id}`
      if (isNew) history.replaceState(history.state, '', url)
      else history.pushState(history.state, '', url)
    },
    view(view) {
      const now = view === 'compare' ? 'compare' : 'chat'
      const before = text(record(history.state).view) ?? 'chat'
      // The parts of a narrow screen are no places: Back would lead through each of them.
      if (now !== before) history.pushState({ view: now }, '', location.href)
    },
  }
}

/** The conversation that the address names. */
export function shownThread(): string | undefined {
  const named = decodeURIComponent(location.hash.slice(1))
  return /^[\w-]{1,200}$/.test(named) ? named : undefined
}
