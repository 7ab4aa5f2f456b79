// Words for places where Markdown is read. Pure.

/** Words that say what they say, inside a link too. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\[\]()<>*_`]/g, '\\$&')
}
