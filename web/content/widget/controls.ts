// The controls of a widget: native ones, named for the form that they belong to. Their values are the person's from the moment that they are made.

import type { JsonObject } from '../../../src/chatkit/json.ts'
import { shown } from '../visible.ts'
import { type Drawing, isBlocked } from './draw.ts'
import { icon } from './icon.ts'
import { flag, number, object, objects, oneOf, text } from './values.ts'
import type { VNode } from './vnode.ts'

const AUTOFILL = ['name', 'email', 'tel', 'street-address', 'postal-code', 'country', 'organization', 'off', 'on']

function keyOf(component: JsonObject): string {
  return text(component, 'key') ?? text(component, 'id') ?? `field ${text(component, 'name') ?? ''}`
}

/** What all fields have in common. */
function common(component: JsonObject, drawing: Drawing) {
  const name = text(component, 'name') ?? ''
  return {
    id: `${drawing.prefix}${name}`,
    'data-field': name,
    disabled: flag(component, 'disabled'),
    required: flag(component, 'required'),
    placeholder: text(component, 'placeholder'),
    // A pattern that is no regular expression is left out by the browser itself.
    pattern: text(component, 'pattern'),
    // Its name where no label names it; a label comes before it.
    title: text(component, 'ariaLabel') ?? text(component, 'placeholder') ?? name,
  }
}

/** Sends a field's action when its value changes. */
function onChange(component: JsonObject, drawing: Drawing): Pick<VNode, 'on'> {
  const action = objects(component, 'onChangeAction')[0]
  const name = text(component, 'name') ?? ''
  if (!action) return {}
  return {
    on: {
      change(event) {
        const { currentTarget: at } = event
        if (at instanceof HTMLInputElement && at.type === 'checkbox') drawing.act(action, at, [name, at.checked])
        else if (at instanceof HTMLInputElement || at instanceof HTMLSelectElement) drawing.act(action, at, [name, at.value])
      },
    },
  }
}

function look(component: JsonObject, name: string): string {
  const variant = oneOf(component, 'variant', ['solid', 'soft', 'outline', 'ghost'])
  return [name, variant && `w-${variant}`, flag(component, 'pill') && 'w-pill', flag(component, 'block') && 'w-block']
    .filter(Boolean)
    .join(' ')
}

/** A button, which submits the form that it stands in, or sends an action of its own. */
export function button(component: JsonObject, drawing: Drawing): VNode {
  const action = objects(component, 'onClickAction')[0]
  const submit = flag(component, 'submit')
  const [start, end] = [text(component, 'iconStart'), text(component, 'iconEnd')]
  const label = shown(text(component, 'label') ?? '')
  const style = oneOf(component, 'style', ['primary', 'secondary']) ?? 'secondary'
  const tone = oneOf(component, 'color', ['primary', 'secondary', 'info', 'discovery', 'success', 'caution', 'warning', 'danger'])
  const own = drawing.waiting !== undefined && drawing.waiting.action === action
  return {
    tag: 'button',
    key: text(component, 'key') ?? text(component, 'id') ?? `button ${label}`,
    attributes: {
      class: `${look(component, 'w-button')} w-${style}${tone === undefined ? '' : ` w-tone-${tone}`}`,
      type: submit ? 'submit' : 'button',
      disabled:
        flag(component, 'disabled') ||
        (action !== undefined && isBlocked(action, drawing)) ||
        (submit && drawing.waiting !== undefined),
      'aria-busy': own,
      ...(label === '' && start !== undefined ? { 'aria-label': start } : {}),
    },
    children: [
      ...(start === undefined ? [] : [icon(start)]),
      ...(label === '' ? [] : [{ tag: 'bdi', children: [label] }]),
      ...(end === undefined ? [] : [icon(end)]),
    ],
    on: {
      click: (event) => {
        if (!submit && action && event.currentTarget instanceof Element) drawing.act(action, event.currentTarget)
      },
    },
  }
}

