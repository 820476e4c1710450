// Media on the main thread: mediasoup's workers, a conversation's room, and the pacer that sends. Encoding and decoding is
// in codec/, for worker threads.

export type { AvatarSender, AvatarSenderEvents, SenderCounts } from './avatar-sender.ts';
export type { MediaHost, MediaHostOptions } from './host.ts';
export { startMediaHost } from './host.ts';
export type { MicrophoneUse } from './microphones.ts';
export type { MediaObserver } from './observer.ts';
export type { Pacer, PacerClock } from './pacer.ts';
export { startPacer } from './pacer.ts';
export type { ConsumerDescription, MediaRoom, TransportDescription } from './room.ts';
export type { RoomSink, SinkListener } from './sink.ts';
