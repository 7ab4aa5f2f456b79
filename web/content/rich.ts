// The contract for what is drawn more richly than Markdown alone: formulas, diagrams, the colours of
// code. Types only; web/rich/ draws.

/** What comes of a drawing. Without an element the text stays as it was written. */
export type Drawn = Element | DocumentFragment | undefined

/**
 * Renderers of the page's own. Each replaces that of the component. What one returns is put on the
 * page as it is, so it must not make markup of the text that it is given: the text is foreign.
 * Undefined, or an error: the text stays as it was written.
 */
export interface Renderers {
  /** Draws a formula from its TeX. `isDisplay`: it has a line of its own. */
  readonly formula?: (tex: string, isDisplay: boolean) => Drawn | Promise<Drawn>
  /** Draws a diagram from the text of a `mermaid` block. */
  readonly diagram?: (source: string) => Drawn | Promise<Drawn>
  /** Colours code. It must return the same text, in elements. */
  readonly code?: (source: string, language: string) => Drawn | Promise<Drawn>
}

/** What is drawn for the content. */
export interface Rich {
  /**
   * Draws it when the person can see the place, and then calls `put`. A later call for the same
   * place replaces an earlier one.
   */
  draw<K extends keyof Renderers>(
    place: Element,
    kind: K,
    given: Parameters<NonNullable<Renderers[K]>>,
    put: (drawn: Element | DocumentFragment) => void,
  ): void
}
