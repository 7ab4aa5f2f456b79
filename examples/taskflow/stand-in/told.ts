// What the instructions tell a model to give to tools: the values of `user_id` and `access_token`, where they name them. Pure.

/** The two parameters of the pattern in which a prompt carries them. */
const NAMES = ['user_id', 'access_token'] as const

/** Reads `user_id: value` and `access_token: value`, each on a line of its own, with or without quotes. No instructions, no values. */
export function toldIn(instructions: string | undefined): Readonly<Record<string, string>> {
  const found = NAMES.flatMap((name) => {
    const value = new RegExp(
      `^[-*\\s]*[\`"']?${name}[\`"']?\\s*[:=]\\s*[\`"']?([\\w.~+/=-]+)[\`"']?\\s*$`,
      'mi',
    ).exec(instructions ?? '')?.[1]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(found)
}
