// What all controls of a widget share: their names, their looks, and the actions that they send
// when they change.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { type Drawing, isBlocked } from './drawing.ts'
import { chosen } from './form.ts'
import { flag, objects, oneOf, text } from './values.ts'
import type { VNode } from './vnode.ts'

/** Returns the key that keeps a control the same element while its widget changes. */
export function keyOf(component: JsonObject): string {
  return text(component, 'key') ?? text(component, 'id') ?? `field ${text(component, 'name') ?? ''}`
}

/** The attributes that all fields share. */
export interface CommonAttributes {
  readonly id: string
  readonly 'data-field': string
  readonly disabled: boolean
  readonly 'data-waits': boolean
  readonly required: boolean
  readonly placeholder: string | undefined
  readonly pattern: string | undefined
  readonly 'aria-label': string | undefined
}

/** Returns the attributes that all fields share. */
export function common(component: JsonObject, drawing: Drawing): CommonAttributes {
  const name = text(component, 'name') ?? ''
  return {
    id: `${drawing.prefix}${name}`,
    'data-field': name,
    disabled: flag(component, 'disabled') || waits(component, drawing),
    'data-waits': waits(component, drawing),
    required: flag(component, 'required'),
    placeholder: text(component, 'placeholder'),
    // The browser itself ignores a pattern that is no regular expression.
    pattern: text(component, 'pattern'),
    'aria-label': drawing.labelled.has(name)
      ? undefined
      : (text(component, 'ariaLabel') ?? text(component, 'placeholder') ?? name),
  }
}

/** Whether the person may not change the field, because the change could not be sent now. */
export function waits(component: JsonObject, drawing: Drawing): boolean {
  const action = objects(component, 'onChangeAction')[0]
  return action !== undefined && isBlocked(action, drawing)
}

/** Sends a field's action when its value changes. */
export function onChange(component: JsonObject, drawing: Drawing): Pick<VNode, 'on'> {
  const action = objects(component, 'onChangeAction')[0]
  const name = text(component, 'name') ?? ''
  if (!action) return {}
  return {
    on: {
      change(event) {
        const { currentTarget: at } = event
        if (at instanceof HTMLInputElement && at.type === 'checkbox')
          drawing.act(action, { from: at, own: [name, at.checked] })
        else if (at instanceof HTMLInputElement && at.list) {
          if (at.validity.valid) drawing.act(action, { from: at, own: [name, chosen(at) ?? ''] })
        } else if (at instanceof HTMLInputElement || at instanceof HTMLSelectElement)
          drawing.act(action, { from: at, own: [name, at.value] })
      },
    },
  }
}

/** Sends an action from the element that the event came to, which then does nothing else. */
export function sendFrom(
  event: Event,
  action: JsonObject,
  drawing: Drawing,
  checked: boolean,
): void {
  const { currentTarget: from } = event
  if (!(from instanceof Element)) return
  event.preventDefault()
  drawing.act(action, { from, checked })
}

/** Sends a form's action when the person submits it. */
export function onSubmit(action: JsonObject | undefined, drawing: Drawing): Pick<VNode, 'on'> {
  return {
    on: {
      submit(event) {
        event.preventDefault()
        if (action) sendFrom(event, action, drawing, true)
      },
    },
  }
}

/** Returns the classes of a control. */
export function look(component: JsonObject, name: string): string {
  const variant = oneOf(component, 'variant', ['solid', 'soft', 'outline', 'ghost'])
  return [
    name,
    variant && `w-${variant}`,
    flag(component, 'pill') && 'w-pill',
    flag(component, 'block') && 'w-block',
  ]
    .filter(Boolean)
    .join(' ')
}
