// The second guard of Markdown. DOMPurify checks the elements that were built from the tokens, in
// place, and removes whatever Markdown does not make. It parses no markup, so `trusted-types
// 'none'` holds.

import DOMPurify, { type Config } from 'dompurify'

const PLAIN_ATTRIBUTES =
  'alt aria-label checked class decoding dir disabled loading referrerpolicy rel role scope start tabindex target type'.split(
    ' ',
  )

const RULES: Config = {
  IN_PLACE: true,
  // A page with `trusted-types 'none'` does not allow DOMPurify a policy of its own.
  TRUSTED_TYPES_POLICY: null,
  ALLOWED_TAGS:
    '#text a bdi blockquote br button code del div em figcaption figure h3 h4 h5 h6 hr img input li ol p pre span strong table tbody td th thead tr ul'.split(
      ' ',
    ),
  KEEP_CONTENT: false,
  ALLOWED_ATTR: [...PLAIN_ATTRIBUTES, 'href', 'src'],
  ADD_URI_SAFE_ATTR: PLAIN_ATTRIBUTES,
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?|mailto|chatkit-link):/i,
}

/**
 * Removes from the element whatever Markdown does not make.
 * @throws TypeError when Markdown does not make the element itself
 */
export function purify<T extends HTMLElement>(element: T): T {
  DOMPurify.sanitize(element, RULES)
  return element
}
