// Records what the person says. The component loads this module at the first press of its button.

/** A recording is at most so many seconds long. Then it is over. */
const MAX_SECONDS = 120

/**
 * Asks for the microphone and records. A recording ends by itself when `isWanted` says no. Returns
 * what ends it.
 *
 * @throws DOMException when there is no microphone, or the person does not give it.
 */
export async function record(
  isWanted: () => boolean,
  onEnded: (recording: Blob) => void,
): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const pieces: Blob[] = []
  const recorder = new MediaRecorder(stream)
  recorder.addEventListener('dataavailable', ({ data }) => {
    pieces.push(data)
    if (recorder.state === 'recording' && (pieces.length >= MAX_SECONDS || !isWanted()))
      recorder.stop()
  })
  recorder.addEventListener('stop', () => {
    for (const track of stream.getTracks()) track.stop()
    onEnded(new Blob(pieces, { type: recorder.mimeType }))
  })
  recorder.start(1000)
  return () => recorder.stop()
}

/** Returns the bytes of a recording in base64. */
export async function base64(recording: Blob): Promise<string> {
  const reader = new FileReader()
  const read = new Promise((resolve) => reader.addEventListener('loadend', resolve))
  reader.readAsDataURL(recording)
  await read
  return String(reader.result).replace(/^.*,/, '')
}
