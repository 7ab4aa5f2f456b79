// The words of the file. The library's messages name its own settings, which a file does not have.

/** Settings of the library, and what one writes in the file in their place. */
const IN_FILE: Readonly<Record<string, string>> = {
  exchanger: 'give the issuer clientId and clientSecret: with them the gateway exchanges tokens',
  clientCredentials:
    'give the issuer clientId and clientSecret: with them the gateway gets tokens of its own',
  identityAssertions:
    'no file can declare what it needs: use createGateway of onbehalf/gateway in a program of yours',
  connections:
    'write the settings session and accounts: people sign in to the gateway, and connect their accounts there',
}

/** Gives a message of the library in the words of the file. */
export function inFileWords(message: string): string {
  const [, before = '', name = ''] =
    /^(.*?)\b(?:it )?needs the setting (\w+)\b/s.exec(message) ?? []
  const words = Object.hasOwn(IN_FILE, name) ? IN_FILE[name] : undefined
  if (words !== undefined) return `${before}${words}`
  return message
    .replace(/, or the app the setting exchanger$/, '')
    .replace(/^openApi\.(.+?) (?=is |has )/, 'servers.$1.openapi ')
}
