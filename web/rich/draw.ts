// Draws formulas, diagrams and colours of code when the person sees their place. What draws them is
// loaded when the first of its kind is seen.

import type { Drawn, Renderers, Rich } from '../content/rich.ts'

/** What the page has set. */
export interface RichSettings {
  readonly rich: boolean
  readonly renderers: Renderers
}

type Kind = keyof Renderers

/** A renderer with the styles of what it draws. */
interface Module {
  readonly draw: (source: string, detail: never) => Drawn | Promise<Drawn>
  readonly css?: string
}

/** The build makes a file of each, beside that of the component. */
const MODULES: Readonly<Record<Kind, () => Promise<Module>>> = {
  formula: () => import('./formula.ts'),
  diagram: () => import('./diagram.ts'),
  code: () => import('./code.ts'),
}

/** A block that grows is drawn when it has not grown for so long. */
const QUIET_MS: Readonly<Record<Kind, number>> = { formula: 0, diagram: 300, code: 300 }
/** Between two stretches of this length the page does what else it has to do. */
const STRETCH_MS = 12
/** Formulas that are drawn again while their paragraph grows. */
const MAX_KNOWN = 300

/** What is to be drawn at a place. */
interface Job {
  readonly draw: () => Promise<void>
  timer?: ReturnType<typeof setTimeout>
}

/** Makes what draws in a shadow root. */
export function createRich(root: ShadowRoot, settings: RichSettings): Rich {
  const jobs = new WeakMap<Element, Job>()
  const known = new Map<string, Element>()
  const loaded = new Map<Kind, Promise<Module | undefined>>()
  const inTurn = createQueue()
  const seen = new IntersectionObserver(
    (places) => {
      for (const { isIntersecting, target } of places) {
        if (!isIntersecting) continue
        seen.unobserve(target)
        const job = jobs.get(target)
        if (job) inTurn(job.draw)
      }
    },
    // Chromium and Firefox count within a scrolling area, too.
    { rootMargin: '300px', scrollMargin: '300px' } as IntersectionObserverInit,
  )

  function load(kind: Kind): Promise<Module | undefined> {
    const loading = loaded.get(kind) ?? MODULES[kind]().catch(() => undefined)
    if (!loaded.has(kind)) {
      loaded.set(kind, loading)
      void loading.then((module) => module?.css !== undefined && adopt(root, module.css))
    }
    return loading
  }

  async function drawn(kind: Kind, given: readonly unknown[]): Promise<Drawn> {
    const own = settings.renderers[kind] as ((...given: readonly unknown[]) => Drawn) | undefined
    const draw = own ?? ((await load(kind))?.draw as typeof own)
    return await draw?.(...given)
  }

  return {
    draw(place, kind, given, put) {
      if (!settings.rich && !settings.renderers[kind]) return
      const key = kind === 'formula' ? JSON.stringify(given) : ''
      const before = known.get(key)
      // A page whose renderer makes elements with listeners needs them new each time.
      if (before && !settings.renderers[kind]) return put(before.cloneNode(true) as Element)
      clearTimeout(jobs.get(place)?.timer)
      const job: Job = {
        async draw() {
          const element = await drawn(kind, given).catch(() => undefined)
          if (!element || jobs.get(place) !== job) return
          if (key !== '' && element instanceof Element && known.size < MAX_KNOWN)
            known.set(key, element.cloneNode(true) as Element)
          put(element)
        },
      }
      jobs.set(place, job)
      seen.unobserve(place)
      if (QUIET_MS[kind] === 0) seen.observe(place)
      else job.timer = setTimeout(() => seen.observe(place), QUIET_MS[kind])
    },
  }
}

/** Returns a function that does one thing after the other, and lets the page draw in between. */
function createQueue(): (thing: () => Promise<void>) => void {
  const waiting: (() => Promise<void>)[] = []
  let isRunning = false
  async function run(): Promise<void> {
    isRunning = true
    let began = performance.now()
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await next()
      if (performance.now() - began < STRETCH_MS) continue
      await new Promise((resolve) => setTimeout(resolve))
      began = performance.now()
    }
    isRunning = false
  }
  return (thing) => {
    waiting.push(thing)
    if (!isRunning) void run()
  }
}

function adopt(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets.push(sheet)
}
