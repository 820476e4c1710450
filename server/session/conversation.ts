// One live conversation on the main thread: joins its room in mediasoup, its sender on the pacer, its pipeline in a
// worker and the voice it speaks with. Computes nothing itself.

import type { types as mediasoup } from 'mediasoup';
import type { Said } from '../bot/index.ts';
import { VaktraError } from '../errors.ts';
import type { AvatarSender, MediaRoom, RoomSink, SinkListener } from '../media/index.ts';
import type { Recogniser } from '../speech/index.ts';
import { type FrameIndex, SAMPLES_PER_FRAME, type SampleIndex, type VideoShape } from '../types.ts';
import type { ConversationParts } from './conversation-parts.ts';
import { Person } from './desk/index.ts';
import { GuardedEmitter } from './guarded-emitter.ts';
import type { PipelineReport } from './pipeline-messages.ts';
import type { LineReply, PipelineLine } from './pipeline-pool.ts';
import { PushedSpeeches } from './pushed-speeches.ts';
import { Questions } from './questions.ts';
import { Reviewer } from './reviewer.ts';
import { followMicrophones } from './room-microphones.ts';
import { Speeches } from './speeches.ts';
import { SpokenVoice } from './spoken-voice.ts';
import { ConversationStates, Listener, Turn, TurnClock, type TurnTiming } from './turn/index.ts';
import type {
  AudioRequest,
  ChosenPortrait,
  Conversation,
  ConversationStats,
  MicrophoneUse,
  MoodWish,
  SpeakRequest,
} from './types.ts';

/** Pictures that are made ahead of the clock: what a busy core may fall behind, and how long an interrupt plays on. */
const LEAD_PICTURES = 2;
/** Loudness of the avatar's voice while it is found out whether a visitor interrupts. */
const DUCKED = 0.25;
/** A voice shorter than this that was not understood is a noise: nothing is said to it. */
const NOISE_MS = 700;
const MICROPHONE_USES: readonly MicrophoneUse[] = ['speak', 'listen'];

export class LiveConversation extends GuardedEmitter implements Conversation {
  readonly id: string;
  readonly portrait: ChosenPortrait;
  readonly video: VideoShape;
  readonly #parts: ConversationParts;
  readonly #sender: AvatarSender;
  readonly #voice: SpokenVoice;
  readonly #speeches: Speeches;
  readonly #pushed: PushedSpeeches;
  readonly #states: ConversationStates;
  readonly #turn: Turn;
  readonly #listener: Listener | undefined;
  readonly #questions: Questions;
  readonly #turnClock = new TurnClock();
  readonly person: Person;
  /** Where each interrupt that the pipeline has not answered silenced what waited to be sent. */
  readonly #silentFrom: SampleIndex[] = [];
  #line: PipelineLine | undefined;
  #startedMs: number | undefined;
  #closed = false;
  #report: PipelineReport | undefined;
  #skipped = 0;
  #videoBitrateKbps: number;

