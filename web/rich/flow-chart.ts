// Writes a flow chart of Mermaid's language in the one spelling that the parser of diagram.ts knows.

/** Longer ones have more parts than are drawn. */
const MAX_CHARS = 4000

const HEADER = /^(graph|flowchart)[ \t]*(TD|TB|LR|BT|RL)?[ \t]*(?=[;\n]|$)/i
/** They change colours, or say what a press does. */
const LEFT_OUT = /^\s*(?:%%|linkStyle\b|click\b|accTitle\b|accDescr\b).*$/gm
/** What people read in a node or beside an arrow. */
const SHAPES = /\[[^\]\n]*\]+|\([^)\n]*\)+|\{[^}\n]*\}+|\|[^|\n]*\|/g
/** `-- words -->` says the same as `-->|words|`. */
const WORDS_WITHIN = /(--|==|-\.)[ \t]+([^\n|]*?)[ \t]+(-{2,}>|={2,}>|\.+->|-{3,}|={3,}|\.+-)/g
const ARROW = /[ \t]*(<?)(--+>|==+>|-\.+->|---+|===+|-\.+-)[ \t]*(\|[^|\n]*\|)?[ \t]*/g
/** Any arrow, also one that is not known here. */
const ANY_ARROW = /(?:--|==|-\.)[-=.]*[>xo]?/g

/** Moves characters out of the parser's way; `readable` moves them back. */
function hidden(text: string): string {
  return text.replace(/[[\](){}|;=.-]/g, (sign) => String.fromCharCode(0xe000 + sign.charCodeAt(0)))
}

/** Returns a text with the characters that `spelled` has hidden. */
export function readable(text: string): string {
  return text.replace(/[\ue000-\ue07f]/g, (sign) =>
    String.fromCharCode(sign.charCodeAt(0) - 0xe000),
  )
}

/**
 * Returns the chart in that spelling, and how many arrows it has. Undefined when the text is no flow
 * chart.
 */
export function spelled(
  given: string,
): { readonly source: string; readonly arrows: number } | undefined {
  const [header, kind, direction = 'TD'] = HEADER.exec(given) ?? []
  if (header === undefined || given.length > MAX_CHARS || given.includes('@{')) return undefined
  const bare = given
    .slice(header.length)
    .replace(LEFT_OUT, '')
    .replace(/"([^"\n]*)"/g, (_all, words: string) => hidden(words))
    .replace(SHAPES, (shape) => shape.replace(/[-=;]/g, hidden))
    .replace(/;/g, '\n')
    .replace(WORDS_WITHIN, (_all, start: string, words: string, end: string) =>
      [' ', start === '-.' ? `-${end}` : end, '|', hidden(words), '| '].join(''),
    )
  const spaced = bare.replace(
    ARROW,
    (_all, start: string, arrow: string, label = '') => ` ${start}${plain(arrow)}${label} `,
  )
  return {
    source: `${kind} ${direction.toUpperCase()}\n${spaced}`,
    arrows: bare.match(ANY_ARROW)?.length ?? 0,
  }
}

/** Longer arrows only ask for more room. */
function plain(arrow: string): string {
  const end = arrow.endsWith('>') ? '>' : ''
  if (arrow.includes('.')) return end ? '-.->' : '-.-'
  const line = arrow.charAt(0).repeat(2)
  return line + (end || arrow.charAt(0))
}
