// The files of the next message on the page: their list, and the three ways in which the person
// adds one: the browser's dialog, pasting, and dropping.

import { limitsOf, type Uploads } from '../chat/uploads.ts'
import { attribute, el } from '../dom/dom.ts'
import { keyedViews } from '../dom/keyed-views.ts'
import type { ChatSettings } from '../settings/settings.ts'
import type { Words } from '../settings/words.ts'
import { iconButton } from './icon-button.ts'
import { uploadChip } from './upload-chip.ts'

/** The files on the page. */
export interface FilesView {
  /** The list of the files. */
  readonly list: HTMLElement
  /** The button that opens the browser's dialog, and the dialog's field, which is hidden. */
  readonly attach: readonly HTMLElement[]
  draw(): void
  /** Takes what the person pastes into the field. */
  listen(field: HTMLElement): void
  /** Takes what the person drops anywhere on the element, and says so while they drag it. */
  listenForDrops(element: HTMLElement): void
  /** Draws the button again, after the settings have changed. */
  redraw(): void
}

/** Makes the view, without files. `onTaken` is called before the uploads get the files. */
export function createFiles(
  settings: ChatSettings,
  words: Words,
  uploads: Uploads,
  onTaken: () => void,
): FilesView {
  const list = el('ul', { class: 'chips', 'aria-label': words('attachments') })
  const draw = keyedViews(
    list,
    ({ key }) => key,
    ({ key, name }: Uploads['states'][number]) =>
      uploadChip(words, name, () => uploads.remove(key)),
  )
  const dialog = el('input', { type: 'file', hidden: true, multiple: true })
  const attach = iconButton('clip', words('attach'), () => dialog.click())
  function redraw(): void {
    attribute(dialog, 'accept', settings.attachments?.accept)
    attach.hidden = settings.attachments === undefined
    attach.disabled = uploads.states.length >= limitsOf(settings.attachments ?? {}).maxCount
  }
  const take = (files: FileList | undefined | null): boolean => {
    if (!settings.attachments || !files || files.length === 0) return false
    onTaken()
    uploads.add([...files])
    return true
  }
  dialog.addEventListener('change', () => {
    take(dialog.files)
    dialog.value = ''
  })
  return {
    list,
    attach: [dialog, attach],
    draw() {
      const { states } = uploads
      list.hidden = states.length === 0
      draw(states, (chip, state) => chip.update(state))
      redraw()
    },
    redraw,
    listen(field) {
      field.addEventListener('paste', (event) => {
        if (take(event.clipboardData?.files)) event.preventDefault()
      })
    },
    listenForDrops(element) {
      element.addEventListener('dragover', (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return
        // Otherwise the browser would show the file in place of the page.
        event.preventDefault()
        if (settings.attachments) element.dataset.drop = words('dropHere')
        else event.dataTransfer.dropEffect = 'none'
      })
      element.addEventListener('dragleave', ({ relatedTarget }) => {
        if (!(relatedTarget instanceof Node && element.contains(relatedTarget)))
          delete element.dataset.drop
      })
      element.addEventListener('drop', (event) => {
        delete element.dataset.drop
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        take(event.dataTransfer.files)
      })
    },
  }
}