  constructor(parts: ConversationParts) {
    super((error, event) =>
      parts.logger.error({ err: error, event, conversation: parts.id }, 'a listener of a conversation failed'),
    );
    this.id = parts.id;
    this.portrait = parts.portrait;
    this.video = parts.video;
    this.#parts = parts;
    this.#videoBitrateKbps = parts.videoBitrateKbps;
    this.#sender = parts.pacer.openSender(parts.room.tracks, {
      onPicturePassed: (index) => this.#passed(index),
      onFailed: (error) => void this.close(error),
    });
    const reviewer = parts.moderation && new Reviewer(parts.moderation, parts.id, (error) => this.warn(error));
    this.#voice = new SpokenVoice({
      speech: parts.speech,
      review: reviewer && ((language, signal) => reviewer.speech(language, signal)),
      defaultLanguage: parts.language,
      maxBacklogMs: parts.maxBacklogMs,
      post: (request, transfer) => this.#line?.post(request, transfer),
      speaking: (does, sample) => this.#states.speaking(does, sample),
      voiced: (eventId) => this.#turn.voiced(eventId),
      started: (eventId) => this.#turn.started(eventId),
      heard: (eventId, speech) => this.#turn.spoken(eventId, speech),
      emit: (event, ...args) => this.tell(event, ...args),
      onStarted: (seconds) => parts.observer.speechStarted(seconds),
      onStopped: (seconds) => parts.observer.interrupted(seconds),
    });
    this.#speeches = new Speeches(this, this.#voice);
    this.#pushed = new PushedSpeeches(this, this.#voice);
    this.#states = new ConversationStates((state, sample) => {
      this.tell('state', { state, sample });
      this.#line?.post({ type: 'rest', state: this.#states.rest });
      this.person.follow(state);
    });
    this.person = this.#createPerson(parts, reviewer);
    this.#turn = this.#createTurn(parts);
    this.#questions = this.#createQuestions(reviewer);
    this.#listener = parts.recogniser && this.#createListener(parts.recogniser, parts.timing);
    followMicrophones(parts.room, {
      post: (request, transfer) => this.#line?.post(request, transfer),
      onChanged: (use, open) => {
        if (use === 'listen' && !open) this.#listener?.stop();
        this.person.microphone(use, open);
      },
    });
    this.#follow(parts.room);
  }

  /** Joins the pipeline; the conversation is ready from then on. */
  attach(line: PipelineLine): void {
    this.#line = line;
  }

  /** What the pipeline of this conversation says. */
  onPipeline(reply: LineReply): void {
    if (this.#closed) return;
    switch (reply.type) {
      case 'sound':
        this.#sender.pushSound(reply.sample, reply.payload);
        break;
      case 'picture':
        this.#sender.pushPicture(reply.index, reply.data, reply.key);
        break;
      case 'skipped':
        this.#skipped += 1;
        break;
      case 'motion':
        this.tell('motion', { index: reply.index, drawn: reply.drawn });
        break;
      case 'visitor':
        this.#listener?.hear(reply.event);
        break;
      case 'markers':
        for (const marker of reply.markers) this.#voice.mark(marker);
        break;
      case 'interrupted':
        // The block that the pipeline faded has been silence already.
        this.#sender.resumeAt(reply.sample + SAMPLES_PER_FRAME);
        this.#voice.cut(Math.min(reply.sample, this.#silentFrom.shift() ?? reply.sample));
        break;
      case 'report':
        this.#report = reply.report;
        this.#voice.reportBacklog(reply.report.backlogMs);
        this.#parts.observer.reported(reply.report, this.#skipped, this.#sender.soundAheadMs);
        this.#skipped = 0;
        break;
      case 'failed':
        this.#failed(new VaktraError(reply.code, reply.message), reply.fatal);
        break;
    }
  }

  get rtpCapabilities(): mediasoup.RtpCapabilities {
    return this.#parts.room.rtpCapabilities;
  }

  /** RTP timestamp of picture 0; picture k follows 3600k ticks later. For measuring. */
  get firstPictureTimestamp(): number {
    return this.#parts.room.tracks.pictures.firstTimestamp;
  }

  async createTransport() {
    this.#requireOpen();
    return this.#parts.room.createTransport();
  }

  async connectTransport(transportId: string, dtlsParameters: mediasoup.DtlsParameters) {
    this.#requireOpen();
    return this.#parts.room.connectTransport(transportId, dtlsParameters);
  }

  async restartIce(transportId: string) {
    this.#requireOpen();
    return this.#parts.room.restartIce(transportId);
  }

  async consume(transportId: string, rtpCapabilities: mediasoup.RtpCapabilities) {
    this.#requireOpen();
    return this.#parts.room.consume(transportId, rtpCapabilities);
  }

  async resumeConsumers(transportId: string) {
    this.#requireOpen();
    await this.#parts.room.resumeConsumers(transportId);
    this.#start();
  }

  async produceMicrophone(transportId: string, rtpParameters: mediasoup.RtpParameters, use: MicrophoneUse = 'speak') {
    this.#requireOpen();
    if (use === 'listen' && !this.#listener) {
      throw new VaktraError(
        'recognition_missing',
        'Nothing here understands speech: write instead, or set speech.recognition.engine.',
      );
    }
    return this.#parts.room.produceMicrophone(transportId, rtpParameters, use);
  }

  async stopMicrophone(use?: MicrophoneUse) {
    this.#requireOpen();
    for (const one of use ? [use] : MICROPHONE_USES) this.#parts.room.stopMicrophone(one);
  }

  async hearVisitor(transportId: string, rtpCapabilities: mediasoup.RtpCapabilities) {
    this.#requireOpen();
    return this.#parts.room.consumeMicrophone(transportId, rtpCapabilities, 'listen');
  }

  /** A viewer inside this process, for measuring. */
  async openSink(listener: SinkListener): Promise<RoomSink> {
    this.#requireOpen();
    const sink = await this.#parts.room.openSink(listener);
    this.#start();
    return sink;
  }

  get transcript(): readonly Said[] {
    return this.#turn.transcript.entries;
  }

  ask(text: string): void {
    this.#requireOpen();
    // Whoever asks is there, also without a way for sound and picture: then the answer is read.
    this.#start();
    const { state } = this.#states;
    if ((state === 'speaking' || state === 'thinking') && !this.person.agent) this.interrupt();
    this.#questions.pass(text);
  }

  handOver(reason: string): void {
    this.#requireOpen();
    this.tell('handOver', { reason });
  }

  holdToTalk(down: boolean): void {
    this.#requireOpen();
    this.#line?.post({ type: 'visitor-hold', down });
  }

  setLanguage(language: string): void {
    this.#requireOpen();
    this.#turn.language = language;
  }

  async speak(request: SpeakRequest) {
    this.#requireOpen();
    await this.#speeches.speak(request);
  }

  async say(request: SpeakRequest) {
    this.#requireOpen();
    return this.#speeches.say(request);
  }

  pushAudio(request: AudioRequest): void {
    this.#requireOpen();
    this.#pushed.push(request);
  }

  speakEnd({ eventId }: { eventId: string }) {
    this.#requireOpen();
    return this.#pushed.end(eventId);
  }

  interrupt(): void {
    this.#requireOpen();
    this.#turn.interrupt();
    this.#silentFrom.push(this.#sender.silence());
    this.#voice.interrupt();
  }

  setMood(mood: MoodWish | undefined): void {
    this.#requireOpen();
    this.#voice.setMood(mood);
  }

  reportPlayoutDelay(delayMs: number): void {
    this.#requireOpen();
    this.#voice.reportPlayoutDelay(delayMs);
  }

  /** How far the sound is ahead of the picture that is sent with it. */
  get soundAheadMs(): number {
    return this.#sender.soundAheadMs;
  }

  stats(): ConversationStats {
    const report = this.#report;
    const { counts, queued, position } = this.#sender;
    return {
      state: this.#states.state,
      position,
      picturesSent: counts.pictures,
      picturesRepeated: counts.picturesRepeated,
      clockStalls: counts.stalls,
      queuedMs: queued.soundMs,
      backlogMs: this.#voice.backlogMs,
      motionMsPerPicture: report?.motionMsPerPicture ?? 0,
      renderMsPerPicture: report?.renderMsPerPicture ?? 0,
      encodeMsPerPicture: report?.encodeMsPerPicture ?? 0,
      videoBitrateKbps: this.#videoBitrateKbps,
    };
  }

  async close(error?: VaktraError): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (error) {
      this.#parts.logger.warn({ err: error, conversation: this.id }, 'conversation ended by an error');
      this.#parts.observer.failed('conversation', error);
    }
    this.#questions.close();
    this.#turn.close();
    this.#listener?.close();
    this.#voice.close();
    this.#sender.close();
    this.#line?.close();
    this.#parts.room.close();
    this.tell('closed', error ? { error } : {});
    this.removeAllListeners();
    this.#parts.onClosed();
  }

  #createTurn({ id, brain, language, observer }: ConversationParts): Turn {
    return new Turn(language, {
      conversationId: id,
      brain,
      clock: this.#turnClock,
      speak: (request) => this.#voice.speak(request),
      thinking: (does) => this.#states.thinking(does, this.#voice.position),
      answered: (eventId, marks) => {
        observer.answered(marks);
        this.tell('answered', { eventId, marks });
      },
      said: (said) => this.tell('transcript', { ...said, isFinal: true }),
      source: (source) => this.tell('source', source),
      handOver: (reason) => this.tell('handOver', { reason }),
      passes: (text) => this.person.passes(text),
      isAlone: () => this.person.agent === undefined,
      attribute: (eventId, text) => this.person.attribute(eventId, text),
      warning: (error) => this.warn(error),
      goodbye: () => void this.close(),
    });
  }

  #createPerson({ room }: ConversationParts, reviewer: Reviewer | undefined): Person {
    return new Person({
      reviewer,
      speak: (request) => this.#voice.speak(request),
      interrupt: () => this.interrupt(),
      stopVoice: () => room.stopMicrophone('speak'),
      stopHearing: () => room.stopHearing(),
      state: () => this.#states.state,
      language: () => this.#turn.language,
      transcript: () => this.transcript,
      tell: (event, ...args) => this.tell(event, ...args),
      warn: (error) => this.warn(error),
      requireOpen: () => this.#requireOpen(),
    });
  }

  #createQuestions(reviewer: Reviewer | undefined): Questions {
    // Of two questions in a row the second cuts the answer to the first, which may have begun while the second was checked.
    const cut = () => {
      if (reviewer && this.#states.state === 'speaking' && !this.person.agent) this.interrupt();
    };
    return new Questions({
      reviewer,
      language: () => this.#turn.language,
      position: () => this.#voice.position,
      ask: (text, sample) => {
        cut();
        this.#turn.ask(text, sample);
      },
      refuse: (sample) => {
        cut();
        this.#turn.refuse(sample);
      },
    });
  }

  #createListener(recogniser: Recogniser, timing: TurnTiming): Listener {
    return new Listener({
      recogniser,
      timing,
      clock: this.#turnClock,
      language: () => this.#turn.language,
      avatarSpeaks: () => this.#states.state === 'speaking' && !this.person.isLive,
      speaking: (does) => this.#states.listening(does, this.#voice.position),
      duck: (does) => this.#line?.post({ type: 'duck', loudness: does ? DUCKED : 1 }),
      interrupt: () => this.interrupt(),
      partial: (text) => {
        if (!this.#questions.showsPartials) return;
        this.tell('transcript', { who: 'visitor', text, sample: this.#voice.position, isFinal: false });
      },
      heard: (text, speechMs) => {
        if (text) this.ask(text);
        else if (speechMs >= NOISE_MS) this.#turn.notUnderstood();
      },
      stopped: (text) => this.#turn.note(text, this.#voice.position),
      failed: (error) => this.warn(error),
    });
  }

  warn(error: VaktraError): void {
    this.#parts.logger.warn({ err: error, conversation: this.id }, 'a turn failed');
    this.#parts.observer.failed('turn', error);
    this.tell('warning', error);
  }

  #follow(room: MediaRoom): void {
    room.on('keyFrameRequested', () => this.#line?.post({ type: 'key-frame' }));
    room.on('videoBitrateSuggested', (kbps) => {
      this.#videoBitrateKbps = kbps;
      this.#line?.post({ type: 'bitrate', kbps });
    });
    room.on('failed', (error) => void this.close(error));
  }

  /** Begins to produce; the clock starts with the first sound. */
  #start(): void {
    if (this.#startedMs !== undefined) return;
    this.#startedMs = performance.now();
    this.#produce(LEAD_PICTURES);
  }

  #produce(through: FrameIndex): void {
    this.#line?.post({ type: 'produce', through, startNs: this.#sender.startNs });
  }

  #passed(index: FrameIndex): void {
    if (index === 0) this.#parts.observer.firstPicture((performance.now() - (this.#startedMs ?? 0)) / 1000);
    this.#produce(index + LEAD_PICTURES);
    this.#voice.advance(this.#sender.position);
  }

  #failed(error: VaktraError, fatal: boolean): void {
    if (fatal) void this.close(error);
    else this.warn(error);
  }

  #requireOpen(): void {
    if (this.#closed) throw new VaktraError('conversation_closed', 'This conversation is over: open a new one.');
  }
}
