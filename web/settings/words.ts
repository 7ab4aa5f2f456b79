// The words of the interface, in English. A host page can replace each of them.

/** The English words. `{…}` is filled in. */
export const WORDS = {
  // The shell.
  threads: 'Conversations',
  newThread: 'New conversation',
  noThreads: 'No conversations yet',
  untitled: 'Untitled',
  more: 'Show more',
  rename: 'Rename',
  remove: 'Delete',
  removeReally: 'Delete this conversation?',
  cancel: 'Cancel',
  titleOf: 'Title',
  loadOlder: 'Show earlier messages',
  loading: 'Loading…',
  greeting: 'What can I help with?',
  conversation: 'Conversation',
  composer: 'Message',
  placeholder: 'Write a message…',
  send: 'Send',
  stop: 'Stop',
  attach: 'Attach files',
  attachments: 'Attached files',
  removeAttachment: 'Remove {name}',
  uploading: 'Uploading {name}, {percent} %',
  uploadFailed: '{name} could not be uploaded.',
  fileTooLarge: '{name} is too large (at most {size}).',
  tooManyFiles: 'At most {count} files.',
  fileType: '{name} is of a type that is not taken.',
  mention: 'Mention something',
  suggestions: 'Suggestions',
  dictate: 'Dictate',
  stopDictating: 'Stop dictating',
  noMicrophone: 'The microphone cannot be used.',
  dropHere: 'Drop files here',
  model: 'Model',
  tool: 'Tool',
  anyTool: 'Automatic',
  waiting: 'Working…',
  answered: 'Answer: {text}',
  approvalWanted: 'Your approval is needed. {text}',
  formWanted: 'Your answers are needed. {text}',
  widgetShown: 'Shown: {text}',
  imageShown: 'An image was made.',
  answerEnded: 'The answer has ended.',
  stopped: 'The answer was stopped.',
  resuming: 'The connection was lost. Reconnecting…',
  interrupted: 'The answer was interrupted.',
  broken: 'The connection broke before the answer was complete.',
  failed: 'Something went wrong.',
  notSent: 'The message could not be sent.',
  unreachable: 'The chat could not be reached.',
  gone: 'This conversation does not exist.',
  retry: 'Try again',
  edit: 'Edit',
  discard: 'Discard',
  repeatReally: 'Try again?',
  alreadyDone: 'This was done already: {steps}. Trying again may do it a second time.',
  dismiss: 'Dismiss',
  signInAgain: 'Sign in again',
  signedOut: 'Sign in again to continue.',
  locked: 'This conversation is locked.',
  closed: 'This conversation is closed.',
  copy: 'Copy',
  copied: 'Copied',
  good: 'Good answer',
  bad: 'Bad answer',
  thanks: 'Thanks for the feedback.',
  toEnd: 'Go to the latest message',
  youSaid: 'You',
  itSaid: 'Assistant',
  // The content.
  copyCode: 'Copy code',
  diagram: 'Diagram',
  showText: 'Show the text',
  quoted: 'Quoted',
  quote: 'Quote',
  again: 'Write another answer',
  version: '{number} of {total}',
  previous: 'The version before',
  next: 'The next version',
  removeQuote: 'Remove the quote',
  sources: 'Sources',
  imageBlocked: 'Image not loaded',
  thinking: 'Thinking…',
  thoughtFor: 'Thought for {seconds} s',
  steps: 'Steps',
  searching: 'Searching the web',
  done: 'Done',
  running: 'In progress',
  submit: 'Submit',
  skip: 'Skip',
  skipped: 'Skipped',
  answerOfYourOwn: 'Something else',
  required: 'Please fill in this field.',
  choose: 'Choose…',
  showAll: 'Show all',
  unknownPart: 'This part cannot be shown here.',
  usingTool: 'Using {name}',
  image: 'Generated image',
  makingImage: 'Making an image…',
  // What is loaded later.
  search: 'Search',
  noMatches: 'Nothing found',
  saveMarkdown: 'Save as Markdown',
  saveJson: 'Save as JSON',
  print: 'Print',
  actions: 'Actions',
  shortcuts: 'Keyboard shortcuts',
  toField: 'Go to the message field',
  close: 'Close',
  readAloud: 'Read aloud',
  stopReading: 'Stop reading',
} as const

/** The name of one of the interface's words. */
export type WordKey = keyof typeof WORDS

/** The words of another language. A missing one is English. */
export type Dictionary = Readonly<Partial<Record<WordKey, string>>>

/** The server's sentences in another language, by their names. A missing one is English. */
export type Sentences = Readonly<Record<string, string>>

/**
 * Returns a word's text, the one that is given or the English one, with the values put into its
 * `{…}`.
 */
export function word(
  own: Readonly<Partial<Record<WordKey, string>>>,
  key: WordKey,
  values: Readonly<Record<string, string>> = {},
): string {
  return (own[key] ?? WORDS[key]).replace(
    /\{(\w+)\}/g,
    (whole, name: string) => values[name] ?? whole,
  )
}

/** Returns the text of a word that is in use, with the values put in. */
export type Words = (key: WordKey, values?: Readonly<Record<string, string>>) => string
