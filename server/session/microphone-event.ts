// Stands apart from the microphone itself, whose codecs belong in worker threads only.

/** The event under which what is said into a live microphone is reported. */
export const MICROPHONE_EVENT_ID = 'microphone';
