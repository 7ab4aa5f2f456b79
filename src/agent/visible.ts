// Foreign text as a person may read it. Pure.

/**
 * Text in which nothing hides. Invisible or direction-changing characters are written as escapes:
 * with them, people could read something other than what is sent.
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]|[^\P{Cc}\n\t]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
