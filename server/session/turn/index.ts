// Taking turns: who speaks, who listens, and what is answered.

export { Listener, type TurnTiming } from './listener.ts';
export { ENGLISH_OVER_VOICE } from './over-voice.ts';
export { ConversationStates } from './states.ts';
export { Turn } from './turn.ts';
export { TurnClock, type TurnMarks, turnStages } from './turn-clock.ts';
