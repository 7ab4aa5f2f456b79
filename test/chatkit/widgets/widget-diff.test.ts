import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WidgetRoot } from '../../../src/chatkit/protocol/item.ts'
import type { JsonObject, JsonValue } from '../../../src/chatkit/protocol/json.ts'
import { diffWidgets, type WidgetUpdate } from '../../../src/chatkit/widgets/widget-diff.ts'

function card(...children: readonly JsonObject[]): WidgetRoot {
  return { type: 'Card', children }
}

function text(value: string, more: JsonObject = {}): JsonObject {
  return { type: 'Text', id: 't', value, ...more }
}

/**
 * Applies updates as a client does: a delta goes to the component with its id, in any list of
 * children.
 */
function applied(root: WidgetRoot, updates: readonly WidgetUpdate[]): WidgetRoot {
  let widget: JsonObject = root
  for (const update of updates) {
    if (update.type === 'widget.root.updated') widget = update.widget
    else widget = appended(widget, update.component_id, update.delta)
  }
  return { ...widget, type: root.type }
}

function appended(component: JsonObject, id: string, delta: string): JsonObject {
  const { children } = component
  const changed = Array.isArray(children)
    ? {
        ...component,
        children: children.map((child) => (isObject(child) ? appended(child, id, delta) : child)),
      }
    : component
  return component.id === id ? { ...changed, value: `${component.value}${delta}` } : changed
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function deltaOf(component_id: string, delta: string, done: boolean): WidgetUpdate {
  return { type: 'widget.streaming_text.value_delta', component_id, delta, done }
}

describe('the difference of two widgets', () => {
  it('the difference of two widgets is empty for equal widgets, whatever the order of keys, with nulls or without', () => {
    const before = card({ type: 'Text', id: 't', value: 'a', size: null })
    expect(diffWidgets(before, card({ value: 'a', id: 't', type: 'Text' }))).toEqual([])
  })

  it('the difference of two widgets is one delta for each text that has grown', () => {
    const before = card(text('He'), {
      type: 'Col',
      children: [{ type: 'Markdown', id: 'm', value: '*', streaming: true }],
    })
    const after = card(text('Hello'), {
      type: 'Col',
      children: [{ type: 'Markdown', id: 'm', value: '*a*', streaming: true }],
    })
    expect(diffWidgets(before, after)).toEqual([
      deltaOf('t', 'llo', true),
      deltaOf('m', 'a*', false),
    ])
  })

  it('the difference of two widgets is done with each delta for a component that never said that it streams', () => {
    expect(diffWidgets(card(text('a')), card(text('ab')))).toEqual([deltaOf('t', 'b', true)])
    const [streams, said] = [{ streaming: true }, { streaming: false }]
    expect(diffWidgets(card(text('a', streams)), card(text('ab', streams)))).toEqual([
      deltaOf('t', 'b', false),
    ])
    expect(diffWidgets(card(text('a', said)), card(text('ab', said)))).toEqual([
      deltaOf('t', 'b', true),
    ])
  })

  it.each<[string, WidgetRoot, WidgetRoot]>([
    [
      'streaming ends with the last text',
      card(text('a', { streaming: true })),
      card(text('ab', { streaming: false })),
    ],
    ['streaming ends', card(text('a', { streaming: true })), card(text('a', { streaming: false }))],
    ['text shrinks', card(text('ab')), card(text('a'))],
    ['text is another', card(text('ab')), card(text('bab'))],
    ['text appears', card({ type: 'Text', id: 't' }), card(text('a'))],
    [
      'text without an id grows',
      card({ type: 'Text', value: 'a' }),
      card({ type: 'Text', value: 'ab' }),
    ],
    [
      'a title grows',
      card({ type: 'Title', id: 't', value: 'a' }),
      card({ type: 'Title', id: 't', value: 'ab' }),
    ],
    [
      'another property of a text grows',
      card(text('a', { color: 're' })),
      card(text('a', { color: 'red' })),
    ],
    [
      'a label grows',
      card({ type: 'Badge', id: 't', label: 'a' }),
      card({ type: 'Badge', id: 't', label: 'ab' }),
    ],
    ['the type changes', card(text('a')), card({ type: 'Markdown', id: 't', value: 'ab' })],
    ['the id changes', card(text('a')), card(text('ab', { id: 'u' }))],
    ['the key changes', card(text('a', { key: '1' })), card(text('ab', { key: '2' }))],
    ['a child comes', card(text('a')), card(text('a'), text('b', { id: 'u' }))],
    ['a child goes', card(text('a'), text('b', { id: 'u' })), card(text('a'))],
    [
      'children are turned',
      card(text('a'), text('b', { id: 'u' })),
      card(text('b', { id: 'u' }), text('a')),
    ],
    [
      'a property of the root changes',
      { ...card(text('a')), theme: 'dark' },
      { ...card(text('ab')), theme: 'light' },
    ],
    ['the root is another', card(text('a')), { type: 'Basic', children: [text('a')] }],
    ['two texts have the same id', card(text('a'), text('a')), card(text('ab'), text('a'))],
    [
      'the id is also that of another component',
      card(text('a'), { type: 'Row', id: 't' }),
      card(text('ab'), { type: 'Row', id: 't' }),
    ],
    [
      'the id is also in a Transition',
      card(text('a'), { type: 'Transition', children: text('x') }),
      card(text('ab'), { type: 'Transition', children: text('x') }),
    ],
    [
      'text in a Transition grows',
      card({ type: 'Transition', children: text('a') }),
      card({ type: 'Transition', children: text('ab') }),
    ],
    [
      'what looks like text grows in a payload',
      card({
        type: 'Button',
        onClickAction: { type: 'go', payload: { type: 'Text', id: 't', value: 'a' } },
      }),
      card({
        type: 'Button',
        onClickAction: { type: 'go', payload: { type: 'Text', id: 't', value: 'ab' } },
      }),
    ],
    [
      'children in a payload grow',
      card({ type: 'Button', onClickAction: { type: 'go', payload: { children: [text('a')] } } }),
      card({ type: 'Button', onClickAction: { type: 'go', payload: { children: [text('ab')] } } }),
    ],
    ['an inherited name is set', card(text('a')), card(text('a', { constructor: 'x' }))],
  ])('the difference of two widgets is the whole root when %s', (_, before, after) => {
    expect(diffWidgets(before, after)).toEqual([{ type: 'widget.root.updated', widget: after }])
  })

  it('turns one widget into the other, for any two widgets', () => {
    const word = fc.constantFrom('', 'a', 'ab', 'abc', 'b', '😀', '😀b')
    const leaf = fc.record(
      {
        type: fc.constantFrom('Text', 'Markdown', 'Title', 'Text'),
        id: fc.constantFrom('1', '2', '3', '4'),
        value: word,
        streaming: fc.boolean(),
      },
      { requiredKeys: ['type'] },
    )
    const { component } = fc.letrec<{ component: JsonObject }>((tie) => ({
      component: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.record({
          type: fc.constant('Col'),
          children: fc.array(tie('component'), { maxLength: 3 }),
        }),
        fc.record({ type: fc.constant('Transition'), children: tie('component') }),
      ),
    }))
    const root = fc.array(component, { maxLength: 3 }).map((children) => card(...children))
    // A second state: any other, or the same with other texts, so that growth is met often.
    const pair = fc.oneof(
      fc.tuple(root, root),
      fc
        .tuple(root, fc.infiniteStream(word))
        .map(([before, words]) => [before, regrown(before, words)] as const),
    )
    let deltas = 0
    fc.assert(
      fc.property(pair, ([before, after]) => {
        const updates = diffWidgets(before, after)
        deltas += updates.filter(({ type }) => type === 'widget.streaming_text.value_delta').length
        expect(applied(before, updates)).toEqual(after)
        expect(updates.length === 0).toBe(JSON.stringify(before) === JSON.stringify(after))
      }),
      { numRuns: 1000, seed: 7 },
    )
    expect(deltas).toBeGreaterThan(50)
  })
})

function regrown(root: WidgetRoot, words: Iterator<string>): WidgetRoot {
  const grow = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(grow)
    if (!isObject(value)) return value
    const next = value.type === 'Title' ? '' : (words.next().value ?? '')
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        name === 'value' ? `${one}${next}` : grow(one),
      ]),
    )
  }
  return { ...root, children: grow(root.children ?? null) }
}
