// Connects the things of the host page with the component: a press on one, and the menu and the
// previews, which are a module of their own.

import type { Item } from '../src/chatkit/protocol/item.ts'
import type { ItemHost } from './content/contract.ts'
import { entityOf } from './content/entity.ts'
import { itemView } from './content/index.ts'
import { icon } from './dom/icon.ts'
import type { ChatSettings } from './settings/settings.ts'
import type { Words } from './settings/words.ts'
import type { Composer } from './view/composer.ts'

/** Makes a press on an entity call the page. */
export function listenForEntities(root: ShadowRoot, settings: ChatSettings): void {
  root.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('.entity') : null
    const entity = button && entityOf(button)
    if (entity) settings.entities?.onClick?.(entity)
  })
}

/** Loads the menu and the previews, if the page has any, and adds them to the composer. */
export async function addMenu(
  root: ShadowRoot,
  settings: ChatSettings,
  words: Words,
  host: ItemHost,
  { field, mentions }: Composer,
): Promise<void> {
  if (!settings.commands && !settings.entities) return
  // Where the file is not beside the component, the browser says so, and there is no menu.
  const menu = await import('./menu/index.ts').catch(() => undefined)
  menu?.attachMenu({
    root,
    field,
    settings,
    words,
    setText(text) {
      field.value = text
      field.dispatchEvent(new Event('input'))
    },
    icon,
    entityOf,
    mention: ({ id, title, group, interactive, data }) =>
      mentions.write([
        {
          type: 'input_tag',
          id,
          text: title,
          data: data ?? {},
          interactive: interactive ?? false,
          ...(group === undefined ? {} : { group }),
        },
      ]),
    draw: (widget) => itemView({ id: 'preview', type: 'widget', widget } as Item, host).element,
  })
}
