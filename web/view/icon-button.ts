// The component's own buttons that show a picture.

import { type Attributes, button } from '../dom/dom.ts'
import { icon } from '../dom/icon.ts'

/** Makes a button that shows a picture. A screen reader reads the label; a mouse shows it. */
export function iconButton(
  name: string,
  label: string,
  onClick: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  return button(
    { class: 'icon-button', 'aria-label': label, title: label, ...attributes },
    onClick,
    icon(name),
  )
}
