// What each placement means for the tools of its server. A new placement does not compile until it
// has a row here, and a case in `placingFor`.

import type { Placement } from '../../core/binding.ts'

/** What becomes of a tool whose definition changes after it was first seen. */
export type OnChange = 'refuse' | 'approve'

/** What a placement means for tools. */
export interface PlacementRules {
  /** Whether parameters of tools are filled in. Where they are, they are hidden from the model. */
  readonly fillsParameters: boolean
  /**
   * Whether the model gets references, and repeats them in its calls. It then has to see the
   * parameters.
   */
  readonly takesReferences: boolean
  /**
   * Unless the binding says otherwise. Where parameters are filled, the changed text of a tool may
   * ask the model for what the old one did not, so the tool is refused.
   */
  readonly onChange: OnChange
}

const IN_HEADERS_OR_META: PlacementRules = {
  fillsParameters: false,
  takesReferences: false,
  onChange: 'approve',
}

/** The rules by type of placement. */
export const PLACEMENT_RULES: Readonly<Record<Placement['type'], PlacementRules>> = {
  header: IN_HEADERS_OR_META,
  meta: IN_HEADERS_OR_META,
  session: IN_HEADERS_OR_META,
  argument: { fillsParameters: true, takesReferences: false, onChange: 'refuse' },
  prompt: { fillsParameters: true, takesReferences: true, onChange: 'refuse' },
}
