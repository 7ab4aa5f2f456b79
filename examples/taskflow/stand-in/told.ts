// What the instructions tell a model: the values of `user_id` and `access_token` to give to tools,
// and for whom it acts. Pure.

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

/** Reads the person's name from the sentence of the instructions that names them. */
export function personIn(instructions: string | undefined): string | undefined {
  return /^.*\bYou act for ([^,\n]{1,100}),/m.exec(instructions ?? '')?.[1]
}
