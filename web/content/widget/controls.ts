// The controls of a widget: native ones, named for the form that they belong to. Their values are the person's from the moment that they are made.

import type { JsonObject } from '../../../src/chatkit/json.ts'
import { shown } from '../visible.ts'
import { type Drawing, isBlocked, isBusy, take } from './drawing.ts'
import { chosen } from './form.ts'
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
    disabled: flag(component, 'disabled') || waits(component, drawing),
    'data-waits': waits(component, drawing),
    required: flag(component, 'required'),
    placeholder: text(component, 'placeholder'),
    // A pattern that is no regular expression is left out by the browser itself.
    pattern: text(component, 'pattern'),
    'aria-label': drawing.labelled.has(name)
      ? undefined
      : (text(component, 'ariaLabel') ?? text(component, 'placeholder') ?? name),
  }
}

/** Whether a change could not be sent now, and so must not be made. */
function waits(component: JsonObject, drawing: Drawing): boolean {
  const action = objects(component, 'onChangeAction')[0]
  return action !== undefined && isBlocked(action, drawing)
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
        if (at instanceof HTMLInputElement && at.type === 'checkbox') drawing.act(action, { from: at, own: [name, at.checked] })
        else if (at instanceof HTMLInputElement && at.list) {
          if (at.validity.valid) drawing.act(action, { from: at, own: [name, chosen(at) ?? ''] })
        } else if (at instanceof HTMLInputElement || at instanceof HTMLSelectElement)
          drawing.act(action, { from: at, own: [name, at.value] })
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
  // One that submits does what its form does, unless it says itself what.
  const does = action ?? (submit ? drawing.submit : undefined)
  return {
    tag: 'button',
    key: text(component, 'key') ?? text(component, 'id') ?? `button ${label}`,
    attributes: {
      class: `${look(component, 'w-button')} w-${style}${tone === undefined ? '' : ` w-tone-${tone}`}`,
      type: submit ? 'submit' : 'button',
      disabled: flag(component, 'disabled'),
      // Not `disabled`, which would take the focus from who has just pressed it.
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
        if (!action || !(event.currentTarget instanceof Element)) return
        event.preventDefault()
        drawing.act(action, { from: event.currentTarget, checked: submit })
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

/** What a choice is called. */
function labelOf(option: JsonObject): string {
  return shown(text(option, 'label') ?? text(option, 'value') ?? '')
}

/** A choice that is searched by writing, in the browser's own combobox. What is written must be one of the choices, or nothing. */
function searchable(component: JsonObject, drawing: Drawing): VNode {
  const { pattern: _, ...attributes } = common(component, drawing)
  const options = objects(component, 'options').filter(() => take(drawing))
  const first = options.find((option) => text(option, 'value') === text(component, 'defaultValue'))
  const list = `${attributes.id}-list`
  return {
    tag: 'div',
    key: keyOf(component),
    children: [
      {
        tag: 'input',
        attributes: {
          ...attributes,
          class: look(component, 'w-input w-select'),
          list,
          dir: 'auto',
          autocomplete: 'off',
          value: first && labelOf(first),
        },
        on: {
          ...onChange(component, drawing).on,
          input({ currentTarget: at }) {
            if (!(at instanceof HTMLInputElement)) return
            at.setCustomValidity(at.value === '' || chosen(at) !== undefined ? '' : drawing.host.text('choose'))
          },
        },
      },
      {
        tag: 'datalist',
        attributes: { id: list },
        children: options.map((option) => ({
          tag: 'option',
          attributes: { value: labelOf(option), 'data-value': text(option, 'value') ?? '', disabled: flag(option, 'disabled') },
          children: [shown(text(option, 'description') ?? '')],
        })),
      },
    ],
  }
}

/** A choice from a list. */
export function select(component: JsonObject, drawing: Drawing): VNode {
  if (flag(component, 'searchable')) return searchable(component, drawing)
  const { pattern: _, placeholder, ...attributes } = common(component, drawing)
  const options = objects(component, 'options').filter(() => take(drawing))
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
            selected: chosen !== '' && text(option, 'value') === chosen,
            title: text(option, 'description'),
          },
          children: [labelOf(option)],
        }),
      ),
    ],
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

/** A yes or no. */
export function checkbox(component: JsonObject, drawing: Drawing): VNode {
  const { pattern: _, placeholder: __, 'aria-label': ___, ...attributes } = common(component, drawing)
  const checked = flag(component, 'defaultChecked') || component.defaultChecked === 'true'
  return {
    tag: 'label',
    key: keyOf(component),
    attributes: { class: 'w-check', dir: 'auto' },
    children: [
      {
        tag: 'input',
        attributes: { ...attributes, type: 'checkbox', checked },
        ...onChange(component, drawing),
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
      disabled: flag(component, 'disabled') || waits(component, drawing),
      'aria-label': text(component, 'ariaLabel') ?? name,
    },
    children: objects(component, 'options')
      .filter(() => take(drawing))
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
                checked: value === chosen,
              },
              ...onChange(component, drawing),
            },
            { tag: 'bdi', children: [shown(text(option, 'label') ?? value)] },
          ],
        }
      }),
  }
}
