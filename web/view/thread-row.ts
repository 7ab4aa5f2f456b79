// One conversation in the list, with buttons that open, rename and delete it.

import type { ListedThread } from '../chat/threads.ts'
import { attribute, button, el } from '../dom/dom.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'

/** Called when the person has pressed one of the buttons. */
export interface RowListener {
  opened(thread: ListedThread): void
  /** Resolves when the title is changed, or the person was told why it is not. */
  renamed(thread: ListedThread, title: string): Promise<void>
  deleted(thread: ListedThread): void
  /** What was pressed did not happen. */
  failed(error: unknown): void
}

/** A row on the page. */
export interface ThreadRow {
  readonly element: HTMLElement
  /** `isShown`: its conversation is on show. */
  update(thread: ListedThread, isShown: boolean): void
}

/** Makes a row. It is empty until the first update. */
export function createThreadRow(
  words: Words,
  { renamable, deletable }: ChatSettings,
  listener: RowListener,
): ThreadRow {
  const element = el('li', { class: 'thread' })
  const open = button({ class: 'thread-open' }, () => listener.opened(thread))
  let drawn: string | undefined
  let thread: ListedThread

  function draw(title: string): void {
    drawn = title
    open.title = title
    open.replaceChildren(el('bdi', {}, title))
    element.replaceChildren(
      open,
      ...(renamable ? [iconButton('write', `${words('rename')}: ${title}`, startRename)] : []),
      ...(deletable
        ? [iconButton('trash', `${words('remove')}: ${title}`, () => listener.deleted(thread))]
        : []),
    )
  }

  function startRename(): void {
    const finish = (byKey: boolean) => {
      draw(titleOf(thread, words))
      if (byKey) open.focus()
    }
    import('./title-field.ts').then(({ titleField }) => {
      const field = titleField(
        thread.title ?? '',
        words,
        (title, byKey) => void listener.renamed(thread, title).then(() => finish(byKey)),
        () => finish(true),
      )
      element.replaceChildren(field)
      field.focus()
      field.select()
    }, listener.failed)
  }

  return {
    element,
    update(next, isShown) {
      thread = next
      const title = titleOf(thread, words)
      if (title !== drawn) draw(title)
      attribute(open, 'aria-current', isShown)
    },
  }
}

/** Returns the title that the list shows of a conversation. */
export function titleOf({ title }: ListedThread, words: Words): string {
  return title || words('untitled')
}
