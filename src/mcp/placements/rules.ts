// What each placement means for the tools of its server. A new placement does not compile until it
// has a row here, and a case in `placingFor`.

import { type Binding, type Placement, placementOf } from '../../core/binding.ts'
import type { PlacementOf } from '../../core/placement/placement.ts'

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

const OUTSIDE_ARGUMENTS: PlacementRules = {
  fillsParameters: false,
  takesReferences: false,
  onChange: 'approve',
}

/** The rules by type of placement. */
const PLACEMENT_RULES: Readonly<Record<Placement['type'], PlacementRules>> = {
  header: OUTSIDE_ARGUMENTS,
  query: OUTSIDE_ARGUMENTS,
  path: OUTSIDE_ARGUMENTS,
  cookie: OUTSIDE_ARGUMENTS,
  env: OUTSIDE_ARGUMENTS,
  args: OUTSIDE_ARGUMENTS,
  sign: OUTSIDE_ARGUMENTS,
  meta: OUTSIDE_ARGUMENTS,
  session: OUTSIDE_ARGUMENTS,
  argument: { fillsParameters: true, takesReferences: false, onChange: 'refuse' },
  prompt: { fillsParameters: true, takesReferences: true, onChange: 'refuse' },
}

/** What all parts of a binding's placement mean together. */
export function rulesOf(binding: Pick<Binding, 'placements'>): PlacementRules {
  const rules = binding.placements.map(({ type }) => PLACEMENT_RULES[type])
  const filling = fillingPart(binding)
  return {
    fillsParameters: filling !== undefined,
    takesReferences: rules.some(({ takesReferences }) => takesReferences),
    onChange:
      (filling && 'onChange' in filling ? filling.onChange : undefined) ??
      (rules.some(({ onChange }) => onChange === 'refuse') ? 'refuse' : 'approve'),
  }
}

/** The part that fills parameters of tools. A binding has one at most. */
export function fillingPart(
  binding: Pick<Binding, 'placements'>,
): PlacementOf<'argument'> | PlacementOf<'prompt'> | undefined {
  return placementOf(binding, 'argument') ?? placementOf(binding, 'prompt')
}
