// What the gateway says of itself, as the server at a joint address.

/** Its name and version. */
export const SERVER_INFO = {
  name: 'onbehalf-gateway',
  title: 'onbehalf gateway',
  version: '1',
} as const
