// The values of `user_id` and `access_token` that the instructions tell a model to give to tools.
// Pure.

/** The two parameters of the placement `prompt`. */
const NAMES = ['user_id', 'access_token'] as const

/** Reads the lines `user_id: value` and `access_token: value`, with or without quotes. */
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
