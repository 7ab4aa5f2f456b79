// The words of notices, in English. `{…}` is filled in.

/** The English words. The link is Markdown. */
export const NOTICE_WORDS = {
  connect: 'Connect your {server} account',
  connectLink: '[Connect your {server} account]({url}) to continue.',
  leftOut: '{server} is left out',
  someLeftOut: 'Some of {server} is left out',
} as const
