// What the server tells about itself: log lines and numbers. Others write to them; signaling serves the numbers at /metrics.
export { createLogger, type LogConfig } from './logger.ts';
export { type ConversationFigures, createMetrics, type Metrics } from './metrics.ts';
