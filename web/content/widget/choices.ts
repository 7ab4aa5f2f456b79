// The controls of a widget in which the person chooses: from a list with or without search, yes or
// no, one of several.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { shown } from '../visible.ts'
import { common, keyOf, look, onChange, waits } from './control.ts'
import { type Drawing, take } from './drawing.ts'
import { chosen } from './form.ts'
import { flag, objects, text } from './values.ts'
import type { VNode } from './vnode.ts'

/** Returns the text of a choice. */
function labelOf(option: JsonObject): string {
  return shown(text(option, 'label') ?? text(option, 'value') ?? '')
}

/**
 * A choice that the person searches by writing, in the browser's own combobox. The text must be one
 * of the choices, or empty.
 */
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
            at.setCustomValidity(
              at.value === '' || chosen(at) !== undefined ? '' : drawing.host.text('choose'),
            )
          },
        },
      },
      {
        tag: 'datalist',
        attributes: { id: list },
        children: options.map((option) => ({
          tag: 'option',
          attributes: {
            value: labelOf(option),
            'data-value': text(option, 'value') ?? '',
            disabled: flag(option, 'disabled'),
          },
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
        ? [
            {
              tag: 'option',
              attributes: { value: '' },
              children: [shown(placeholder ?? drawing.host.text('choose'))],
            },
          ]
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

/** A yes or no. */
export function checkbox(component: JsonObject, drawing: Drawing): VNode {
  const {
    pattern: _,
    placeholder: __,
    'aria-label': ___,
    ...attributes
  } = common(component, drawing)
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
