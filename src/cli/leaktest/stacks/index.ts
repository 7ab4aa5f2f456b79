// The targets that onbehalf brings along, by name.

import type { Target } from '../config/target.ts'

/** All of them. */
export const stacks: Readonly<Record<string, Target>> = {}
