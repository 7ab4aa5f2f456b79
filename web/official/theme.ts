// The official theme as the custom properties of the element.

/** The official options of the look. */
export interface ThemeOption {
  /** Default `light`. */
  readonly colorScheme?: 'light' | 'dark'
  readonly typography?: {
    /** Pixels. */
    readonly baseSize?: 14 | 15 | 16 | 17 | 18
    readonly fontSources?: readonly FontSource[]
    readonly fontFamily?: string
    readonly fontFamilyMono?: string
  }
  readonly radius?: 'pill' | 'round' | 'soft' | 'sharp'
  readonly density?: 'compact' | 'normal' | 'spacious'
  readonly color?: {
    /** The hue of the greys, in degrees, and how much of it they have. */
    readonly grayscale?: { readonly hue: number; readonly tint: number; readonly shade?: number }
    /** The level says how much of it is in the person's own messages. */
    readonly accent?: { readonly primary: string; readonly level: 0 | 1 | 2 | 3 }
    readonly surface?: { readonly background: string; readonly foreground: string }
  }
}

/** A font file. */
export interface FontSource {
  readonly family: string
  readonly src: string
  readonly weight?: string | number
  readonly style?: 'normal' | 'italic' | 'oblique'
  readonly display?: 'auto' | 'block' | 'swap' | 'fallback' | 'optional'
  readonly unicodeRange?: string
}

/** Corners in rem: of cards, and of the composer and the messages. */
const RADIUS = { pill: [1, 1.5], round: [0.75, 1], soft: [0.375, 0.5], sharp: [0, 0] } as const

const DENSITY = { compact: 0.7, normal: 1, spacious: 1.4 } as const

/** Percent of the accent in the person's own messages, by level. */
const OWN_PERCENT = [0, 8, 16, 28] as const

/** Returns the custom properties of a theme, by name. */
export function propertiesOf(theme: ThemeOption): ReadonlyMap<string, string> {
  const { radius = 'pill', density = 'normal', typography = {}, color = {} } = theme
  const [card, round] = RADIUS[radius]
  const { baseSize, fontFamily, fontFamilyMono } = typography
  const all: readonly (readonly [string, string | undefined])[] = [
    ['--chat-radius', `${card}rem`],
    ['--chat-round', `${round}rem`],
    ['--chat-space', String(DENSITY[density])],
    ['--chat-size', baseSize === undefined ? undefined : `${baseSize}px`],
    ['--chat-font', fontFamily],
    ['--chat-mono', fontFamilyMono],
    ...greys(color.grayscale),
    ...surfaces(color.surface),
    ...accents(color.accent),
  ]
  return new Map(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

type Color = NonNullable<ThemeOption['color']>
type Properties = readonly (readonly [string, string])[]

function greys(grayscale: Color['grayscale']): Properties {
  if (!grayscale) return []
  const { hue, tint, shade = 0 } = grayscale
  const grey = (light: number, dark: number) => {
    const at = (lightness: number) =>
      `oklch(${Math.min(100, Math.max(0, lightness - shade))}% ${tint * 0.004} ${hue})`
    return `light-dark(${at(light)}, ${at(dark)})`
  }
  return [
    ['--chat-bg', grey(100, 20)],
    ['--chat-surface', grey(97, 24)],
    ['--chat-raised', grey(100, 27)],
    ['--chat-hover', grey(94, 31)],
    ['--chat-border', grey(90, 36)],
    ['--chat-own', grey(95, 32)],
  ]
}

function surfaces(surface: Color['surface']): Properties {
  if (!surface) return []
  const { background, foreground } = surface
  const mixed = (percent: number) => `color-mix(in srgb, ${background}, ${foreground} ${percent}%)`
  return [
    ['--chat-bg', background],
    ['--chat-surface', mixed(3)],
    ['--chat-raised', background],
    ['--chat-hover', mixed(8)],
    ['--chat-border', mixed(15)],
    ['--chat-text', foreground],
    ['--chat-muted', mixed(70)],
    ['--chat-own', mixed(8)],
    ['--chat-own-text', foreground],
  ]
}

function accents(accent: Color['accent']): Properties {
  if (!accent) return []
  const { primary, level } = accent
  const own: Properties =
    level === 0
      ? []
      : [['--chat-own', `color-mix(in srgb, var(--chat-bg), ${primary} ${OWN_PERCENT[level]}%)`]]
  return [
    ['--chat-accent', primary],
    // Black on a light accent, white on a dark one.
    ['--chat-accent-text', `oklch(from ${primary} calc((0.68 - l) * 1000) 0 0)`],
    ...own,
  ]
}

/** Loads the fonts of a theme. The page's policy must allow them (`font-src`). */
export function loadFonts(sources: readonly FontSource[]): void {
  for (const { family, src, weight, ...more } of sources) {
    const place = new URL(src, document.baseURI).href
    const given = weight === undefined ? more : { ...more, weight: String(weight) }
    document.fonts.add(new FontFace(family, `url(${JSON.stringify(place)})`, given))
  }
}