/** A line of text. */
export function field(component: JsonObject, drawing: Drawing): VNode {
  const type = oneOf(component, 'inputType', ['number', 'email', 'text', 'password', 'tel', 'url']) ?? 'text'
  const complete = flag(component, 'allowAutofillExtensions') ? undefined : 'off'
  return {
    tag: 'input',
    key: keyOf(component),
    attributes: { ...common(component, drawing), class: look(component, 'w-input'), type, dir: 'auto', autocomplete: complete },
    initial: (element) => {
      if (!(element instanceof HTMLInputElement)) return
      element.value = text(component, 'defaultValue') ?? ''
      if (flag(component, 'autoSelect')) element.select()
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
    initial: (element) => {
      if (element instanceof HTMLTextAreaElement) element.value = text(component, 'defaultValue') ?? ''
    },
  }
}

/** A text that can be changed where it stands. */
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

/** A choice from a list. */
export function select(component: JsonObject, drawing: Drawing): VNode {
  const { pattern: _, placeholder, ...attributes } = common(component, drawing)
  const options = objects(component, 'options').slice(0, 500)
  const chosen = text(component, 'defaultValue') ?? ''
  const empty = chosen === '' || flag(component, 'clearable')
  return {
    tag: 'select',
    key: keyOf(component),
    attributes: { ...attributes, class: look(component, 'w-input w-select') },
    ...onChange(component, drawing),
    children: [
      ...(empty
        ? [{ tag: 'option', attributes: { value: '' }, children: [shown(placeholder ?? drawing.host.text('choose'))] }]
        : []),
      ...options.map(
        (option): VNode => ({
          tag: 'option',
          attributes: {
            value: text(option, 'value') ?? '',
            disabled: flag(option, 'disabled'),
            title: text(option, 'description'),
          },
          children: [shown(text(option, 'label') ?? text(option, 'value') ?? '')],
        }),
      ),
    ],
    initial: (element) =>
      queueMicrotask(() => {
        // Its options are made after it.
        if (element instanceof HTMLSelectElement) element.value = chosen
      }),
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
    },
    ...onChange(component, drawing),
    initial: (element) => {
      if (element instanceof HTMLInputElement) element.value = day('defaultValue') ?? ''
    },
  }
}

/** A yes or no. */
export function checkbox(component: JsonObject, drawing: Drawing): VNode {
  const { pattern: _, placeholder: __, title: ___, ...attributes } = common(component, drawing)
  const checked = flag(component, 'defaultChecked') || component.defaultChecked === 'true'
  return {
    tag: 'label',
    key: keyOf(component),
    attributes: { class: 'w-check', dir: 'auto' },
    children: [
      {
        tag: 'input',
        attributes: { ...attributes, type: 'checkbox' },
        ...onChange(component, drawing),
        initial: (element) => {
          if (element instanceof HTMLInputElement) element.checked = checked
        },
      },
      { tag: 'bdi', children: [shown(text(component, 'label') ?? text(component, 'name') ?? '')] },
    ],
  }
}

/** One of several. */
export function radioGroup(component: JsonObject, drawing: Drawing): VNode {
  const name = text(component, 'name') ?? ''
  const chosen = text(component, 'defaultValue')
  return {
    tag: 'fieldset',
    key: keyOf(component),
    attributes: {
      class: component.direction === 'row' ? 'w-radios w-row' : 'w-radios',
      disabled: flag(component, 'disabled'),
      'aria-label': text(component, 'ariaLabel') ?? name,
    },
    children: objects(component, 'options')
      .slice(0, 100)
      .map((option): VNode => {
        const value = text(option, 'value') ?? ''
        return {
          tag: 'label',
          key: `option ${value}`,
          attributes: { class: 'w-check', dir: 'auto' },
          children: [
            {
              tag: 'input',
              attributes: {
                type: 'radio',
                name: `${drawing.prefix}${name}`,
                value,
                'data-field': name,
                disabled: flag(option, 'disabled'),
                required: flag(component, 'required'),
              },
              ...onChange(component, drawing),
              initial: (element) => {
                if (element instanceof HTMLInputElement) element.checked = value === chosen
              },
            },
            { tag: 'bdi', children: [shown(text(option, 'label') ?? value)] },
          ],
        }
      }),
  }
}
