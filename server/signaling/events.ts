// A conversation's events and figures as messages for one client. Decides nothing; only translates.
import type { Conversation, ConversationEvents, ConversationStats } from '../session/index.ts';
import type { ServerMessage } from './messages.ts';

/**
 * Sends every event of `conversation` as a message until the returned function is called.
 *
 * @param send must not throw; called on the main thread in the order of the events
 */
export function forwardEvents(conversation: Conversation, send: (message: ServerMessage) => void): () => void {
  const removals: (() => void)[] = [];
  function forward<E extends keyof ConversationEvents>(
    event: E,
    toMessage: (...args: ConversationEvents[E]) => ServerMessage,
  ): void {
    const listener = (...args: ConversationEvents[E]): void => send(toMessage(...args));
    conversation.on(event, listener);
    removals.push(() => conversation.off(event, listener));
  }

  forward('state', ({ state, sample }) => ({ type: 'state', state, sample }));
  forward('speechStarted', ({ eventId, sample }) => ({ type: 'speech.started', event_id: eventId, sample }));
  forward('speechEnded', ({ eventId, sample, text }) => ({ type: 'speech.ended', event_id: eventId, sample, text }));
  forward('speechInterrupted', ({ eventId, playbackPosition, measure, text }) => ({
    type: 'speech.interrupted',
    event_id: eventId,
    playback_position: playbackPosition,
    measure,
    text,
  }));
  forward('caption', ({ eventId, text, start, end }) => ({ type: 'caption', event_id: eventId, text, start, end }));
  forward('transcript', ({ isFinal, ...said }) => ({ type: 'transcript', ...said, final: isFinal }));
  forward('source', ({ eventId, title, url }) => ({ type: 'source', event_id: eventId, title, url }));
  forward('handOver', ({ reason }) => ({ type: 'hand_over', reason }));
  const toQueue = ({ position, waitedMs }: { position: number; waitedMs: number }): ServerMessage => ({
    type: 'queue',
    position,
    waited_ms: Math.round(waitedMs),
  });
  forward('queue', toQueue);
  forward('agent', ({ name }) => ({ type: 'agent', ...(name !== undefined && { name }) }));
  forward('message', ({ state }) => ({ type: 'message', state }));
  forward('microphone', ({ use, open }) => ({ type: 'microphone', use, open }));
  forward('warning', (warning) => ({ type: 'warning', ...warning.toJSON() }));
  forward('closed', ({ error }) => ({ type: 'closed', ...(error && { error: error.toJSON() }) }));

  // What holds already, for who comes or comes back.
  const { agent, queue, isMessageAsked, microphones } = conversation.person.standing;
  if (agent !== undefined) send({ type: 'agent', name: agent });
  if (queue) send(toQueue(queue));
  if (isMessageAsked) send({ type: 'message', state: 'asked' });
  for (const use of microphones) send({ type: 'microphone', use, open: true });

  return () => {
    for (const remove of removals) remove();
  };
}

export function statsOf(stats: ConversationStats): Omit<Extract<ServerMessage, { type: 'stats' }>, 'type'> {
  return {
    state: stats.state,
    position: stats.position,
    pictures_sent: stats.picturesSent,
    pictures_repeated: stats.picturesRepeated,
    clock_stalls: stats.clockStalls,
    queued_ms: stats.queuedMs,
    backlog_ms: stats.backlogMs,
    motion_ms_per_picture: stats.motionMsPerPicture,
    render_ms_per_picture: stats.renderMsPerPicture,
    encode_ms_per_picture: stats.encodeMsPerPicture,
    video_bitrate_kbps: stats.videoBitrateKbps,
  };
}
