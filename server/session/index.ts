// Conversations: the part that puts speech, motion, pictures and media together.

export type { LiveConversation } from './conversation.ts';
export type { ConversationObserver } from './conversation-parts.ts';
export { type Agent, Desk, type DeskView, openMessageStore } from './desk/index.ts';
export { Gallery } from './gallery.ts';
export { LiveConversationHost } from './host.ts';
export { ConversationPipeline } from './pipeline.ts';
export { PipelinePool, type ThreadCensus } from './pipeline-pool.ts';
export type { PipelineDiagnostics } from './pipeline-settings.ts';
export { motionModelOptions, painterOptions, pipelineSettings } from './pipeline-settings.ts';
export { renderVideo } from './render-video.ts';
export type { Admission, AuditLine, ConsentRecord, StoredAvatar } from './studio/index.ts';
export { consentStanding, Studio } from './studio/index.ts';
export { CLICK_INTERVAL_PICTURES, CODE_BITS, CODE_CELL_PX } from './test-pattern.ts';
export { ENGLISH_OVER_VOICE, turnStages } from './turn/index.ts';
export type * from './types.ts';
