// What a binding's placement may be, and which setting the error names when it may not.

import { describe, expect, it } from 'vitest'
import type { BindingInput, Placement } from '../../../src/core/binding.ts'
import { parseBinding } from '../../../src/core/parse-binding.ts'
import { MCP } from '../parts.ts'

const stored = { type: 'static', of: 'person' } as const
const PATHED = { url: 'https://keyed.example/{credential}/mcp', resource: MCP }
const sign = () => ({})

describe('the placement of a binding', () => {
  it.each<[string, Partial<BindingInput>]>([
    [
      'Basic',
      { placement: { type: 'header', value: 'Basic {base64:{claim:email}:{credential}}' } },
    ],
    ['JSON in a header', { placement: { type: 'header', value: '{{"key": "{credential}"}}' } }],
    [
      'the subject in X-User-Id',
      { placement: { type: 'header', name: 'X-User-Id', value: '{subject}' } },
    ],
    ['a query', { placement: { type: 'query', name: 'tavilyApiKey' } }],
    ['a path', { ...PATHED, placement: { type: 'path' } }],
    ['a cookie', { placement: { type: 'cookie', name: '__Host-session' } }],
    ['a signature', { placement: { type: 'sign', sign } }],
    [
      'several parts with several sources',
      {
        source: stored,
        sources: { second: stored },
        placement: [
          { type: 'header', name: 'X-One' },
          { type: 'header', name: 'X-Two', from: 'second' },
          { type: 'argument', parameters: [{ pointer: '/email', value: { claim: 'email' } }] },
        ],
      },
    ],
    [
      'a source that a template names',
      {
        source: stored,
        sources: { app: stored },
        placement: { type: 'header', value: 'DD {credential:app}:{credential}' },
      },
    ],
    [
      'a source that a parameter names',
      {
        sources: { app: stored },
        placement: {
          type: 'argument',
          parameters: [
            { pointer: '/key', value: 'credential' },
            { pointer: '/app_key', value: { credential: 'app' } },
          ],
        },
      },
    ],
  ])('the placement of a binding may be %s', (_, input) => {
    const binding = parseBinding('tasks', { url: MCP, ...input })
    expect(binding.placements).toEqual([input.placement].flat())
    expect(Object.isFrozen(binding.placements[0])).toBe(true)
  })

  it.each<[string, string, Partial<Record<keyof BindingInput, unknown>>]>([
    ['a template without a place', 'placement.value', header({ value: 'Bearer abc' })],
    ['a template with an unknown place', 'placement.value', header({ value: '{token}' })],
    [
      'a template that ends the line',
      'placement.value',
      header({ value: '{credential}\r\nHost: x' }),
    ],
    ['a template with a zero', 'placement.value', header({ value: '{credential}\0x' })],
    [
      'a template that is not ASCII',
      'placement.value',
      header({ value: 'Schlüssel {credential}' }),
    ],
    ['a template that ends in a blank', 'placement.value', header({ value: '{credential} ' })],
    ['a template that is no text', 'placement.value', header({ value: 7 })],
    [
      'a credential in X-User-Id',
      'placement.name',
      header({ name: 'X-User-Id', value: '{credential}' }),
    ],
    ['a cookie as a header', 'placement.name', header({ name: 'Cookie', value: '{subject}' })],
    ['a query without a name', 'placement.name', { placement: { type: 'query', name: '' } }],
    [
      'a query with half a character',
      'placement.name',
      { placement: { type: 'query', name: 'a\ud800' } },
    ],
    [
      'a query that the URL has already',
      'placement.name',
      { url: `${MCP}?key=1`, resource: MCP, placement: { type: 'query', name: 'key' } },
    ],
    [
      'a cookie whose name is two',
      'placement.name',
      { placement: { type: 'cookie', name: 'a=b' } },
    ],
    [
      'a cookie template that begins another',
      'placement.value',
      { placement: { type: 'cookie', name: 'a', value: '{credential};b=c' } },
    ],
    ['a path without its place', 'url', { resource: MCP, placement: { type: 'path' } }],
    [
      'a path with two places',
      'url',
      {
        url: 'https://a.example/{credential}/{credential}',
        resource: MCP,
        placement: { type: 'path' },
      },
    ],
    ['a path without a resource', 'resource', { url: PATHED.url, placement: { type: 'path' } }],
    ['a URL with a place that nothing fills', 'placement', PATHED],
    [
      'a place in the query of the URL',
      'url',
      { url: `${MCP}?key={credential}`, resource: MCP, placement: { type: 'path' } },
    ],
    [
      'a signature that is no function',
      'placement.sign',
      { placement: { type: 'sign', sign: 'x' } },
    ],
    [
      'a part that is wrong',
      'placement[1].value',
      { placement: [{ type: 'header' }, { type: 'header', name: 'X-B', value: 'x' }] },
    ],
    [
      'a part with a misspelt setting',
      'placement[1].vaule',
      { placement: [{ type: 'header' }, { type: 'header', vaule: 'x' }] },
    ],
    ['a part that is none', 'placement[1].type', { placement: [{ type: 'header' }, null] }],
    [
      'two parts in one header',
      'placement[1]',
      { placement: [{ type: 'header' }, { type: 'header', name: 'authorization' }] },
    ],
    [
      'a session beside the same header',
      'placement[1]',
      { placement: [{ type: 'header' }, { type: 'session' }] },
    ],
    [
      'two fillings of parameters',
      'placement[1]',
      { placement: [{ type: 'prompt' }, { type: 'argument', parameters: 'everywhere' }] },
    ],
    ['a source that is not there', 'placement', header({ from: 'second' })],
    [
      'a source that a template names and that is not there',
      'placement[0]',
      { placement: [{ type: 'header', value: 'X {credential:second}' }] },
    ],
    ['a source that nothing names', 'sources', { sources: { second: stored } }],
    ['a source called main', 'sources', { sources: { main: stored } }],
    ['a source with an odd name', 'sources', { sources: { 'a b': stored } }],
    ['sources in a list', 'sources', { sources: [stored] }],
    [
      'a further source that is wrong',
      'sources.second.of',
      {
        sources: { second: { type: 'static', of: 'nobody' } },
        placement: { type: 'header', from: 'second' },
      },
    ],
    [
      'further sources alone',
      'source',
      { sources: { second: stored }, placement: { type: 'header', from: 'second' } },
    ],
    [
      'a parameter whose value is none',
      'placement.parameters[0].value',
      { placement: { type: 'argument', parameters: [{ pointer: '/a', value: 'token' }] } },
    ],
    [
      'a reference to another source',
      'placement.parameters',
      {
        source: stored,
        sources: { second: stored },
        placement: {
          type: 'prompt',
          parameters: [{ pointer: '/a', value: { credential: 'second' } }],
        },
      },
    ],
    [
      'too many parts',
      'placement',
      { placement: Array.from({ length: 17 }, () => ({ type: 'path' })) },
    ],
    [
      'a query for a child process',
      'placement',
      { url: 'stdio:a', resource: MCP, placement: { type: 'query', name: 'a' } },
    ],
  ])('the placement of a binding is not %s', (_, setting, input) => {
    const parsing = () => parseBinding('tasks', { url: MCP, ...input } as BindingInput)
    expect(parsing).toThrow(TypeError)
    expect(parsing).toThrow(
      new RegExp(`^servers\\.tasks\\.${setting.replace(/[[\].]/g, '\\$&')}[: ]`),
    )
  })

  it('the placement of a binding keeps its function, and no other change of it', () => {
    const placement = { type: 'sign', sign, from: 'main' } as {
      type: 'sign'
      sign: () => object
      from?: string
    }
    const binding = parseBinding('tasks', { url: MCP, placement: placement as Placement })
    placement.sign = () => ({ evil: 'x' })
    expect(binding.placements).toEqual([{ type: 'sign', sign, from: 'main' }])
  })
})

function header(settings: object): { readonly placement: unknown } {
  return { placement: { type: 'header', ...settings } }
}
