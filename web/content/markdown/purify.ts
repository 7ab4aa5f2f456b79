// The second net under Markdown: DOMPurify walks what was built from the tokens, in place. There is no markup to parse and so no policy to create.

import DOMPurify from 'dompurify'

/** Attributes whose values are no addresses; all others are checked as one. */
const PLAIN = [
  ...[
    'alt',
    'aria-label',
    'checked',
    'class',
    'decoding',
    'dir',
    'disabled',
    'loading',
    'referrerpolicy',
    'rel',
    'role',
    'scope',
  ],
  ...['start', 'tabindex', 'target', 'type'],
]

const OPTIONS = {
  IN_PLACE: true,
  // Nothing here becomes a string again: `trusted-types 'none'` holds.
  TRUSTED_TYPES_POLICY: null,
  ALLOWED_TAGS: [
    '#text',
    ...[
      'a',
      'b',
      'bdi',
      'blockquote',
      'br',
      'button',
      'code',
      'del',
      'div',
      'em',
      'figcaption',
      'figure',
      'h3',
      'h4',
      'h5',
      'h6',
      'hr',
    ],
    ...['img', 'input', 'li', 'ol', 'p', 'pre', 'span', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
  ],
  ALLOWED_ATTR: [...PLAIN, 'href', 'src'],
  ADD_URI_SAFE_ATTR: PLAIN,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
}

/** Leaves of the element only what Markdown is made of. @throws TypeError when the element itself is nothing of it. */
export function purify<T extends HTMLElement>(element: T): T {
  DOMPurify.sanitize(element, OPTIONS)
  return element
}
