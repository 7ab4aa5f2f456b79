// The controls of a widget that the person presses or writes in. They are native elements, named
// for their form. A drawing again does not change their values: these are the person's.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { shown } from '../visible.ts'
import { common, keyOf, look, onChange, sendFrom } from './control.ts'
import { type Drawing, isBlocked, isBusy } from './drawing.ts'
import { icon } from './icon.ts'
import { flag, number, object, objects, oneOf, text } from './values.ts'
import type { VNode } from './vnode.ts'

const AUTOFILL = [
  'name',
  'email',
  'tel',
  'street-address',
  'postal-code',
  'country',
  'organization',
  'off',
  'on',
]

/** A button. It submits its form, or sends an action of its own. */
export function button(component: JsonObject, drawing: Drawing): VNode {
  const action = objects(component, 'onClickAction')[0]
  const submit = flag(component, 'submit')
  const [start, end] = [text(component, 'iconStart'), text(component, 'iconEnd')]
  const label = shown(text(component, 'label') ?? '')
  const style = oneOf(component, 'style', ['primary', 'secondary']) ?? 'secondary'
  const tone = oneOf(component, 'color', [
    'primary',
    'secondary',
    'info',
    'discovery',
    'success',
    'caution',
    'warning',
    'danger',
  ])
  // A submitting button sends the action of its form, unless it has one of its own.
  const does = action ?? (submit ? drawing.submit : undefined)
  return {
    tag: 'button',
    key: text(component, 'key') ?? text(component, 'id') ?? `button ${label}`,
    attributes: {
      class: `${look(component, 'w-button')} w-${style}${tone === undefined ? '' : ` w-tone-${tone}`}`,
      type: submit ? 'submit' : 'button',
      disabled: flag(component, 'disabled'),
      // `disabled` would take the focus from the person who has just pressed it.
      'aria-disabled': does !== undefined && isBlocked(does, drawing),
      'aria-busy': isBusy(does, drawing),
      ...(label === '' && start !== undefined ? { 'aria-label': start } : {}),
    },
    children: [
      ...(start === undefined ? [] : [icon(start)]),
      ...(label === '' ? [] : [{ tag: 'bdi', children: [label] }]),
      ...(end === undefined ? [] : [icon(end)]),
    ],
    on: {
      click: (event) => {
        if (action) sendFrom(event, action, drawing, submit)
      },
    },
  }
}

/** A line of text. */
export function field(component: JsonObject, drawing: Drawing): VNode {
  const type =
    oneOf(component, 'inputType', ['number', 'email', 'text', 'password', 'tel', 'url']) ?? 'text'
  const complete = flag(component, 'allowAutofillExtensions') ? undefined : 'off'
  return {
    tag: 'input',
    key: keyOf(component),
    attributes: {
      ...common(component, drawing),
      class: look(component, 'w-input'),
      type,
      dir: 'auto',
      autocomplete: complete,
      value: text(component, 'defaultValue'),
    },
  }
}

/** Lines of text. */
export function textarea(component: JsonObject, drawing: Drawing): VNode {
  const { pattern: _, ...attributes } = common(component, drawing)
  return {
    tag: 'textarea',
    key: keyOf(component),
    attributes: {
      ...attributes,
      class: look(component, 'w-input w-area'),
      rows: Math.min(30, Math.max(1, number(component, 'rows') ?? 3)),
      dir: 'auto',
    },
    children: [text(component, 'defaultValue') ?? ''],
  }
}

/** A text that the person can change in its place. */
export function editable(component: JsonObject, drawing: Drawing): VNode {
  const rules = object(component, 'editable') ?? {}
  const lines = number(component, 'minLines') ?? 1
  const complete = text(rules, 'autoComplete')
  const inner = {
    ...rules,
    defaultValue: text(component, 'value') ?? '',
    key: keyOf({ ...component, name: text(rules, 'name') ?? '' }),
  }
  const node = lines > 1 ? textarea({ ...inner, rows: lines }, drawing) : field(inner, drawing)
  return {
    ...node,
    attributes: {
      ...node.attributes,
      ...(complete !== undefined && AUTOFILL.includes(complete) ? { autocomplete: complete } : {}),
    },
  }
}

/** A day. */
export function datePicker(component: JsonObject, drawing: Drawing): VNode {
  const day = (name: string) => /^\d{4}-\d\d-\d\d/.exec(text(component, name) ?? '')?.[0]
  const { pattern: _, placeholder, ...attributes } = common(component, drawing)
  return {
    tag: 'input',
    key: keyOf(component),
    attributes: {
      ...attributes,
      class: look(component, 'w-input'),
      type: 'date',
      min: day('min'),
      max: day('max'),
      value: day('defaultValue'),
    },
    ...onChange(component, drawing),
  }
}
