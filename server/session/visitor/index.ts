// The visitor's side of a conversation, in the pipeline's thread.

export { VisitorEar, type VisitorEvent } from './visitor-ear.ts';
