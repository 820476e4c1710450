// Song: what is heard of the avatar's own voice beyond what the motion model makes of it.

export { NoteHold } from './note-hold.ts';
export { OwnVoice, type OwnVoiceFrame, SILENT_FRAME } from './own-voice.ts';
