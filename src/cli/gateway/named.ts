// Names the settings of the file in the mistakes that the library finds.

import { ConfigError } from './place.ts'

/**
 * Makes something of the library.
 *
 * @param inFile Gives the message of a mistake, which begins with the library's setting, in the words of
 *   the file.
 * @throws ConfigError in place of a TypeError.
 */
export function named<T>(inFile: (message: string) => string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError(inFile(error.message))
    throw error
  }
}
