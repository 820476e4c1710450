// Conversations: the part that puts speech, motion, pictures and media together.

export type { ConversationObserver } from './conversation.ts';
export { Gallery } from './gallery.ts';
export { LiveConversationHost } from './host.ts';
export type { LiveConversation } from './conversation.ts';
export { ConversationPipeline, type PipelineDiagnostics } from './pipeline.ts';
export { CLICK_INTERVAL_PICTURES, CODE_BITS, CODE_CELL_PX } from './test-pattern.ts';
export { PipelinePool } from './pipeline-pool.ts';
export { motionModelOptions, pipelineSettings } from './pipeline-settings.ts';
export { renderVideo } from './render-video.ts';
export type * from './types.ts';
