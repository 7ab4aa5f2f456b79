// What is wrong with a setting of a binding.

/** The setting that is wrong, and what is wrong with it; undefined when nothing is. */
export type Problem = readonly [setting: string, problem: string] | undefined
