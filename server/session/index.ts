// Conversations: the part that puts speech, motion, pictures and media together.

export type * from './types.ts';
