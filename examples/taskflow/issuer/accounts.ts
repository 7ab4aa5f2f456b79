// The two people of the demo. There are no passwords: whoever reaches the sign-in page may be
// either of them.

/** A person who can sign in. */
export interface Person {
  /** The `sub` claim. */
  readonly subject: string
  /** The `name` claim. */
  readonly name: string
}

export const people: readonly Person[] = [
  { subject: 'alice', name: 'Alice' },
  { subject: 'bob', name: 'Bob' },
]

/** The person with this subject, if there is one. */
export function findPerson(subject: unknown): Person | undefined {
  return people.find((person) => person.subject === subject)
}
