// Shows the page of a signed-in person: the chat component and the views beside it.
import type { ChatEventMap, OnbehalfChat } from 'onbehalf/web'
import type { Config } from './config.ts'
import { byId } from './dom.ts'
import { createGuide } from './guide.ts'
import { createModelView } from './model-view.ts'
import { createPlacement } from './placement.ts'
import { createPlaces, type Places, shownThread } from './places.ts'
import { createSideBySide, type SideBySide } from './side-by-side/view.ts'
import { createTabs } from './tabs.ts'
import { createTasksView } from './tasks-view.ts'
import type { Tokens } from './tokens.ts'
import { findTrace } from './traces.ts'
import { createTrailView } from './trail-view/view.ts'

const PROMPTS = [
  'Add a task to buy groceries',
  'What’s pending?',
  'Mark task 1 as complete',
  'What is your access token?',
] as const

/** Shows the app. It opens the thread that the address names, so that a reload comes back to it. */
export async function startApp(config: Config, tokens: Tokens): Promise<void> {
  const readTasks = createTasksView(config.tasks, tokens)
  await customElements.whenDefined('onbehalf-chat')
  const chat = byId('assistant', HTMLElement) as OnbehalfChat
  chat.prompts = PROMPTS.map((label) => ({ label }))
  chat.fetch = (input, init) =>
    tokens.fetch('chat', input instanceof Request ? input.url : String(input), init)
  chat.person = tokens.person
  chat.answerActions = [{ id: 'trail', label: 'Trail' }]
  chat.attachments = { strategy: 'two-phase' }
  createPlacement((metadata) => {
    chat.metadata = metadata
  })
  const showTrail = createTrailView(tokens, config.api)
  const showModel = createModelView(tokens)
  const show = async (trace: string | undefined) => {
    if (trace === undefined) return
    chat.dataset.trace = trace
    await Promise.all([showTrail(trace), showModel(trace)])
  }
  const places = createPlaces({
    thread(id) {
      void chat.setThread(id ?? null)
      if (id !== undefined) void findTrace(tokens, 'threads', id).then(show)
    },
    view: showView,
  })
  const goTo = (view: string) => {
    places.view(view)
    showView(view)
  }
  listen(chat, tokens, { readTasks, show, places, goTo })

  createTabs('inside-tabs')
  for (const choice of document.querySelectorAll<HTMLButtonElement>('button[data-view]')) {
    choice.addEventListener('click', () => goTo(choice.dataset.view ?? 'chat'))
  }
  if (config.signIn === 'page')
    guide(
      chat,
      createSideBySide(tokens, () => void readTasks()),
      goTo,
    )
  byId('skip', HTMLButtonElement).addEventListener('click', () => chat.focusComposer())
  byId('person', HTMLElement).textContent = tokens.person
  byId('avatar', HTMLElement).textContent = tokens.person.slice(0, 1).toUpperCase()
  byId('app', HTMLElement).hidden = false
  showView('chat')
  // This comes last, because the component reads the conversations as soon as it is visible.
  chat.endpoint = config.chatkit

  const named = shownThread()
  await Promise.all([
    readTasks(),
    ...(named === undefined
      ? []
      : [chat.setThread(named), findTrace(tokens, 'threads', named).then(show)]),
  ])
}

/** Connects the guided row with the parts of the page that take its steps. */
function guide(
  chat: OnbehalfChat,
  { attack, revoke }: SideBySide,
  goTo: (view: string) => void,
): void {
  createGuide({
    async add() {
      goTo('chat')
      await chat.sendMessage({ text: PROMPTS[0] })
    },
    async attack() {
      goTo('compare')
      await attack()
    },
    async revoke() {
      goTo('compare')
      byId('misuses-title', HTMLElement).scrollIntoView()
      await revoke()
    },
  })
}

/** What the page does when something happens in the chat. */
interface Reactions {
  readonly readTasks: () => Promise<void>
  readonly show: (trace: string | undefined) => Promise<void>
  readonly places: Places
  readonly goTo: (view: string) => void
}

/** Reacts to the events of the chat component. */
function listen(
  chat: OnbehalfChat,
  tokens: Tokens,
  { readTasks, show, places, goTo }: Reactions,
): void {
  let running = false
  on(chat, 'chat-response-start', () => {
    running = true
  })
  on(chat, 'chat-thread', ({ id, title }) => {
    places.thread(id ?? undefined, running && shownThread() === undefined)
    byId('chat-title', HTMLElement).textContent = title ?? 'New conversation'
  })
  on(chat, 'chat-event', ({ event }) => {
    // A step of the agent has ended, so the tasks may have changed.
    if (event.type === 'thread.item.updated' || event.type === 'thread.item.replaced')
      void readTasks()
  })
  on(chat, 'chat-response-end', ({ trace }) => {
    running = false
    void readTasks()
    void show(trace)
  })
  on(chat, 'chat-answer-action', async ({ itemIds }) => {
    const trace = await findTrace(tokens, 'items', itemIds.at(-1) ?? '')
    goTo('inside')
    if (trace !== undefined) return show(trace)
    byId('trail-note', HTMLElement).textContent = 'The trail of this answer was not kept.'
    byId('trail-line', HTMLElement).replaceChildren()
    byId('trail-list', HTMLElement).replaceChildren()
  })
}

function on<K extends keyof ChatEventMap>(
  chat: OnbehalfChat,
  name: K,
  listener: (detail: ChatEventMap[K]) => void,
): void {
  chat.addEventListener(name, (event) => {
    if (event instanceof CustomEvent) listener(event.detail)
  })
}

/** Shows one view. On a narrow screen it is the only visible one, and on a wide one all are. */
function showView(view: string): void {
  document.body.dataset.view = view
  for (const choice of document.querySelectorAll<HTMLButtonElement>('button[data-view]')) {
    // On a wide screen, the chat stands beside the tasks and the trail.
    const beside = choice.closest('#modes') !== null && view !== 'compare' ? 'chat' : view
    choice.setAttribute('aria-pressed', String(choice.dataset.view === beside))
  }
}
