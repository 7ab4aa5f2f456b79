// The files of the next message on the page: their list, and the three ways in which the person
// adds one: the browser's dialog, pasting, and dropping.

import { limitsOf, type Uploads } from '../chat/uploads.ts'
import { el } from '../dom/dom.ts'
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
  /** Takes what the person pastes into the field or drops on the form. */
  listen(form: HTMLElement, field: HTMLElement): void
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
  const dialog = el('input', {
    type: 'file',
    hidden: true,
    multiple: true,
    accept: settings.attachments?.accept,
  })
  const attach = iconButton('clip', words('attach'), () => dialog.click(), {
    hidden: settings.attachments === undefined,
  })
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
      attach.disabled = states.length >= limitsOf(settings.attachments ?? {}).maxCount
    },
    listen(form, field) {
      field.addEventListener('paste', (event) => {
        if (take(event.clipboardData?.files)) event.preventDefault()
      })
      form.addEventListener('dragover', (event) => {
        if (!settings.attachments || !event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        form.dataset.drop = words('dropHere')
      })
      form.addEventListener('dragleave', () => delete form.dataset.drop)
      form.addEventListener('drop', (event) => {
        delete form.dataset.drop
        if (take(event.dataTransfer?.files)) event.preventDefault()
      })
    },
  }
}
