// The page of a signed-in person: its parts, and what each tells the others.
import { createChat } from './chat.ts'
import { createComposer } from './composer.ts'
import type { Config } from './config.ts'
import { byId } from './dom.ts'
import { createModelView } from './model-view.ts'
import { createPlacement } from './placement.ts'
import { createTabs } from './tabs.ts'
import { createTasksView } from './tasks-view.ts'
import { createThreadsView } from './threads-view.ts'
import type { Tokens } from './tokens.ts'
import { createTrailView } from './trail-view.ts'
import { createWire } from './wire.ts'

/** Shows the app. The thread named in the address is opened, so that a reload comes back to it. */
export async function startApp(config: Config, tokens: Tokens): Promise<void> {
  const wire = createWire(config.chatkit, (url, init) => tokens.fetch('chat', url, init), createPlacement())
  const readTasks = createTasksView(config.api, tokens)
  const showTrail = createTrailView(tokens)
  const showModel = createModelView(tokens)

  const threads = createThreadsView(wire, {
    opened: (id) => void open(id),
    startedNew,
    renamed: (id, title) => {
      if (id === shownThread()) chat.retitle(title)
    },
    deleted: (id) => {
      if (id === shownThread()) startedNew()
    },
  })
  const chat = createChat(wire, {
    threadChanged(thread) {
      history.replaceState(null, '', thread.id === undefined ? location.pathname : `#${thread.id}`)
      byId('chat-title', HTMLElement).textContent = thread.title ?? 'New chat'
      threads.current(thread)
    },
    worked: () => void readTasks(),
    ended(trace) {
      void showTrail(trace)
      void showModel(trace)
    },
  })

  async function open(id: string): Promise<void> {
    showView('chat')
    await chat.open(id)
  }

  function startedNew(): void {
    showView('chat')
    chat.startNew()
    byId('say', HTMLTextAreaElement).focus()
  }

  createComposer(chat)
  createTabs('inside-tabs')
  for (const choice of document.querySelectorAll<HTMLButtonElement>('#views button')) {
    choice.addEventListener('click', () => showView(choice.dataset.view ?? 'chat'))
  }
  byId('person', HTMLElement).textContent = tokens.person
  byId('avatar', HTMLElement).textContent = tokens.person.slice(0, 1).toUpperCase()
  byId('app', HTMLElement).hidden = false
  showView('chat')

  const named = shownThread()
  chat.startNew()
  await Promise.all([threads.load(), readTasks(), named === undefined ? undefined : chat.open(named)])
}

function shownThread(): string | undefined {
  const named = decodeURIComponent(location.hash.slice(1))
  return /^[\w-]{1,200}$/.test(named) ? named : undefined
}

/** On a narrow screen one part is on show at a time; on a wide one they all are. */
function showView(view: string): void {
  document.body.dataset.view = view
  for (const choice of document.querySelectorAll<HTMLButtonElement>('#views button')) {
    choice.setAttribute('aria-pressed', String(choice.dataset.view === view))
  }
}
