// Conversations: the part that puts speech, motion, pictures and media together.

export type { ConversationObserver } from './conversation.ts';
export { Gallery } from './gallery.ts';
export { LiveConversationHost } from './host.ts';
export { ConversationPipeline, type PipelineOutput, type PipelineParts, type PipelineSettings } from './pipeline.ts';
export { PipelinePool } from './pipeline-pool.ts';
export { pipelineSettings } from './pipeline-settings.ts';
export type * from './types.ts';
