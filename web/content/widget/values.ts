// Turns the values of a widget's properties into CSS. It checks each value against a list or a
// pattern, so that no address and no expression gets into a style.

import type { JsonObject, JsonValue } from '../../../src/chatkit/protocol/json.ts'
import { asObject, defined, isObject } from '../../client/json.ts'

/** Returns an object's own entry of that name: never one that every object inherits. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Returns a property as a text. */
export function text(component: JsonObject, name: string): string | undefined {
  const value = own(component, name)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

/** Returns a property as a number. */
export function number(component: JsonObject, name: string): number | undefined {
  const value = own(component, name)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Whether a property is set. */
export function flag(component: JsonObject, name: string): boolean {
  return own(component, name) === true
}

/** Returns a property that is one of some words. */
export function oneOf<T extends string>(
  component: JsonObject,
  name: string,
  words: readonly T[],
): T | undefined {
  const value = text(component, name)
  return words.find((word) => word === value)
}

/** Returns a table's entry for a property's word. */
export function lookup<T>(
  component: JsonObject,
  name: string,
  table: Readonly<Record<string, T>>,
): T | undefined {
  return own(table, text(component, name) ?? '')
}

/** Returns a property as an object. */
export function object(component: JsonObject, name: string): JsonObject | undefined {
  return asObject(own(component, name))
}

/** Returns a property as a list of objects. A single object becomes a list. */
export function objects(component: JsonObject, name: string): readonly JsonObject[] {
  const value = own(component, name)
  return (Array.isArray(value) ? value : [value]).filter((each): each is JsonObject =>
    isObject(each),
  )
}

/** The protocol's names of colours, each with the end of the component's own property for it. */
const TOKENS: Readonly<Record<string, string>> = {
  primary: 'text',
  default: 'text',
  emphasis: 'text',
  prose: 'text',
  secondary: 'muted',
  tertiary: 'muted',
  success: 'success',
  warning: 'warning',
  caution: 'warning',
  danger: 'danger',
  info: 'info',
  discovery: 'accent',
  surface: 'surface',
  'surface-secondary': 'surface',
  'surface-tertiary': 'hover',
  'surface-elevated': 'raised',
  'surface-elevated-secondary': 'raised',
  subtle: 'border',
  strong: 'field-border',
}

const COLOR =
  /^(?:#[0-9a-f]{3,8}|(?:rgb|rgba|hsl|hsla|oklch|oklab|lab|lch)\([\d\s.,%/+-]{1,60}(?:deg|turn)?[\d\s.,%/]{0,30}\)|[a-z]{3,24})$/i

function plainColor(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  const token = own(TOKENS, value)
  if (token !== undefined) return `var(--chat-${token})`
  const [, name = '', shade] = PRIMITIVE.exec(value) ?? []
  const hue = own(HUES, name)
  if (hue !== undefined) return `oklch(${(100 - Number(shade) * 0.08).toFixed(1)}% ${hue})`
  return COLOR.test(value) && CSS.supports('color', value) ? value : undefined
}

/** `blue-500`: the name gives chroma and hue, the number gives lightness. */
const PRIMITIVE = /^([a-z]{3,6})-(\d{2,3}|0)$/
const HUES: Readonly<Record<string, string>> = {
  gray: '0.01 260',
  red: '0.19 25',
  orange: '0.16 55',
  yellow: '0.15 95',
  green: '0.15 150',
  blue: '0.17 255',
  purple: '0.19 300',
  pink: '0.18 350',
}

/** Returns a colour: a token, a CSS colour, or one each for light and dark. */
export function color(value: JsonValue | undefined): string | undefined {
  const pair = asObject(value)
  if (!pair) return plainColor(value)
  const [light, dark] = [plainColor(pair.light), plainColor(pair.dark)]
  return light !== undefined && dark !== undefined
    ? `light-dark(${light}, ${dark})`
    : (light ?? dark)
}

/** Lengths, and sums of them. A negative one would lay a widget over other parts of the page. */
const SIZE =
  /^(?:\d{1,5}(?:\.\d{1,4})?(?:px|rem|em|%|ch|vh|vw|fr)?|auto|min-content|max-content|fit-content|calc\((?:[\d.\s+*/-]|px|rem|em|%|vh|vw){1,60}\))$/

/** Returns a size: pixels, or a CSS length. */
export function size(value: JsonValue | undefined, unit = 1): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value))
    return `${Math.max(0, Math.min(4000, value * unit))}px`
  if (typeof value !== 'string' || !SIZE.test(value)) return undefined
  if (value.startsWith('calc')) return `max(0px, ${value})`
  return /^[\d.]+$/.test(value) ? `${value}px` : value
}

/** Pixels of one step of spacing. */
const STEP = 4

/**
 * The edges in the words of CSS. Names for two edges come first, so that the name of one edge wins.
 */
