// What each message of a client does to its conversation. Stateless: the connection keeps who is where.
import type { ConsumerDescription, Conversation } from '../session/index.ts';
import type { DeskOnly } from './desk-link.ts';
import type { ClientMessage, Results } from './messages.ts';
import { readMood } from './mood.ts';
import { playbackOf, speak } from './speak.ts';
import type { IceServer } from './turn-servers.ts';
import { mayUseVoice, requireOwn, requireVoice } from './voice-right.ts';

/** A request inside a conversation, that is all but `hello`. */
export type ConversationRequest = Exclude<ClientMessage, { type: 'hello' } | DeskOnly>;

export interface Requester {
  /** TURN servers with fresh credentials. */
  iceServers: () => IceServer[];
  /** Of an agent at the desk. */
  seat: string | undefined;
}

/**
 * Does what `message` asks and returns the reply's result.
 *
 * Starts at once, in the order of the calls: an interrupt does not wait for the text before it.
 * @throws VaktraError as the conversation throws it
 */
export async function perform(
  conversation: Conversation,
  message: ConversationRequest,
  { iceServers, seat }: Requester,
): Promise<object> {
  switch (message.type) {
    case 'transport.create': {
      const transport = await conversation.createTransport();
      const result: Results['transport.create'] = {
        id: transport.id,
        ice_parameters: transport.iceParameters,
        ice_candidates: transport.iceCandidates,
        dtls_parameters: transport.dtlsParameters,
        ice_servers: iceServers(),
      };
      return result;
    }
    case 'transport.connect':
      await conversation.connectTransport(message.transport, message.dtls_parameters);
      return {};
    case 'transport.restart_ice': {
      const result: Results['transport.restart_ice'] = {
        ice_parameters: await conversation.restartIce(message.transport),
        // The passwords for TURN that came with the transport may have ended since.
        ice_servers: iceServers(),
      };
      return result;
    }
    case 'consume': {
      const consumers = await conversation.consume(message.transport, message.rtp_capabilities);
      const result: Results['consume'] = {
        consumers: consumers.map(consumerResult),
      };
      return result;
    }
    case 'resume':
      await conversation.resumeConsumers(message.transport);
      return {};
    case 'desk.hear': {
      requireOwn(conversation, seat);
      const consumer = await conversation.hearVisitor(message.transport, message.rtp_capabilities);
      const result: Results['desk.hear'] = consumer ? { consumer: consumerResult(consumer) } : {};
      return result;
    }
    case 'microphone.start': {
      if (message.use !== 'listen') requireVoice(conversation, seat);
      const result: Results['microphone.start'] = await conversation.produceMicrophone(
        message.transport,
        message.rtp_parameters,
        message.use,
      );
      return { id: result.id };
    }
    case 'microphone.stop':
      // Who does not speak for the avatar does not silence who does.
      if (mayUseVoice(conversation, seat)) await conversation.stopMicrophone(message.use);
      else if (message.use !== 'speak') await conversation.stopMicrophone('listen');
      return {};
    case 'ask':
      conversation.ask(message.text);
      return {};
    case 'talk':
      conversation.holdToTalk(message.down);
      return {};
    case 'language':
      conversation.setLanguage(message.language);
      return {};
    case 'speak': {
      const result: Results['speak'] = (await speak(conversation, message)) ?? {};
      return result;
    }
    case 'audio':
      requireVoice(conversation, seat);
      conversation.pushAudio({
        eventId: message.event_id,
        pcm: message.pcm,
        sampleRateHz: message.rate_hz,
        mood: readMood(message),
        part: message.part,
      });
      return {};
    case 'speak_end': {
      const heard = conversation.speakEnd({ eventId: message.event_id });
      const result: Results['speak_end'] = message.wait ? playbackOf(message.event_id, await heard) : {};
      return result;
    }
    case 'interrupt':
      conversation.interrupt();
      return {};
    case 'mood':
      conversation.setMood(readMood(message));
      return {};
    case 'playout':
      conversation.reportPlayoutDelay(message.delay_ms);
      return {};
    case 'keep_alive':
      return {};
    case 'ping': {
      const result: Results['ping'] = { position: conversation.stats().position };
      return result;
    }
    case 'hand_over':
      conversation.handOver(message.reason ?? '');
      return {};
    case 'close':
      await conversation.close();
      return {};
  }
}

function consumerResult({ id, producerId, kind, rtpParameters }: ConsumerDescription) {
  return { id, producer_id: producerId, kind, rtp_parameters: rtpParameters };
}
