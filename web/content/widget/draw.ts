// Turns a widget's components into nodes. An unknown component is drawn as its children, or not at
// all. Depth and number are bounded.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { chart } from './chart.ts'
import { checkbox, radioGroup, select } from './choices.ts'
import { onSubmit } from './control.ts'
import { button, datePicker, editable, field, textarea } from './controls.ts'
import { type Drawing, keyOf, MAX_DEPTH, take } from './drawing.ts'
import { badge, divider, iconOf, label, markdown, spacer, words } from './leaves.ts'
import { listItem, picture, table } from './parts.ts'
import { boxStyle, lookup, objects } from './values.ts'
import type { VNode } from './vnode.ts'

/** Draws one kind of component. `depth` is its level within the widget. */
type Draw = (component: JsonObject, drawing: Drawing, depth: number) => VNode | readonly VNode[]

/** The components of the protocol, by their type. A `Transition` is drawn as its children. */
const COMPONENTS: Readonly<Record<string, Draw>> = {
  Box: box,
  Row: box,
  Col: box,
  Basic: box,
  Card: box,
  Form: form,
  Spacer: spacer,
  Divider: divider,
  Text: (component, drawing) =>
    component.editable !== undefined && component.editable !== false
      ? editable(component, drawing)
      : words('p', 'w-text', component),
  Title: (component) => words('h4', 'w-title', component),
  Caption: (component) => words('p', 'w-caption', component),
  Markdown: markdown,
  Badge: badge,
  Icon: iconOf,
  Image: picture,
  Button: button,
  Input: field,
  Textarea: textarea,
  Select: select,
  DatePicker: datePicker,
  Checkbox: checkbox,
  RadioGroup: radioGroup,
  Label: label,
  Chart: chart,
  Table: (component, drawing, depth) =>
    table(component, drawing, (cell) => childrenOf(cell, drawing, depth + 2)),
  ListViewItem: (component, drawing, depth) =>
    listItem(component, drawing, childrenOf(component, drawing, depth + 1), depth === 0),
}

/** Returns the nodes of a component's children, which are at the level `depth`. */
export function childrenOf(
  component: JsonObject,
  drawing: Drawing,
  depth: number,
): readonly VNode[] {
  const children = objects(component, 'children')
  if (depth > MAX_DEPTH) {
    if (children.length > 0) drawing.bounds.cut = true
    return []
  }
  return children.flatMap((child) => draw(child, drawing, depth))
}

/** Returns the node of one component, or the nodes of its children when its type is unknown. */
function draw(given: JsonObject, drawing: Drawing, depth: number): VNode | readonly VNode[] {
  if (!take(drawing)) return []
  const component = drawing.host.translate?.(given) ?? given
  const known = lookup(component, 'type', COMPONENTS)
  return known ? known(component, drawing, depth) : childrenOf(component, drawing, depth + 1)
}

function box(component: JsonObject, drawing: Drawing, depth: number): VNode {
  const { type, direction } = component
  return {
    tag: 'div',
    ...keyOf(component),
    attributes: { class: type === 'Row' ? 'w-box w-row' : 'w-box' },
    style: boxStyle(component, type === 'Row' || direction === 'row' ? 'row' : 'column'),
    children: childrenOf(component, drawing, depth + 1),
  }
}

function form(component: JsonObject, drawing: Drawing, depth: number): VNode {
  const submit = objects(component, 'onSubmitAction')[0]
  return {
    ...box(component, { ...drawing, submit }, depth),
    tag: 'form',
    attributes: { class: 'w-box w-form', novalidate: true, 'data-form': true },
    ...onSubmit(submit, drawing),
  }
}