const EDGES = {
  x: 'inline',
  y: 'block',
  top: 'block-start',
  bottom: 'block-end',
  left: 'inline-start',
  right: 'inline-end',
}

/** Reads one value for all edges, or a value for some of them. */
function onEdges(
  property: string,
  value: JsonValue | undefined,
  css: (edge: JsonValue | undefined) => string | undefined,
): Record<string, string> {
  const edges = asObject(value) ?? {}
  const each = Object.entries(EDGES).map(([edge, side]) => [
    `${property}-${side}`,
    css(edges[edge]),
  ])
  return defined({ [property]: css(value), ...Object.fromEntries(each) })
}

/**
 * Returns padding or margin: one value, or a value for some edges. Numbers are steps of four
 * pixels.
 */
export function spacing(
  property: 'padding' | 'margin',
  value: JsonValue | undefined,
): Record<string, string> {
  return onEdges(property, value, (edge) => size(edge, STEP))
}

/** Returns rounded corners. */
const RADII = {
  none: '0',
  '2xs': '2px',
  xs: '4px',
  sm: '6px',
  md: '8px',
  lg: '10px',
  xl: '12px',
  '2xl': '16px',
  '3xl': '20px',
  '4xl': '24px',
  full: '999px',
  '100%': '100%',
}

const STYLES = ['solid', 'dashed', 'dotted', 'double']

function line(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number')
    return `${Math.max(0, Math.min(20, value))}px solid var(--chat-border)`
  const border = asObject(value)
  const width = border && number(border, 'size')
  if (!border || width === undefined) return undefined
  const style = STYLES.find((word) => word === border.style) ?? 'solid'
  return `${Math.max(0, Math.min(20, width))}px ${style} ${color(border.color) ?? 'var(--chat-border)'}`
}

/** Returns a border, or one for some edges. */
export function border(value: JsonValue | undefined): Record<string, string> {
  return onEdges('border', value, line)
}

/** How children are placed, in the words of CSS. */
function placed(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  if (value === 'between' || value === 'around' || value === 'evenly') return `space-${value}`
  return ['start', 'center', 'end', 'baseline', 'stretch'].includes(value) ? value : undefined
}

/** Returns the measures that every block may set. */
export function blockStyle(component: JsonObject): Record<string, string> {
  const both = size(component.size)
  const least = size(component.minSize)
  const most = size(component.maxSize)
  const ratio = component.aspectRatio
  return {
    ...defined({
      width: size(component.width) ?? both,
      height: size(component.height) ?? both,
      'min-width': size(component.minWidth) ?? least,
      'min-height': size(component.minHeight) ?? least,
      'max-width': size(component.maxWidth) ?? most,
      'max-height': size(component.maxHeight) ?? most,
      'aspect-ratio':
        typeof ratio === 'number' ||
        (typeof ratio === 'string' && /^\d{1,4}(?:\.\d+)?(?:\s*\/\s*\d{1,4})?$/.test(ratio))
          ? String(ratio)
          : undefined,
      'border-radius': lookup(component, 'radius', RADII),
    }),
    ...spacing('margin', component.margin),
  }
}

/** Returns how a box places its children. */
export function boxStyle(
  component: JsonObject,
  direction: 'row' | 'column',
): Record<string, string> {
  const { flex } = component
  return {
    display: 'flex',
    'flex-direction': direction,
    ...blockStyle(component),
    ...defined({
      'align-items': placed(component.align),
      'justify-content': placed(component.justify),
      'flex-wrap': oneOf(component, 'wrap', ['wrap', 'nowrap', 'wrap-reverse']),
      flex:
        typeof flex === 'number'
          ? String(flex)
          : typeof flex === 'string' &&
              /^[\d.]{1,5}(?: [\d.]{1,5})?(?: (?:auto|0|\d{1,4}px|\d{1,3}%))?$|^auto$|^none$/.test(
                flex,
              )
            ? flex
            : undefined,
      background: color(component.background),
      gap: size(component.gap, STEP),
    }),
    ...spacing('padding', component.padding),
    ...border(component.border),
  }
}

/** Returns how a text looks. */
export function textStyle(component: JsonObject): Record<string, string> {
  const lines = number(component, 'maxLines')
  return defined({
    color: color(component.color),
    'font-weight': lookup(component, 'weight', {
      normal: '400',
      medium: '500',
      semibold: '600',
      bold: '700',
    }),
    'text-align': oneOf(component, 'textAlign', ['start', 'center', 'end']),
    width: size(component.width),
    '-webkit-line-clamp': lines === undefined ? undefined : String(Math.max(1, Math.floor(lines))),
    'font-style': flag(component, 'italic') ? 'italic' : undefined,
    'text-decoration': flag(component, 'lineThrough') ? 'line-through' : undefined,
  })
}
